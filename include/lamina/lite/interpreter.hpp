// lamina/lite/interpreter.hpp: runs a TensorFlow Lite file.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/lite/check.hpp>
#include <lamina/lite/details.hpp>
#include <lamina/lite/joins.hpp>
#include <lamina/lite/loop.hpp>
#include <lamina/lite/plan.hpp>
#include <lamina/lite/quantized_numbers.hpp>
#include <lamina/lite/read.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite {

/// Runs a TensorFlow Lite file (.tflite), whoever made it: `lite::convert`, or TensorFlow's converter.
///
/// It is used as TensorFlow's own: allocate_tensors, set_tensor, invoke, get_tensor. A tensor's index is its number in the file.
///
/// Options  InterpreterOptions: threads, keep_tensors, max_bytes, max_rounds.
/// Refuses  a file that is damaged, with every fault found in one sentence; operators that lamina does not know, by name; both when it
///          is made. Shapes that do not fit, when tensors are allocated. Nothing of a file is trusted.
/// Numerics float32 within 1e-5 of TensorFlow's interpreter; whole numbers by the rules of its faster kernels (XNNPACK).
///          A row of a batch has the same bits in every batch, and with any number of threads.
/// Threads  an interpreter is used by one thread at a time; `clone()` gives each thread its own, which shares file and weights.
/// Source   TensorFlow Lite's public schema, version 3.
/// Example  auto count = [](const std::string& path) { lite::Interpreter of{path}; of.allocate_tensors(); return of.arena_bytes(); };
class Interpreter {
public:
    explicit Interpreter(const internals::FilePath& path, const InterpreterOptions& with = {});
    explicit Interpreter(std::vector<std::byte> bytes, const InterpreterOptions& with = {});
    explicit Interpreter(internals::tflite::Network network, const InterpreterOptions& with = {});
    Interpreter(Interpreter&&) = default;
    Interpreter& operator=(Interpreter&&) = default;
    [[gnu::cold]] ~Interpreter() = default;

    /// Another interpreter of the same file, of which this one's weights are shared; it has tensors of its own, of the same shapes.
    Interpreter clone() const;

    /// Makes ready what `invoke` needs: shapes, kernels, memory. Called again after `resize_tensor_input`. Inputs and variables are zeros.
    void allocate_tensors();

    /// Whether tensors are allocated: not before the first `allocate_tensors`, after `resize_tensor_input`, and where shapes were refused.
    bool is_allocated() const { return plan != nullptr; }

    /// The inputs and outputs of the file's first subgraph, and all its tensors. Shapes are those of the last `allocate_tensors`.
    const std::vector<TensorDetails>& input_details() const { return inputs; }
    const std::vector<TensorDetails>& output_details() const { return outputs; }
    const std::vector<TensorDetails>& tensor_details() const { return tensors; }
    const std::vector<SignatureDetails>& signatures() const { return signature_list; }

    /// A signature by its name, or the first one: `signature().input("image")` is the index of a tensor.
    const SignatureDetails& signature(std::string_view key = {}) const;

    /// Gives an input another shape, from the next `allocate_tensors` on.
    void resize_tensor_input(std::size_t index, std::span<const std::size_t> shape);
    void resize_tensor_input(std::size_t index, std::initializer_list<std::size_t> shape)
    {
        resize_tensor_input(index, std::span<const std::size_t>(shape.begin(), shape.size()));
    }

    /// Sets the numbers of an input, or of a variable. Type and shape must be the tensor's.
    template <class X> void set_tensor(std::size_t index, const X& x);

    /// The same of real numbers for a quantized tensor: each becomes round(x / scale) + zero_point, to the nearest even, as far as the type goes.
    template <class X> void set_tensor_quantized(std::size_t index, const X& x);

    /// Computes the outputs. Allocates nothing.
    void invoke();

    /// A copy of a tensor's numbers: an input, an output, a constant; any other where `keep_tensors` is set. Without `Rank` an xt::xarray.
    template <class T = float, std::size_t... Rank> auto get_tensor(std::size_t index) const;

    /// The same of a quantized tensor as real numbers, scale · (number - zero_point).
    template <std::size_t... Rank> auto get_tensor_dequantized(std::size_t index) const;

