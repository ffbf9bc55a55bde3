// lamina/models/predict.hpp: inference: one sample on the stack, or a batch.
//
// A model of several inputs takes a std::tuple of batches, one of several outputs gives a std::tuple of results.
#pragma once

#include <lamina/blocks/judge_block.hpp>
#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/models/classes_of.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/models/sample.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/trace/execution.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/trace/result.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Never true: its arguments are the error message.
template <class Given> inline constexpr bool input_can_be_read = false;
template <class Given> inline constexpr bool batch_can_be_read = false;

/// Intermediates of one sample lie on the stack up to this size.
inline constexpr std::size_t stack_bytes = 64 * 1024;
/// The result of one sample may take as much.
inline constexpr std::size_t largest_result = 1024 * 1024;

/// Whether what a block works in for a sample is known when it is compiled, which that of a formula is not, and fits there.
template <class B>
concept KnownRoom = requires { typename std::bool_constant<(static_cast<void>(scratch_of<B>(1)), true)>; };
template <class B> inline constexpr bool fits_on_the_stack = false;
template <KnownRoom B>
inline constexpr bool fits_on_the_stack<B> = scratch_of<B>(1) * sizeof(typename B::value_type) <= stack_bytes;

/// A block of so few multiply-adds is computed where it is called: the call would take a tenth of its time.
inline constexpr std::size_t less_than_a_call = 256;

template <Block B> [[gnu::always_inline]] inline auto compute_sample(const B& block, const typename B::value_type* x)
{
    using T = typename B::value_type;
    Result<FixedTensor<T, B::output>> result; // is where the caller wants it, and not copied
    T* const y = result.data();
    require_bound(block);
    constexpr fixed<std::size_t{1}> one; // what layers do with more samples is not compiled
    if constexpr (fits_on_the_stack<B>) {
        constexpr std::size_t room = scratch_of<B>(one);
        alignas(alignment) T scratch[room == 0 ? 1 : room];
        block.forward(Mode{}, x, y, nullptr, scratch, one);
    }
    else block.forward(Mode{}, x, y, nullptr, Borrowed<T>(scratch_of<B>(one)).data(), one);
    return result;
}

template <Block B> auto compute_sample_apart(const B& block, const typename B::value_type* x) { return compute_sample(block, x); }

template <Block B> [[gnu::always_inline]] inline auto result_of_sample(const B& block, const typename B::value_type* x)
{
    constexpr std::size_t work = multiply_adds_of<B>(); // 0 where a layer does not say
    if constexpr (work > 0 && work <= less_than_a_call) return compute_sample(block, x);
    else return compute_sample_apart(block, x);
}

/// Calls `f(first, n, x)` for chunks of the samples of x from `begin` to `end`, as T.
template <class T, DenseTensor X, class F>
void for_each_chunk(const X& x, std::size_t size, std::size_t begin, std::size_t end, F&& f)
{
    if constexpr (std::is_same_v<element<X>, T>)
        for (std::size_t first = begin; first < end; first += chunk)
            f(first, std::min(chunk, end - first), start_of(x) + first * size);
    else {
        const Borrowed<T> converted(chunk * size);
        for (std::size_t first = begin; first < end; first += chunk) {
            const std::size_t n = std::min(chunk, end - first);
            std::transform(start_of(x) + first * size, start_of(x) + (first + n) * size, converted.data(),
                           [](auto v) { return static_cast<T>(v); });
            f(first, n, converted.data());
        }
    }
}

/// Whether a type is made as models are: a block, or a struct with an operator(). Another one may have a member `predict` of its own.
template <class M>
concept CanBeTraced = AnyBlock<M> || is_refused<M> || has_call_operator<M>();

/// Whether a type that is no model has a member `predict`.
template <class M, class X>
concept PredictsItself = !CanBeTraced<M> && requires(const M& m, const X& x) { m.predict(x); };

/// The results of n samples for output At.
template <class M, std::size_t At> auto result_at(std::size_t n)
{
    constexpr Shape each = output_of<M, At>;
    row_major<number_type<M>, each.rank + 1> y;
    std::array<std::size_t, each.rank + 1> extents{n};
    std::copy_n(each.extents, each.rank, extents.begin() + 1);
    y.resize(extents);
    return y;
}

