// lamina/lite/operators/step.hpp: an operator while it is prepared and run: its tensors, what it keeps, and what a family of operators says.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/lite/network.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The extents of a tensor, at most eight, without memory of their own: they may change while a loop runs.
struct Extents {
    std::array<std::size_t, most_axes> sizes{};
    std::size_t rank = 0;

    Extents() = default;
    Extents(std::initializer_list<std::size_t> of)
    {
        for (const std::size_t n : of) push_back(n);
    }
    void push_back(std::size_t n) { sizes[rank++] = n; }
    std::size_t operator[](std::size_t axis) const { return sizes[axis]; }
    std::size_t& operator[](std::size_t axis) { return sizes[axis]; }
    std::size_t last() const { return rank > 0 ? sizes[rank - 1] : 1; }
    const std::size_t* begin() const { return sizes.data(); }
    const std::size_t* end() const { return sizes.data() + rank; }

    /// The product of the extents from one axis on, as far as another.
    std::size_t product(std::size_t from, std::size_t to) const
    {
        std::size_t n = 1;
        for (std::size_t axis = from; axis < to; ++axis) n *= sizes[axis];
        return n;
    }
    std::size_t size() const { return product(0, rank); }
    bool operator==(const Extents& other) const
    {
        if (rank != other.rank) return false;
        for (std::size_t axis = 0; axis < rank; ++axis)
            if (sizes[axis] != other.sizes[axis]) return false;
        return true;
    }
};

/// As people write it: [1, 28, 28, 1].
[[gnu::cold]] inline void print(std::string& to, const Extents& shape)
{
    append(to, {"["});
    for (std::size_t axis = 0; axis < shape.rank; ++axis) append(to, {axis > 0 ? ", " : "", shape[axis]});
    append(to, {"]"});
}

/// A tensor of a plan.
struct Value {
    const Tensor* tensor = nullptr; ///< what the file says of it
    dtype type = dtype::float32;
    Extents shape{};
    std::byte* data = nullptr; ///< where its numbers lie; null until memory is planned
    float scale = 0;           ///< of a tensor with one scale; 0: not quantized
    std::int32_t zero = 0;
    std::size_t room = 0;  ///< the bytes that lie there; a result that varies must fit
    bool constant = false; ///< of the file, or computed of such alone: the same numbers as long as there is the interpreter
    bool known = false;    ///< its numbers are there before anything runs: constants, and what follows from shapes
    bool varies = false;   ///< its extents are known only while the plan runs; `shape` is the largest that they can be until then

    bool is_quantized() const { return scale != 0; }
    std::size_t size() const { return shape.size(); }
    std::size_t bytes() const { return shape.size() * bytes_of(type); }
    template <class T> T* numbers() const { return reinterpret_cast<T*>(data); }
};

/// An operator of a plan. Its inputs and outputs are in the order of the file; null where one is left out.
///
/// Numbers start on the alignment of their type, those in the arena on 64 bytes, and behind each tensor of the arena and behind the scratch
/// lie 64 bytes that may be read, and written if nobody minds. A constant has nothing behind it.
struct Step {
    const Operator* op = nullptr;
    std::size_t number = 0; ///< of the operator in its subgraph, for sentences
    const Network* network = nullptr;
    std::vector<Value*> in{}, out{};
    void (*run)(const Step&) = nullptr;
    std::shared_ptr<const void> kept{}; ///< what `prepare` made: sizes, packed weights, lists of pixels, tables
    std::size_t scratch_bytes = 0;      ///< how much room `run` needs beside its tensors
    std::byte* scratch = nullptr;       ///< on 64 bytes; shared by all steps, so nothing in it stays
    std::size_t threads = 1;
    void (*placed)(Step&) = nullptr; ///< of a loop: called whenever its tensors and its scratch have a place
    bool varies = false;             ///< an extent of its tensors is known only while the plan runs
    bool running = false;            ///< the plan runs: what the inputs hold can be read

    const Options& options() const { return op->options; }
    const Value& x(std::size_t i = 0) const { return *in[i]; }
    Value& y(std::size_t i = 0) const { return *out[i]; }
    bool has(std::size_t i) const { return i < in.size() && in[i] != nullptr; }
    /// Whether the numbers of an input can be read, while shapes are inferred.
    bool readable(std::size_t i) const { return in[i]->known || running; }
    template <class Kept> const Kept& keeps() const { return *static_cast<const Kept*>(kept.get()); }
};

/// Throws the sentence about an operator: the file, its number, its name in the format, its first output, and what is wrong.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail_at(const Step& step, std::initializer_list<piece> parts)
{
    std::string text = text_of({step.network->source, ": operator ", step.number, " (", operator_name(step.op->op), ')'});
    if (!step.out.empty() && step.out[0] && step.out[0]->tensor) append(text, {" of \"", step.out[0]->tensor->name, '"'});
    append(text, {": "});
    append(text, parts);
    fail({text});
}

/// Number `i` of an input that holds int32 or int64; sizes, axes and positions are such.
[[gnu::cold]] inline std::int64_t integer_at(const Step& step, const Value& value, std::size_t i)
{
    if (i >= value.size()) fail_at(step, {"an input has ", value.size(), " numbers where ", i + 1, " are needed"});
    if (value.type == dtype::int64) return value.numbers<std::int64_t>()[i];
    if (value.type != dtype::int32) fail_at(step, {"an input of ", name_of(value.type), " where int32 or int64 is needed"});
    return value.numbers<std::int32_t>()[i];
}