    /// A tensor's numbers where they lie, until the next `allocate_tensors`. Those of a constant must not be changed.
    template <class T> std::span<T> tensor(std::size_t index);

    /// Sets what the file keeps between two calls of `invoke`, as the state of an LSTM, to zeros.
    void reset_variables();

    /// The memory that tensors lie in, without constants and packed weights.
    std::size_t arena_bytes() const { return plan ? plan->arena_bytes() : 0; }

private:
    using Value = internals::tflite::Value;
    struct Clone {};
    Interpreter(Clone, const Interpreter& of);

    void begin(internals::tflite::Network network);
    void describe();
    void describe(std::vector<TensorDetails>& list, const std::size_t* which, std::size_t count);
    TensorDetails details_of(std::size_t index) const;
    void require_plan(const char* what) const
    {
        if (!plan) fail_without_plan(what);
    }
    void fail_without_plan(const char* what) const;
    const internals::tflite::Subgraph& graph() const { return file->joined[0]; }
    const Value& readable(std::size_t index, const char* what) const;
    const Value& writable(std::size_t index, const char* what) const;
    void require_type(const char* what, const Value& value, dtype type) const;
    void require_shape(const Value& value, const std::size_t* extents, std::size_t rank) const;
    template <class X> void require_fit(const Value& value, const X& x) const;

    std::shared_ptr<internals::tflite::SharedFile> file;
    InterpreterOptions options;
    std::vector<internals::tflite::Extents> shapes; ///< of the inputs
    std::unique_ptr<internals::tflite::Plan> plan;  ///< null until tensors are allocated
    internals::aligned_bytes arena;
    std::vector<TensorDetails> inputs, outputs, tensors;
    std::vector<SignatureDetails> signature_list;
};

[[gnu::cold]] inline Interpreter::Interpreter(const internals::FilePath& path, const InterpreterOptions& with) : options(with)
{
    begin(internals::tflite::read_network(internals::tflite::bytes_of_file(path), internals::text_of({'"', path.string(), '"'}),
                                          options.max_bytes));
}

[[gnu::cold]] inline Interpreter::Interpreter(std::vector<std::byte> bytes, const InterpreterOptions& with) : options(with)
{
    begin(internals::tflite::read_network(std::make_shared<const std::vector<std::byte>>(std::move(bytes)), "a file in memory",
                                          options.max_bytes));
}

[[gnu::cold]] inline Interpreter::Interpreter(internals::tflite::Network network, const InterpreterOptions& with) : options(with)
{
    internals::tflite::check_network(network, options.max_bytes);
    begin(std::move(network));
}

[[gnu::cold]] inline Interpreter::Interpreter(Clone, const Interpreter& of)
    : file(of.file), options(of.options), shapes(of.shapes)
{
    signature_list = internals::tflite::signatures_of(file->network);
    describe();
    if (of.plan) allocate_tensors();
}
inline Interpreter Interpreter::clone() const { return Interpreter(Clone{}, *this); }

[[gnu::cold]] inline void Interpreter::begin(internals::tflite::Network network)
{
    using namespace internals;
    file = tflite::share_new<tflite::SharedFile>();
    file->network = std::move(network);
    std::string unknown;
    for (tflite::Subgraph& one : file->network.subgraphs)
        for (std::size_t i = 0; i < one.operators.size(); ++i) {
            tflite::Operator& op = one.operators[i];
            op.number = i;
            if (op.op == tflite::code::while_loop || tflite::rules_of(op.op)) continue;
            append(unknown, {unknown.empty() ? "" : ", ", "operator ", i, " (", tflite::operator_name(op.op), ')'});
        }
    if (!unknown.empty())
        fail({file->network.source, ": cannot be run here, since these operators are not supported: ", unknown});
    for (const tflite::Subgraph& one : file->network.subgraphs)
        file->joined.push_back(options.keep_tensors ? one : tflite::join_operators(one));
    for (const std::size_t tensor : graph().inputs) {
        tflite::Extents shape;
        for (const std::size_t extent : graph().tensors[tensor].shape) shape.push_back(extent);
        shapes.push_back(shape);
    }
    signature_list = tflite::signatures_of(file->network);
    describe();
}