/// The results of n samples: a tensor, or where the model gives a std::tuple, one of tensors.
template <class M> auto result_for(std::size_t n)
{
    if constexpr (gives_tuple<M>)
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            return std::tuple{result_at<M, At>(n)...};
        }(std::make_index_sequence<output_count<M>>{});
    else return result_at<M, 0>(n);
}

/// Whether there is a batch for every input, and in a std::tuple where they are several.
template <class M, class X>
inline constexpr bool one_batch_an_input = tensor_count<X> == input_count<M> && !(Block<M> && is_tuple<X>);

} // namespace internals

/// What inference of a batch works in; made once, so that `predict(model, batch, into, workspace)` allocates nothing.
/// It refers to the model, which must not move while it lives. One thread at a time may use it.
template <class M> class Workspace {
    using T = internals::number_type<M>;

public:
    LAMINA_OUTLINED explicit Workspace(const M& of)
        : model(&of), plan(internals::trace(of)), blocks(plan.blocks), execution(plan, false)
    {}

    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    const Shape& input(std::size_t i = 0) const { return plan.input_shape(i); }
    bool belongs_to(const M& other) const { return model == &other; }

    /// The samples from `begin` to `end` of x to their places in y.
    template <internals::DenseTensors X, internals::DenseTensors Y> void run(const X& x, Y& y, std::size_t begin, std::size_t end)
    {
        for (std::size_t first = begin; first < end; first += internals::chunk) {
            const std::size_t n = std::min(internals::chunk, end - first);
            const auto from = [&]<std::size_t... At>(std::index_sequence<At...>) {
                return std::array{read(internals::tensor_at<At>(x), At, first, n)...};
            }(std::make_index_sequence<internals::input_count<M>>{});
            const auto to = [&]<std::size_t... At>(std::index_sequence<At...>) {
                return std::array{internals::start_of(internals::tensor_at<At>(y)) +
                                  first * internals::output_of<M, At>.size()...};
            }(std::make_index_sequence<internals::output_count<M>>{});
            execution.forward(internals::span_of(blocks), protocols::Mode{}, from.data(), to.data(), n);
        }
    }

private:
    const M* model;
    internals::Plan<T> plan;
    std::vector<const void*> blocks;
    internals::Execution<T> execution;

    template <internals::DenseTensor X> const T* read(const X& x, std::size_t i, std::size_t first, std::size_t n)
    {
        const std::size_t size = input(i).size();
        const auto* const from = internals::start_of(x) + first * size;
        if constexpr (std::is_same_v<internals::element<X>, T>) return from;
        else {
            std::transform(from, from + n * size, execution.input(i), [](auto v) { return static_cast<T>(v); });
            return execution.input(i);
        }
    }
};

/// The model's outputs for a batch x [n, …], written to `into` [n, …output]. Allocates nothing. Several inputs are a std::tuple
/// of batches, several outputs one of places: `auto into = std::tie(classes, angles);`.
template <class M, internals::DenseTensors X, internals::DenseTensors Y>
void predict(const M& model, const X& x, Y& into, Workspace<M>& workspace)
{
    constexpr bool outputs_fit =
        internals::tensor_count<Y> == internals::output_count<M> && internals::is_tuple<Y> == internals::gives_tuple<M>;
    static_assert(outputs_fit, "lamina: a model that gives a std::tuple is predicted into one of as many tensors, and any other "
                               "into a tensor");
    static_assert(internals::one_batch_an_input<M, X>,
                  "lamina: a model of several inputs takes a std::tuple with a batch for each of them");
    if constexpr (internals::one_batch_an_input<M, X> && outputs_fit) {
        internals::require_bound(model);
        if (!workspace.belongs_to(model))
            internals::fail({"predict: the workspace was made for another model, or before this one was moved; make one for it"});
        internals::require_inputs(x, &workspace.input(), "predict");
        const std::size_t count = internals::tensor_at<0>(x).shape()[0];
        const auto check_one = [&]<std::size_t At>(internals::fixed<At>) {
            const auto& y = internals::tensor_at<At>(into);
            static_assert(
                std::is_same_v<internals::element<internals::tensor_type<Y, At>>, internals::number_type<M>> &&
                    internals::may_have_rank<internals::tensor_type<Y, At>>(internals::output_of<M, At>.rank + 1),
                "lamina: the results of predict are an xtensor of the model's number type, of one rank more than its output");
            if (internals::sample_shape(y) != internals::output_of<M, At> || y.shape()[0] != count)
                internals::fail({"predict: ", count, " samples give ", count, " results of shape ", internals::output_of<M, At>,
                                 ", the place given holds ", y.shape()[0], " of ", internals::sample_shape(y),
                                 "; resize it first"});
        };
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (check_one(internals::fixed<At>{}), ...);
        }(std::make_index_sequence<internals::output_count<M>>{});
        workspace.run(x, into, 0, count);
    }
}

