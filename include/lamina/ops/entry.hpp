// lamina/ops/entry.hpp: what an op on tensors is: a table of functions, without types, the same for eager tensors, tapes and graphs.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/keeps.hpp>
#include <lamina/core/record.hpp>
#include <lamina/ops/tensor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// What an op is told besides its inputs: axes, strides, a number, a type.
struct Attributes {
    std::array<std::int32_t, 12> ints{};
    std::uint8_t count = 0; ///< of the ints that say something
    dtype type{};
    double number = 0;

    constexpr void add(std::int32_t value)
    {
        if (count < ints.size()) ints[count++] = value;
    }
};

/// The inputs of an op: tensors that lie anywhere.
class Inputs {
public:
    Inputs(const AnyTensor* const* first, std::size_t size) : at(first), count(size) {}
    std::size_t size() const { return count; }
    const AnyTensor& operator[](std::size_t i) const { return *at[i]; }

private:
    const AnyTensor* const* at;
    std::size_t count;
};

/// A step on the way back, as an op's gradient sees it.
struct StepBack {
    Inputs in;
    const AnyTensor& output; ///< empty where the op does not keep it
    const AnyTensor& dy;
    const Attributes& attributes;
    std::uint32_t wanted; ///< bit i: somebody needs the gradient of input i; all that are beyond bit 31 are needed

    bool wants(std::size_t i) const { return i > 31 || (wanted >> i & 1) != 0; }
};

/// The options of an op's type, such as those of LeakyRelu<0.2>, as it lists them (blocks/option_list.hpp): names and numbers.
struct OpOptions {
    struct Option {
        std::string_view name;
        double value;
    };
    std::array<Option, 4> all{};
    std::size_t count = 0;

    template <class... Usual> void operator()(std::string_view name, double value, const Usual&...)
    {
        if (count < all.size()) all[count++] = {name, value};
    }
    template <class... Usual> void operator()(std::string_view name, std::nullptr_t, const Usual&...)
    {
        (*this)(name, std::numeric_limits<double>::infinity()); // a bound that is none
    }
};

/// What an op makes of n numbers of one array, or of two, without types.
using ArrayLoop = void (*)(const void* a, const void* b, void* y, std::size_t n);

/// An op made ready for inputs of some shapes, of which the second is a variable and read where it is stored: what a plan runs instead of
/// `compute`. One thread at a time.
struct ReadyOp {
    ReadyOp() = default;
    ReadyOp(const ReadyOp&) = delete;
    ReadyOp& operator=(const ReadyOp&) = delete;
    virtual ~ReadyOp() = default;
    /// y = op(x, w) + bias; without a bias it is null.
    virtual void run(const AnyTensor& x, const record& w, const AnyTensor* bias, const AnyTensor& y) = 0;
};

/// An op, written once.
///
/// infer      shape and type of the result, which have those of the first input to begin with. It is the only place of validation: it refuses
///            by a sentence whatever `compute` cannot do, for any shapes, types and attributes, since files ask it as well.
/// compute    writes the numbers of the result.
/// gradient   writes dx[i], the gradient by input i, in functions on tensors, so that it is differentiated again where a tape listens; or
///            leaves it empty where nothing flows. Null where nothing flows at all.
/// options    of an op whose type has some: lists them. Name and options tell ops apart.
/// loop       of an op that computes element by element: what does so for numbers of a type. The result may lie where an input does. Null of
///            other ops.
/// ready      makes it ready for forms of inputs, the second of which is stored in this record; null where there is nothing to gain.
struct OpEntry {
    std::string_view name;
    keeps kept;
    void (*infer)(const Inputs&, const Attributes&, Shape& extents, dtype& type);
    void (*compute)(const Inputs&, const AnyTensor& out, const Attributes&);
    void (*gradient)(const StepBack&, AnyTensor* dx);
    void (*options)(OpOptions&) = nullptr;
    ArrayLoop (*loop)(dtype) = nullptr;
    std::shared_ptr<ReadyOp> (*ready)(const Inputs& forms, const Attributes&, const record& second) = nullptr;
};

}}} // namespace lamina::internals::tensors
