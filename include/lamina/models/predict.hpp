// lamina/models/predict.hpp: inference: one sample on the stack, or a batch.
//
// A model of several inputs takes a std::tuple of batches, one of several outputs gives a std::tuple of results.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/models/execution.hpp>
#include <lamina/models/inputs.hpp>
#include <lamina/models/result.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina::inline LAMINA_ARCHITECTURE {

namespace inner {

/// Never true: its arguments are the error message.
template <class Layer, class Given, class Needed>
inline constexpr bool sample_has_the_models_input_shape = false;
template <class Given>
inline constexpr bool input_can_be_read = false;

/// Intermediates of one sample lie on the stack up to this size.
inline constexpr std::size_t stack_bytes = 64 * 1024;
/// The result of one sample may take as much.
inline constexpr std::size_t largest_result = 1024 * 1024;

/// A block of so few multiply-adds is computed where it is called: the call would take a tenth of its time.
inline constexpr std::size_t less_than_a_call = 256;

template <Block B>
[[gnu::always_inline]] inline auto compute_sample(const B& block, const typename B::value_type* x)
{
    using T = typename B::value_type;
    Result<FixedTensor<T, B::output>> result; // is where the caller wants it, and not copied
    T* const y = result.data();
    require_bound(block);
    constexpr constant<std::size_t{1}> one; // what layers do with more samples is not compiled
    constexpr std::size_t room = scratch_of<B>(one);
    if constexpr (room * sizeof(T) <= stack_bytes) {
        alignas(alignment) T scratch[room == 0 ? 1 : room];
        block.forward(Mode{}, x, y, nullptr, scratch, one);
    }
    else block.forward(Mode{}, x, y, nullptr, Borrowed<T>(room).data(), one);
    return result;
}

template <Block B>
auto compute_sample_apart(const B& block, const typename B::value_type* x)
{
    return compute_sample(block, x);
}

template <Block B>
[[gnu::always_inline]] inline auto result_of_sample(const B& block, const typename B::value_type* x)
{
    constexpr std::size_t work = multiply_adds_of<B>(); // 0 where a layer does not say
    if constexpr (work > 0 && work <= less_than_a_call) return compute_sample(block, x);
    else return compute_sample_apart(block, x);
}

/// A sample of the model's shape, or its numbers in one row.
template <class B, class Given>
inline constexpr bool fits_sample =
    Given::value == B::input || (Given::value.rank == 1 && Given::value.size() == B::input.size());

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

/// The results of n samples for output I.
template <class M, std::size_t I>
auto result_at(std::size_t n)
{
    constexpr shape each = output_of<M, I>;
    xt::xtensor<number_type<M>, each.rank + 1> y;
    std::array<std::size_t, each.rank + 1> extents{n};
    std::copy_n(each.extents, each.rank, extents.begin() + 1);
    y.resize(extents);
    return y;
}

/// The results of n samples: a tensor, or where the model gives a std::tuple, one of tensors.
template <class M>
auto result_for(std::size_t n)
{
    if constexpr (gives_tuple<M>)
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::tuple{result_at<M, I>(n)...};
        }(std::make_index_sequence<output_count<M>>{});
    else return result_at<M, 0>(n);
}

/// Whether there is a batch for every input, and in a std::tuple where they are several. A sentence if not.
template <class M, class X>
consteval bool one_batch_an_input()
{
    constexpr bool fits = tensor_count<X> == input_count<M> && !(Block<M> && is_tuple<X>);
    static_assert(fits, "lamina: a model of several inputs takes a std::tuple with a batch for each of them, in order: "
                        "predict(model, std::tuple{images, extras})");
    return fits;
}

} // namespace inner

/// What inference of a batch works in; made once, so that `predict(model, batch, into, workspace)` allocates nothing.
/// It refers to the model, which must not move while it lives. One thread at a time may use it.
template <class M>
class Workspace {
    using T = number_type<M>;

public:
    LAMINA_ONCE explicit Workspace(const M& of) : model(&of), plan(trace(of)), blocks(plan.blocks), execution(plan, false) {}

    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    const shape& input(std::size_t i = 0) const { return plan.input_shape(i); }
    bool belongs_to(const M& other) const { return model == &other; }