namespace internals {

template <class M, DenseTensors X> auto predict_all(const M& model, const X& x)
{
    using T = number_type<M>;
    auto y = result_for<M>(tensor_at<0>(x).shape()[0]);
    if constexpr (Block<M>) {
        static_assert(may_have_rank<X>(M::input.rank + 1),
                      "lamina: a batch has one rank more than the model's input: [n, ...input]");
        require_bound(model);
        require_samples(x, M::input, "predict");
        const Borrowed<T> scratch(scratch_of<M>(chunk));
        for_each_chunk<T>(x, M::input.size(), 0, x.shape()[0], [&](std::size_t first, std::size_t n, const T* from) {
            model.forward(Mode{}, from, y.data() + first * M::output.size(), nullptr, scratch.data(), n);
        });
    }
    else {
        Workspace<M> workspace(model);
        predict(model, x, y, workspace);
    }
    return y;
}

/// The shape of a sample of each input.
template <class M> std::array<Shape, input_count<M>> input_shapes(const M& model)
{
    std::array<Shape, input_count<M>> shapes{};
    if constexpr (declares_inputs<M>)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            shapes = {declared_input<M, At>...};
        }(std::make_index_sequence<input_count<M>>{});
    else std::copy_n(trace(model).values.begin(), input_count<M>, shapes.begin());
    return shapes;
}

/// `f(tensors)` for what is given to a model; one sentence, and then silence, where it cannot be read.
template <class M, class X, class F>
auto predict_tensors([[maybe_unused]] const M& model, [[maybe_unused]] const X& x, [[maybe_unused]] F&& f)
{
    if constexpr (is_refused<M>) return silence{};
    else if constexpr (!Readable<X>) {
        static_assert(batch_can_be_read<X>,
                      "lamina: predict needs a batch of numbers [n, ...input]: an xtensor, an xarray, an expression of them, "
                      "a std::vector or a std::span");
        return silence{};
    }
    else if constexpr (!one_batch_an_input<M, X>) {
        static_assert(one_batch_an_input<M, X>,
                      "lamina: a model of several inputs takes a std::tuple with a batch for each of them, in order: "
                      "predict(model, std::tuple{images, extras})");
        return result_for<M>(0);
    }
    else if constexpr (DenseTensors<X>) return f(x);
    else {
        const auto each = input_shapes(model);
        return f(as_tensors(x, each.data(), "predict"));
    }
}

} // namespace internals

/// The model's outputs for a batch x [n, …]: [n, …output]. A block or Sequential allocates only the result.
/// Of several inputs, given as a std::tuple of batches; of several outputs, a std::tuple of such results.
/// What is no model is asked by its own member `predict`, if it has one (models/predictor.hpp).
template <class M, class X> auto predict(const M& model, const X& x)
{
    if constexpr (internals::PredictsItself<M, X>) return model.predict(x);
    else {
        if constexpr (internals::takes_one<M>) // what is wrong inside of operator() is said here
            static_cast<void>(requires(const typename internals::first_symbol<M>::type& symbol) { model(symbol); });
        if constexpr (!internals::can_be_model<M>) {
            internals::refuse_model<M>();
            return internals::silence{};
        }
        else if constexpr (!internals::can_be_called<M>) {
            internals::refuse_call<M>();
            return internals::silence{};
        }
        else
            return internals::predict_tensors(model, x,
                                              [&](const auto& tensors) { return internals::predict_all(model, tensors); });
    }
}