[[gnu::cold]] inline void Interpreter::describe()
{
    describe(tensors, nullptr, graph().tensors.size());
    describe(inputs, graph().inputs.data(), graph().inputs.size());
    describe(outputs, graph().outputs.data(), graph().outputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        inputs[i].shape.assign(shapes[i].begin(), shapes[i].end());
        tensors[inputs[i].index].shape.assign(shapes[i].begin(), shapes[i].end());
    }
    for (TensorDetails& one : outputs) { // it may be an input
        const std::vector<std::size_t>& shape = tensors[one.index].shape;
        one.shape.assign(shape.begin(), shape.end());
    }
}

/// Details of some tensors, or of all.
[[gnu::cold, gnu::noinline]] inline void Interpreter::describe(std::vector<TensorDetails>& list, const std::size_t* which,
                                                               std::size_t count)
{
    list = std::vector<TensorDetails>(count);
    for (std::size_t i = 0; i < count; ++i) list[i] = details_of(which ? which[i] : i);
}

[[gnu::cold]] inline TensorDetails Interpreter::details_of(std::size_t index) const
{
    const internals::tflite::Tensor& of = graph().tensors[index];
    TensorDetails details{of.name, index, of.shape, of.signature, of.type, of.quantization};
    if (plan) details.shape.assign(plan->value(index).shape.begin(), plan->value(index).shape.end());
    if (details.shape_signature.empty())
        for (const std::size_t extent : of.shape) details.shape_signature.push_back(static_cast<std::ptrdiff_t>(extent));
    return details;
}

[[gnu::cold]] inline void Interpreter::allocate_tensors()
{
    using namespace internals::tflite;
    plan.reset();
    PlanBudget budget{options.max_bytes};
    PlanOptions with{&budget};
    with.threads = options.threads;
    with.keep_tensors = options.keep_tensors;
    with.max_rounds = options.max_rounds;
#if defined(__cpp_exceptions)
    try {
#endif
        std::unique_ptr<Plan> made(new Plan(*file, graph(), shapes, with));
        arena = internals::allocate_aligned(made->arena_bytes());
        std::memset(arena.get(), 0, made->arena_bytes());
        made->place(arena.get());
        plan = std::move(made);
#if defined(__cpp_exceptions)
    }
    catch (const std::bad_alloc&) {
        internals::fail({file->network.source, ": there is not enough memory for its tensors; smaller inputs need less"});
    }
#endif
    describe();
}

[[gnu::cold]] inline void Interpreter::resize_tensor_input(std::size_t index, std::span<const std::size_t> shape)
{
    for (std::size_t i = 0; i < graph().inputs.size(); ++i) {
        if (graph().inputs[i] != index) continue;
        if (shape.size() > internals::tflite::most_axes)
            internals::fail({file->network.source, ": a shape of ", shape.size(), " axes was given for \"", tensors[index].name,
                             "\", a tensor has at most ", internals::tflite::most_axes});
        shapes[i] = {};
        for (const std::size_t extent : shape) shapes[i].push_back(extent);
        plan.reset();
        return;
    }
    internals::fail({file->network.source, ": tensor ", index, " is no input; input_details() lists these"});
}

[[gnu::cold]] inline const SignatureDetails& Interpreter::signature(std::string_view key) const
{
    std::string names;
    for (const SignatureDetails& one : signature_list) {
        if (key.empty() || one.key == key) return one;
        internals::append(names, {names.empty() ? "\"" : ", \"", one.key, '"'});
    }
    if (names.empty()) internals::fail({file->network.source, ": has no signatures; input_details() lists the inputs"});
    internals::fail({file->network.source, ": has no signature \"", key, "\", it has ", names});
}

[[gnu::cold]] inline void Interpreter::fail_without_plan(const char* what) const
{
    internals::fail({file->network.source, ": ", what, " before allocate_tensors()"});
}

inline void Interpreter::invoke()
{
    require_plan("invoke()");
    plan->run();
}

inline void Interpreter::reset_variables()
{
    require_plan("reset_variables()");
    plan->reset_variables();
}

