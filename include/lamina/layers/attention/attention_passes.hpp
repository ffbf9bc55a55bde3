// lamina/layers/attention/attention_passes.hpp: the passes of MultiHeadAttention, whatever its query, value and key are.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/drop.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/attention.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/layers/attention/attention_block.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A linear map as Keras stores it, [in, heads, width] or [heads, width, out]: the axes that lie in a row make it a matrix. Of one output it
/// is one row, as every column is.
template <class T, Shape Kernel, std::size_t InRow, Shape Bias, bool HasBias> struct Projection {
    static constexpr std::size_t outputs = Bias.size(), inputs = Kernel.size() / outputs;
    static constexpr fixed<kernels::dense_sizes{inputs, outputs}> sizes{};

    Variable<T, Kernel, stored_types::storage_kind{.in_row = outputs == 1 ? Kernel.rank : InRow}> kernel;
    std::conditional_t<HasBias, Variable<T, Bias, stored_types::storage_kind{.in_row = Bias.rank}>, Absent<T>> bias;

    void forward(const T* x, T* y, std::size_t rows) const
    {
        kernels::dense_forward(x, kernel.data(), bias.data(), y, rows, sizes);
    }
    void backward_parameters(const T* x, const T* dy, Projection& gradient, std::size_t rows) const
    {
        kernels::dense_backward_weights(x, dy, gradient.kernel.data(), gradient.bias.data(), rows, sizes);
    }
    void backward_input(const T* dy, T* dx, std::size_t rows) const
    {
        kernels::dense_backward_data(dy, kernel.data(), dx, rows, sizes);
    }
    template <class X, class With> X compose(const With& with, const X& x) const
    {
        return composed_linear<inputs, outputs>(with, x, kernel, bias);
    }
};

/// The penalties and constraints of a layer on each of its four linear maps.
template <class Rules> struct rules_of_projections {
    static constexpr bool penalize = Rules::penalize, constrain = Rules::constrain;

    template <class B> static double penalty(const B& block, B* gradient)
    {
        const auto of = [&](auto part) { return Rules::penalty(block.*part, gradient ? &(gradient->*part) : nullptr); };
        return of(&B::query) + of(&B::key) + of(&B::value) + of(&B::attention_output);
    }
    template <class B> static void project(B& block)
    {
        Rules::project(block.query);
        Rules::project(block.key);
        Rules::project(block.value);
        Rules::project(block.attention_output);
    }
};