/// A block on numbers: a sample or a batch; see trace/inputs.hpp for what may be given.
template <protocols::Block B, class X> [[gnu::always_inline]] inline auto call(const B& block, const X& x)
{
    using T = typename B::value_type;
    static_assert(internals::DenseTensor<X> || B::output.size() * sizeof(T) <= internals::largest_result,
                  "lamina: the result of a sample lies on the stack and would be above 1 MiB; use predict(model, batch)");
    if constexpr (internals::IndexSample<B, X>) { // whole numbers of any type for a model that reads indices
        std::array<T, B::input.size()> indices;
        if (x.size() != indices.size())
            internals::fail({"a sample of ", x.size(), " numbers was given, the model needs ", B::input});
        std::copy(x.begin(), x.end(), indices.begin());
        return internals::result_of_sample(block, indices.data());
    }
    else if constexpr (internals::is_sample_for<X, B::input>) {
        using given = internals::as_shape<internals::static_shape<X>()>; // said here, as each level more is lines of an error
        using layer_type = typename internals::layer_of<B>::type;
        using needed = internals::as_shape<B::input>;
        constexpr bool same = std::is_same_v<internals::element<X>, T>, fits = internals::shape_fits<given, needed>;
        static_assert(same, "lamina: a sample holds the model's number type; cast it, for instance with xt::cast");
        static_assert(fits || internals::sample_has_the_models_input_shape<layer_type, given, needed>,
                      "lamina: a sample has another shape than the model's input");
        if constexpr (!fits || !same) return internals::Result<internals::FixedTensor<T, B::output>>();
        else {
            internals::SampleRoom<X, T> room;
            return internals::result_of_sample(block, internals::numbers_of_sample<B::input>(x, room));
        }
    }
    else if constexpr (internals::DenseTensor<X>) {
        static_assert(internals::rank_of<X> == B::input.rank + 1,
                      "lamina: a model takes one sample, or a batch of one rank more: [n, ...input]");
        return internals::Result(predict(block, x));
    }
    else if constexpr (internals::Readable<X> && !internals::is_tuple<X> && !internals::is_batch<internals::Tensors<X>>)
        return call(block, internals::as_tensors(x, nullptr, "a model"));
    else {
        static_assert(internals::input_can_be_read<X>,
                      "lamina: a model cannot read this: it takes numbers whose rank is known, one sample or a batch; "
                      "predict(model, x) takes an xarray, too");
        return internals::silence{};
    }
}

namespace internals {

template <JoiningBlock B> auto result_of_samples(const B& block, const typename B::value_type* const* x)
{
    using T = typename B::value_type;
    Result<FixedTensor<T, B::output>> result;
    require_bound(block);
    block.forward(Mode{}, x, result.data(), nullptr, Borrowed<T>(scratch_of<B>(1)).data(), 1);
    return result;
}

} // namespace internals

/// A block of several inputs on numbers: a sample of each, or a batch of each.
template <protocols::JoiningBlock B, class... X>
    requires(sizeof...(X) > 0 && !(internals::AValue<X> || ...))
auto call(const B& block, const X&... x)
{
    using T = typename B::value_type;
    constexpr bool as_many = sizeof...(X) == B::inputs::count;
    static_assert(as_many, "lamina: a block of several inputs takes a value for each of them");
    if constexpr (!as_many) return internals::silence{};
    else
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            constexpr const Shape* needs = B::inputs::values;
            if constexpr (!(internals::is_sample_for<X, needs[At]> && ...))
                return internals::Result(predict(block, std::tie(x...)));
            else if constexpr (!(internals::sample_fits<typename internals::layer_of<B>::type, T, needs[At], X>() && ...))
                return internals::Result<internals::FixedTensor<T, B::output>>();
            else {
                std::tuple<internals::SampleRoom<X, T>...> rooms;
                const T* const numbers[]{internals::numbers_of_sample<needs[At]>(x, std::get<At>(rooms))...};
                return internals::result_of_samples(block, numbers);
            }
        }(std::index_sequence_for<X...>{});
}

/// The class of the largest output of every sample, the first of equals; with one output, whether it is above 1/2.
template <class M, class X> auto predict_classes(const M& model, const X& x) { return internals::classes_of(predict(model, x)); }

}} // namespace lamina