    /// The samples from `begin` to `end` of x to their places in y.
    template <DenseTensors X, DenseTensors Y>
    void run(const X& x, Y& y, std::size_t begin, std::size_t end)
    {
        for (std::size_t first = begin; first < end; first += chunk) {
            const std::size_t n = std::min(chunk, end - first);
            const auto from = [&]<std::size_t... I>(std::index_sequence<I...>) {
                return std::array{read(tensor_at<I>(x), I, first, n)...};
            }(std::make_index_sequence<input_count<M>>{});
            const auto to = [&]<std::size_t... I>(std::index_sequence<I...>) {
                return std::array{start_of(tensor_at<I>(y)) + first * output_of<M, I>.size()...};
            }(std::make_index_sequence<output_count<M>>{});
            execution.forward(span_of(blocks), Mode{}, from.data(), to.data(), n);
        }
    }

private:
    const M* model;
    Plan<T> plan;
    std::vector<const void*> blocks;
    Execution<T> execution;

    template <DenseTensor X>
    const T* read(const X& x, std::size_t i, std::size_t first, std::size_t n)
    {
        const std::size_t size = input(i).size();
        const auto* const from = start_of(x) + first * size;
        if constexpr (std::is_same_v<element<X>, T>) return from;
        else {
            std::transform(from, from + n * size, execution.input(i), [](auto v) { return static_cast<T>(v); });
            return execution.input(i);
        }
    }
};

/// The model's outputs for a batch x [n, …], written to `into` [n, …output]. Allocates nothing. Several inputs are a std::tuple
/// of batches, several outputs one of places: `auto into = std::tie(classes, angles);`.
template <class M, DenseTensors X, DenseTensors Y>
void predict(const M& model, const X& x, Y& into, Workspace<M>& workspace)
{
    constexpr bool outputs_fit = tensor_count<Y> == output_count<M> && is_tuple<Y> == gives_tuple<M>;
    static_assert(outputs_fit, "lamina: a model that gives a std::tuple is predicted into one of as many tensors, and any other "
                               "into a tensor");
    if constexpr (inner::one_batch_an_input<M, X>() && outputs_fit) {
        require_bound(model);
        if (!workspace.belongs_to(model))
            fail({"predict: the workspace was made for another model, or before this one was moved; make one for it"});
        require_inputs(x, &workspace.input(), "predict");
        const std::size_t count = tensor_at<0>(x).shape()[0];
        const auto check = [&]<std::size_t I>(constant<I>) {
            const auto& y = tensor_at<I>(into);
            static_assert(
                std::is_same_v<element<tensor_type<Y, I>>, number_type<M>> &&
                    rank_of<tensor_type<Y, I>> == output_of<M, I>.rank + 1,
                "lamina: the results of predict are an xtensor of the model's number type, of one rank more than its output");
            if (sample_shape(y) != output_of<M, I> || y.shape()[0] != count)
                fail({"predict: ", count, " samples give ", count, " results of shape ", output_of<M, I>,
                      ", the place given holds ", y.shape()[0], " of ", sample_shape(y), "; resize it first"});
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (check(constant<I>{}), ...);
        }(std::make_index_sequence<output_count<M>>{});
        workspace.run(x, into, 0, count);
    }
}