/// The passes over blocks with the fields `query`, `key`, `value` and `attention_output`. L is a MultiHeadAttention; the shapes are
/// [steps, features].
template <class L, class T, Shape QueryIn, Shape ValueIn, Shape KeyIn> struct AttentionPasses {
    static constexpr std::size_t queries = QueryIn[0], keys = ValueIn[0], inner = L::heads * L::key_dim,
                                 context = L::heads * L::value_dim, out = L::accept(QueryIn, ValueIn, KeyIn).output[1];
    static constexpr kernels::attention_sizes sizes{queries, keys, L::heads, L::key_dim, L::value_dim, L::causal};
    static constexpr std::size_t multiply_adds = queries * QueryIn[1] * inner + keys * KeyIn[1] * inner +
                                                 keys * ValueIn[1] * context + queries * keys * (inner + context) +
                                                 queries * context * out;
    static constexpr bool drops = L::dropout::rate.value() > 0;

    static constexpr bool has_bias = !std::is_same_v<typename L::bias_option, NoBias>;
    template <std::size_t In, std::size_t Width>
    using Inwards = Projection<T, Shape{In, L::heads, Width}, 2, Shape{L::heads, Width}, has_bias>;
    using Query = Inwards<QueryIn[1], L::key_dim>;
    using Key = Inwards<KeyIn[1], L::key_dim>;
    using Value = Inwards<ValueIn[1], L::value_dim>;
    using Output = Projection<T, Shape{L::heads, L::value_dim, out}, 1, Shape{out}, has_bias>;

    template <class B> static void initialize(B& block, Random random)
    {
        const auto draw = [&](auto& projection, double in, double width, double times) {
            const protocols::fans f{in * times, width * times};
            protocols::initialize<typename L::kernel_initializer>(projection.kernel, random, f);
            protocols::initialize_bias<typename L::bias_option>(projection.bias, random, f);
        };
        constexpr double heads = L::heads; // of a kernel of three axes Keras takes the first for a window
        draw(block.query, heads, L::key_dim, QueryIn[1]);
        draw(block.key, heads, L::key_dim, KeyIn[1]);
        draw(block.value, heads, L::value_dim, ValueIn[1]);
        draw(block.attention_output, L::value_dim, out, heads);
    }

    /// Where q, k, v, the weights and the context of n samples lie in what is kept, and the end.
    struct places {
        std::size_t q = 0, k, v, weights, context_at, end;
        constexpr explicit places(std::size_t n)
            : k(padded<T>(n * queries * inner)), v(k + padded<T>(n * keys * inner)), weights(v + padded<T>(n * keys * context)),
              context_at(weights + padded<T>(n * each_weights)), end(context_at + padded<T>(n * queries * context))
        {}
    };
    static constexpr std::size_t each_weights = L::heads * queries * keys;
    static constexpr std::size_t room = kernels::attention_room<T, sizes>;
    static constexpr std::size_t dropped(std::size_t n) { return drops ? padded<T>(n * each_weights) : 0; }
    static constexpr std::size_t widest = std::max({queries * QueryIn[1], keys* KeyIn[1], keys* ValueIn[1]});

    static constexpr std::size_t saved(std::size_t n) { return places(n).end; }
    /// Inference works on one sample after another. Backward has the gradients of all that is kept, and those of inputs that are added.
    static constexpr std::size_t scratch(std::size_t n) { return places(n).end + room + 2 * dropped(n) + padded<T>(n * widest); }

    template <class B>
    static void forward(const B& block, Mode mode, std::array<const T*, 3> x, masks_of_three masks, T* y, T* saved, T* scratch,
                        std::size_t n)
    {
        if (saved) return forward_kept(block, mode, x, masks, y, saved, scratch, n);
        for (std::size_t sample = 0; sample < n; ++sample, y += queries * out) {
            forward_kept(block, mode, x, masks, y, scratch, scratch + places(1).end, 1);
            next_sample(x, masks);
            ++mode.first; // each draws its own
        }
    }

    template <class B>
    static void backward(const B& block, Mode mode, std::array<const T*, 3> x, masks_of_three masks, const T* saved, const T* dy,
                         std::array<T*, 3> dx, B& gradient, T* scratch, std::size_t n)
    {
        const places at(n);
        T *const work = scratch + at.end, *const dropped_weights = work + room,
                 *const dropped_slopes = dropped_weights + dropped(n), *const aside = dropped_slopes + dropped(n);
        T *const dq = scratch + at.q, *const dk = scratch + at.k, *const dv = scratch + at.v, *const dp = scratch + at.weights,
                 *const dcontext = scratch + at.context_at;
        if (mode.parameters)
            block.attention_output.backward_parameters(saved + at.context_at, dy, gradient.attention_output, n * queries);
        block.attention_output.backward_input(dy, dcontext, n * queries);

        const T* used = saved + at.weights;
        if constexpr (drops) drop<L::dropout::rate>(mode, std::exchange(used, dropped_weights), dropped_weights, each_weights, n);
        T* const slopes = drops ? dropped_slopes : dp;
        for (std::size_t s = 0; s < n; ++s)
            kernels::attention_context_backward<sizes>(used + s * each_weights, saved + at.v + s * keys * context,
                                                       dcontext + s * queries * context, slopes + s * each_weights,
                                                       dv + s * keys * context, work);
        if constexpr (drops) drop<L::dropout::rate>(mode, slopes, dp, each_weights, n);
        for (std::size_t s = 0; s < n; ++s)
            kernels::attention_weights_backward<sizes>(saved + at.q + s * queries * inner, saved + at.k + s * keys * inner,
                                                       saved + at.weights + s * each_weights, dp + s * each_weights,
                                                       dq + s * queries * inner, dk + s * keys * inner, work, of_sample(masks, s),
                                                       kernels::attention_scale<T, sizes>());

        // An input that is read twice has its gradients added.
        const auto back = [&](const auto& from, auto& to, const T* d, std::size_t i, std::size_t rows, std::size_t features) {
            if (mode.parameters) from.backward_parameters(x[i], d, to, rows);
            if (!dx[i]) return;
            const bool again = given_before(dx, i);
            from.backward_input(d, again ? aside : dx[i], rows);
            if (again) kernels::add(aside, dx[i], rows * features);
        };
        back(block.query, gradient.query, dq, 0, n * queries, QueryIn[1]);
        back(block.value, gradient.value, dv, 1, n * keys, ValueIn[1]);
        back(block.key, gradient.key, dk, 2, n * keys, KeyIn[1]);
    }

    template <class X, class B, class With>
    static X compose(const B& block, const With& with, const std::array<X, 3>& x, const std::array<X, 3>& masks)
    {
        const X q = transpose(as_samples<Shape{queries, L::heads, L::key_dim}>(block.query.compose(with, x[0])), {0, 2, 1, 3});
        const X v = transpose(as_samples<Shape{keys, L::heads, L::value_dim}>(block.value.compose(with, x[1])), {0, 2, 1, 3});
        const X k = transpose(as_samples<Shape{keys, L::heads, L::key_dim}>(block.key.compose(with, x[2])), {0, 2, 3, 1});
        X weights = matmul(static_cast<double>(kernels::attention_scale<T, sizes>()) * q, k);
        if (const X pairs = composed_pairs<true, queries, keys, L::causal>(with, masks[0], masks[1], masks[2]))
            weights = where(pairs, weights, -1e9);
        weights = softmax(weights);
        if constexpr (drops)
            if (with.mode().training)
                weights = weights * composed_drop<L::dropout::rate, T>(with, q, Shape{L::heads, queries, keys});
        const X mixed = transpose(matmul(weights, v), {0, 2, 1, 3});
        return as_samples<Shape{queries, out}>(block.attention_output.compose(with, mixed));
    }

private:
    template <class B>
    static void forward_kept(const B& block, Mode mode, const std::array<const T*, 3>& x, const masks_of_three& masks, T* y,
                             T* kept, T* work, std::size_t n)
    {
        const places at(n);
        T *const q = kept + at.q, *const k = kept + at.k, *const v = kept + at.v, *const weights = kept + at.weights,
                 *const mixed = kept + at.context_at;
        block.query.forward(x[0], q, n * queries);
        block.value.forward(x[1], v, n * keys);
        block.key.forward(x[2], k, n * keys);
        for (std::size_t s = 0; s < n; ++s)
            kernels::attention_weights<sizes>(q + s * queries * inner, k + s * keys * inner, weights + s * each_weights, work,
                                              of_sample(masks, s), kernels::attention_scale<T, sizes>());
        const T* used = weights;
        if constexpr (drops)
            if (mode.training) drop<L::dropout::rate>(mode, weights, work + room, each_weights, n), used = work + room;
        for (std::size_t s = 0; s < n; ++s)
            kernels::attention_context<sizes>(used + s * each_weights, v + s * keys * context, mixed + s * queries * context,
                                              work);
        block.attention_output.forward(mixed, y, n * queries);
    }

    static kernels::attention_masks of_sample(const masks_of_three& masks, std::size_t s)
    {
        const auto at = [s](const std::uint8_t* mask, std::size_t steps) { return mask ? mask + s * steps : nullptr; };
        return {at(masks[0], queries), at(masks[1], keys), at(masks[2], keys)};
    }
    static void next_sample(std::array<const T*, 3>& x, masks_of_three& masks)
    {
        x[0] += queries * QueryIn[1], x[1] += keys * ValueIn[1], x[2] += keys * KeyIn[1];
        const auto next = of_sample(masks, 1);
        masks = {next.queries, next.values, next.keys};
    }
};

}}} // namespace lamina::internals