/// An axis of a shape as the file says it, -1 for the last.
[[gnu::cold]] inline std::size_t axis_of(const Step& step, std::int64_t axis, std::size_t rank)
{
    const std::int64_t from_front = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
    if (from_front < 0 || from_front >= static_cast<std::int64_t>(rank))
        fail_at(step, {"axis ", axis, " of a tensor of ", rank, " axes"});
    return static_cast<std::size_t>(from_front);
}

/// Sets the extents of an output. More than memory can have is refused, so that no later product can overflow.
[[gnu::cold]] inline void set_shape(const Step& step, std::size_t output, const Extents& shape)
{
    std::size_t size = bytes_of(step.out[output]->type);
    constexpr std::size_t most = ~std::size_t{0} / 1024;
    for (const std::size_t extent : shape) {
        if (extent > most / size) fail_at(step, {"a result of shape ", shape, " is larger than any memory"});
        if (extent > 0) size *= extent; // the other extents of nothing are bounded as well
    }
    step.out[output]->shape = shape;
}

/// The least and the largest result that a fused activation lets through.
struct clamp_range {
    float low, high;
};
constexpr clamp_range clamp_of(fused activation)
{
    constexpr float most = std::numeric_limits<float>::infinity();
    if (activation == fused::relu) return {0, most};
    if (activation == fused::relu6) return {0, 6};
    if (activation == fused::relu_n1_to_1) return {-1, 1};
    return {-most, most};
}

/// Flattened: a constructor of the library would be shared by all objects of a program, whatever their instruction sets.
[[gnu::cold, gnu::flatten, gnu::noinline]] inline std::shared_ptr<void> owner_of(void* made, void (*drop)(void*))
{
    return std::shared_ptr<void>(made, drop);
}
template <class T> [[gnu::cold]] void delete_as(void* of) { delete static_cast<T*>(of); }

/// As std::make_shared, but all types share the block that counts, which would otherwise be compiled for each of them.
template <class T, class... Arguments> [[gnu::cold]] std::shared_ptr<T> share_new(Arguments&&... arguments)
{
    T* made;
    if constexpr (std::is_constructible_v<T, Arguments&&...>) made = new T(std::forward<Arguments>(arguments)...);
    else made = new T{std::forward<Arguments>(arguments)...};
    const std::shared_ptr<void> owner = owner_of(made, delete_as<T>);
    return std::shared_ptr<T>(owner, made);
}

/// Weights in the order of a kernel, made once of a constant and shared by the clones of an interpreter.
class PackedWeights {
public:
    /// What else than the constant and the word a packing depends on, as groups or strides: operators of any such numbers may share a constant.
    using Variant = std::array<std::uintptr_t, 2>;

    /// What `make` gives for a value under a word that says how it is packed: `make()` returns a shared_ptr<const Packed>. The word is a
    /// literal, and one word stands for one type. Of what is no constant (but known) it is made each time.
    template <class Packed, class Make>
    [[gnu::cold]] std::shared_ptr<const Packed> of(const Value& value, std::string_view how, const Make& make,
                                                   const Variant& variant = {})
    {
        return std::static_pointer_cast<const Packed>(find(value, how, variant, make_by<Make>, &make));
    }

private:
    template <class Make> [[gnu::cold]] static std::shared_ptr<const void> make_by(const void* make)
    {
        return (*static_cast<const Make*>(make))();
    }

    std::recursive_mutex guard; ///< making one may ask for another
    struct Place {
        std::shared_ptr<const void> made{};
    };
    std::map<std::tuple<const void*, std::string_view, Variant>, Place> packed;

    [[gnu::cold, gnu::noinline]] std::shared_ptr<const void> find(const Value& value, std::string_view how,
                                                                  const Variant& variant,
                                                                  std::shared_ptr<const void> (*make)(const void*),
                                                                  const void* by)
    {
        if (!value.constant) return make(by);
        const std::lock_guard lock(guard);
        std::shared_ptr<const void>& place = packed[{value.tensor, how, variant}].made;
        if (!place) place = make(by);
        return place;
    }
};

/// What a preparation is given.
struct Preparation {
    PackedWeights& weights;
};

/// How the plan may place the output of an operator.
enum class output_place : std::uint8_t {
    its_own,
    over_first_input, ///< the operator may write over its first input where that has as many bytes and nobody reads it later
    view_of_input,    ///< the same numbers under another shape: nothing is run
    of_shapes,        ///< its numbers follow from the shapes of its inputs alone
};

/// What a family says of one operator.
///
/// `infer` sets the shape of each output from the shapes of the inputs, and from the numbers of those that are `readable`; it refuses shapes
/// and options that do not fit by `fail_at`. It allocates nothing, since a loop calls it for each step whose extents vary. Where an extent
/// follows from numbers that are not readable, it sets the largest shape there can be, and `varies`; or refuses, where there is no bound.
/// `prepare` refuses types that it has no kernel for, chooses `run`, sets `kept` and `scratch_bytes`; shapes are then the largest ones.
/// `run` reads the shapes from the values where they can vary, and refuses numbers that lead outside, as an index too large.
struct OperatorRules {
    code op;
    void (*infer)(Step&);
    void (*prepare)(Step&, Preparation&);
    output_place place = output_place::its_own;
};

}}} // namespace lamina::internals::tflite