inline const internals::tflite::Value& Interpreter::readable(std::size_t index, const char* what) const
{
    require_plan(what);
    if (index >= tensors.size())
        internals::fail({file->network.source, ": ", what, " of tensor ", index, ", the file has ", tensors.size(),
                         " tensors; input_details() and output_details() say which"});
    if (!plan->stays(index))
        internals::fail(
            {file->network.source, ": ", what, " of \"", tensors[index].name,
             "\", which is no input or output and whose memory is used again; InterpreterOptions.keep_tensors keeps it"});
    return plan->value(index);
}

inline const internals::tflite::Value& Interpreter::writable(std::size_t index, const char* what) const
{
    const Value& value = readable(index, what);
    bool given = value.tensor->is_variable;
    for (const std::size_t input : graph().inputs) given = given || input == index;
    if (!given || value.known)
        internals::fail({file->network.source, ": ", what, " of \"", tensors[index].name,
                         "\", which is no input; input_details() lists these"});
    return value;
}

inline void Interpreter::require_type(const char* what, const Value& value, dtype type) const
{
    if (type == value.type) return;
    internals::fail({file->network.source, ": ", what, " of ", internals::name_of(type), " numbers for \"", value.tensor->name,
                     "\", which is ", internals::name_of(value.type),
                     value.is_quantized() && type == dtype::float32
                         ? "; set_tensor_quantized and get_tensor_dequantized take and give real numbers"
                     : std::string_view(what) == "set_tensor()" ? "; xt::cast gives numbers of that type"
                                                                : "; ask for that type, as get_tensor<std::int32_t> does"});
}

inline void Interpreter::require_shape(const Value& value, const std::size_t* extents, std::size_t rank) const
{
    internals::tflite::Extents given;
    for (std::size_t axis = 0; axis < std::min(rank, internals::tflite::most_axes); ++axis) given.push_back(extents[axis]);
    if (rank == given.rank && given == value.shape) return;
    internals::fail({file->network.source, ": numbers of shape ", given, " for \"", value.tensor->name, "\", which has ",
                     value.shape, "; resize_tensor_input and allocate_tensors give it another shape"});
}

template <class X> void Interpreter::require_fit(const Value& value, const X& x) const
{
    std::size_t extents[internals::tflite::most_axes]{}, rank = 0;
    for (const auto extent : x.shape())
        if (rank++ < internals::tflite::most_axes) extents[rank - 1] = static_cast<std::size_t>(extent);
    require_shape(value, extents, rank);
}

template <class X> void Interpreter::set_tensor(std::size_t index, const X& x)
{
    using T = std::remove_cvref_t<typename X::value_type>;
    const Value& value = writable(index, "set_tensor()");
    require_type("set_tensor()", value, internals::dtype_of<T>);
    require_fit(value, x);
    std::copy(x.template begin<xt::layout_type::row_major>(), x.template end<xt::layout_type::row_major>(), value.numbers<T>());
}

template <class X> void Interpreter::set_tensor_quantized(std::size_t index, const X& x)
{
    const Value& value = writable(index, "set_tensor_quantized()");
    require_fit(value, x);
    auto next = x.template begin<xt::layout_type::row_major>();
    internals::tflite::quantize_into(value, file->network.source, [&] { return static_cast<float>(*next++); });
}

template <class T, std::size_t... Rank> auto Interpreter::get_tensor(std::size_t index) const
{
    static_assert(sizeof...(Rank) <= 1, "lamina: get_tensor<T> or get_tensor<T, rank>");
    const Value& value = readable(index, "get_tensor()");
    require_type("get_tensor()", value, internals::dtype_of<T>);
    auto result = internals::tflite::room_for<T, Rank...>(value, file->network.source);
    std::copy_n(value.numbers<const T>(), value.size(), result.data());
    return result;
}

template <std::size_t... Rank> auto Interpreter::get_tensor_dequantized(std::size_t index) const
{
    const Value& value = readable(index, "get_tensor_dequantized()");
    auto result = internals::tflite::room_for<float, Rank...>(value, file->network.source);
    internals::tflite::dequantize_from(value, file->network.source, result.data());
    return result;
}

template <class T> std::span<T> Interpreter::tensor(std::size_t index)
{
    const Value& value = readable(index, "tensor()");
    require_type("tensor()", value, internals::dtype_of<std::remove_const_t<T>>);
    return {value.numbers<T>(), value.size()};
}

}}} // namespace lamina::lite