namespace inner {
template <class M, DenseTensors X>
auto predict_all(const M& model, const X& x)
{
    using T = number_type<M>;
    auto y = result_for<M>(tensor_at<0>(x).shape()[0]);
    if constexpr (Block<M>) {
        static_assert(rank_of<X> == M::input.rank + 1, "lamina: a batch has one rank more than the model's input: [n, ...input]");
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
} // namespace inner

/// The model's outputs for a batch x [n, …]: [n, …output]. A block or Sequential allocates only the result.
/// Of several inputs, given as a std::tuple of batches; of several outputs, a std::tuple of such results.
template <class M, DenseTensors X>
auto predict(const M& model, const X& x)
{
    if constexpr (is_refused<M>) return lamina::detail::silence{};
    else if constexpr (inner::one_batch_an_input<M, X>()) return inner::predict_all(model, x);
    else return inner::result_for<M>(0);
}

/// A block on numbers: a sample or a batch; see models/inputs.hpp for what may be given.
template <Block B, class X>
[[gnu::always_inline]] inline auto call(const B& block, const X& x)
{
    using T = typename B::value_type;
    constexpr shape given = lamina::detail::static_shape<X>();
    static_assert(DenseTensor<X> || B::output.size() * sizeof(T) <= inner::largest_result,
                  "lamina: the result of a sample lies on the stack and would be above 1 MiB; use predict(model, batch)");
    if constexpr (FlatSample<X> || FixedExpression<X>) {
        static_assert(std::is_same_v<element<X>, T>,
                      "lamina: a sample holds the model's number type; cast it, for instance with xt::cast");
        static_assert(
            inner::fits_sample<B, as_shape<given>> ||
                inner::sample_has_the_models_input_shape<typename inner::layer_of<B>::type, as_shape<given>, as_shape<B::input>>,
            "lamina: a sample has another shape than the model's input");
        if constexpr (!inner::fits_sample<B, as_shape<given>>) return Result<FixedTensor<T, B::output>>();
        else if constexpr (FlatSample<X>) return inner::result_of_sample(block, x.data());
        else if constexpr (LiesInOneRow<X>) return inner::result_of_sample(block, start_of(x));
        else {
            const FixedTensor<T, given> evaluated = x;
            return inner::result_of_sample(block, evaluated.data());
        }
    }
    else if constexpr (DenseTensor<X>) {
        static_assert(rank_of<X> == B::input.rank || rank_of<X> == B::input.rank + 1,
                      "lamina: a model takes one sample, or a batch of one rank more: [n, ...input]");
        if constexpr (rank_of<X> == B::input.rank) {
            static_assert(std::is_same_v<element<X>, T>, "lamina: a sample holds the model's number type; cast it with xt::cast");
            shape found;
            for (auto extent : x.shape()) found.push_back(static_cast<std::size_t>(extent));
            if (found != B::input) fail({"a sample of shape ", found, " was given, the model needs ", B::input});
            return inner::result_of_sample(block, start_of(x));
        }
        else return Result(predict(block, x));
    }
    else {
        static_assert(inner::input_can_be_read<X>,
                      "lamina: a model cannot read this: evaluate a lazy expression with xt::eval, give an xarray a known rank");
        return lamina::detail::silence{};
    }
}

namespace inner {
template <class Y>
lamina::detail::silence classes_of(const Y&)
{
    static_assert(!is_tuple<Y>, "lamina: this model has several outputs: take the one of classes out of what predict gives");
    return {};
}
template <class T, std::size_t Rank>
auto classes_of(const xt::xtensor<T, Rank>& y)
{
    xt::xtensor<std::int32_t, Rank - 1> classes;
    std::array<std::size_t, Rank - 1> extents{};
    std::copy_n(y.shape().begin(), extents.size(), extents.begin());
    classes.resize(extents);
    const std::size_t width = y.shape()[Rank - 1];
    for (std::size_t row = 0; row < classes.size(); ++row) {
        const T* const from = y.data() + row * width;
        classes.data()[row] =
            static_cast<std::int32_t>(width == 1 ? from[0] > T(0.5) : std::max_element(from, from + width) - from);
    }
    return classes;
}
} // namespace inner

/// The class of the largest output of every sample, the first of equals; with one output, whether it is above 1/2.
template <class M, DenseTensors X>
auto predict_classes(const M& model, const X& x)
{
    if constexpr (is_refused<M>) return lamina::detail::silence{};
    else return inner::classes_of(predict(model, x));
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
