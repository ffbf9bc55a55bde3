// lamina/kernels/matmul.hpp: dense layers, y = x · wᵀ + bias, and their gradients, with the weights stored by outputs.
//
// Contract: `x`, `y`, `dz`, `dx` are dense, sample after sample, of any alignment; `w` and `dw` are [outputs]
// [padded<T>(inputs)] on 64 bytes, the padding of `w` zero, that of `dw` never written. No output overlaps an input. `n`,
// `inputs` and `outputs` may be 0.
// Numerics: accumulated in T. |got - reference| <= (2 + sqrt(terms)) · epsilon · (sum of |terms|), where the terms are the
// `inputs` products and the bias (forward), the `outputs` products (data), the `n` products and what was there (weights).
// Reference: kernels/reference/matmul.hpp.
#pragma once

#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/tile.hpp>

#include <functional>

namespace lamina::inline LAMINA_ARCHITECTURE::kernels {

struct dense_sizes {
    std::size_t inputs, outputs;
};

namespace detail {

/// The registers that `reduce_each` sums across: `haddp` for 64 bytes is wrong in xsimd 8.1, and warns under g++ 12.
template <class T>
using reducible = std::conditional_t<sizeof(simd::batch<T>) == 64, simd::batch<T, xsimd::avx2>, simd::batch<T>>;

/// What `Count` registers sum to, each on its own; `totals` has room for whole registers.
template <std::size_t Count, class T>
[[gnu::always_inline]] inline void reduce_each(const simd::batch<T>* sums, T* totals)
{
    using half = reducible<T>;
    constexpr std::size_t lanes = simd::lanes<T>;

    alignas(alignment) T values[Count * lanes];
    if constexpr (half::size < lanes)
        unroll<Count>([&](std::size_t i) __attribute__((always_inline)) { sums[i].store_aligned(values + i * lanes); });
    unroll<(Count + half::size - 1) / half::size>([&](std::size_t group) __attribute__((always_inline)) {
        half rows[half::size];
        unroll<half::size>([&](std::size_t r) __attribute__((always_inline)) {
            const std::size_t i = group * half::size + r;
            if (i >= Count) rows[r] = half(T(0));
            else if constexpr (half::size == lanes) rows[r] = sums[i];
            else rows[r] = half::load_aligned(values + i * lanes) + half::load_aligned(values + i * lanes + half::size);
        });
        xsimd::haddp(rows).store_aligned(totals + group * half::size);
    });
}

/// Products of `Samples` rows of x with `Outputs` rows of w. Lanes run along the inputs, where both lie side by side.
template <std::size_t Samples, std::size_t Outputs, class T, extent I, extent O>
void dense_products(const T* x, const T* w, const T* bias, T* y, I inputs, O outputs)
{
    using lanes = simd::batch<T>;
    const std::size_t stride = padded<T>(inputs);

    lanes sums[Samples * Outputs];
    unroll<Samples * Outputs>([&](std::size_t i) __attribute__((always_inline)) { sums[i] = lanes(T(0)); });
    const auto add = [&](std::size_t i, const auto& load) __attribute__((always_inline)) {
        lanes values[Samples];
        unroll<Samples>([&](std::size_t s) __attribute__((always_inline)) { values[s] = simd::keep(load(x + s * inputs + i)); });
        unroll<Outputs>([&](std::size_t o) __attribute__((always_inline)) {
            const lanes weights = simd::keep(lanes::load_aligned(w + o * stride + i));
            unroll<Samples>([&](std::size_t s) __attribute__((always_inline)) {
                sums[s * Outputs + o] = simd::fma(values[s], weights, sums[s * Outputs + o]);
            });
        });
    };

    std::size_t i = 0;
    for (; i + lanes::size <= inputs; i += lanes::size)
        add(i, [](const T* p) __attribute__((always_inline)) { return lanes::load_unaligned(p); });
    if (i < inputs) add(i, [&](const T* p) __attribute__((always_inline)) { return simd::load_partial(p, inputs - i); });

    alignas(alignment) T totals[round_up(Samples * Outputs, lanes::size)];
    reduce_each<Samples * Outputs>(sums, totals);
    for (std::size_t s = 0; s < Samples; ++s)
        for (std::size_t o = 0; o < Outputs; ++o) y[s * outputs + o] = totals[s * Outputs + o] + (bias ? bias[o] : T(0));
}

/// `Samples` rows of dx in `Vectors` registers each, the first at input `i`. Lanes run along the inputs.
template <std::size_t Samples, std::size_t Vectors, class T, extent I, extent O>
void dense_data(const T* dz, const T* w, T* dx, std::size_t i, I inputs, O outputs)
{
    using lanes = simd::batch<T>;
    register_tile<T, Samples, Vectors> sums;
    for (std::size_t o = 0; o < outputs; ++o) {
        const T* weights = w + o * padded<T>(inputs) + i;
        sums.add([&](std::size_t s) __attribute__((always_inline)) { return dz + s * outputs + o; },
                 [&](std::size_t v) __attribute__((always_inline)) { return lanes::load_aligned(weights + v * lanes::size); });
    }
    sums.each([&](std::size_t s, std::size_t v, const lanes& sum) __attribute__((always_inline)) {
        const std::size_t at = i + v * lanes::size;
        store_before(sum, dx + s * inputs + at, at, inputs);
    });
}

/// Adds to `Outputs` rows of dw, `Vectors` registers each, the first at input `i`; `end` is the end of x.
template <std::size_t Outputs, std::size_t Vectors, class T, extent I, extent O>
void dense_weights(const T* x, const T* end, const T* dz, T* dw, std::size_t i, std::size_t n, I inputs, O outputs)
{
    using lanes = simd::batch<T>;
    register_tile<T, Outputs, Vectors> sums;
    for (std::size_t s = 0; s < n; ++s)
        sums.add([&](std::size_t o) __attribute__((always_inline)) { return dz + s * outputs + o; },
                 [&](std::size_t v) __attribute__((always_inline)) {
                     const std::size_t at = i + v * lanes::size;
                     return load_within(x + s * inputs + at, at, inputs, end);
                 });
    sums.each([&](std::size_t o, std::size_t v, const lanes& sum) __attribute__((always_inline)) {
        const std::size_t at = i + v * lanes::size;
        T* p = dw + o * padded<T>(inputs) + at;
        store_before(sum + lanes::load_aligned(p), p, at, inputs);
    });
}

/// The samples and outputs of a tile of `dense_products`.
inline constexpr std::size_t product_samples = simd::registers == 32 ? 4 : 3;
inline constexpr std::size_t product_outputs = accumulators / product_samples;

/// The registers side by side, and the rows, in a tile of the gradients.
inline constexpr std::size_t tile_vectors = simd::registers == 32 ? 5 : 2;
inline constexpr std::size_t tile_rows(std::size_t vectors) { return accumulators / vectors < 8 ? accumulators / vectors : 8; }

} // namespace detail

/// y = x · wᵀ + bias.
///
/// Shapes  x [n][inputs], w [outputs][padded<T>(inputs)], bias [outputs] or null, y [n][outputs].
template <class T, extent_of<dense_sizes> S, class F = std::identity>
void dense_forward(const T* x, const T* w, const T* bias, T* y, std::size_t n, S sizes, F finish = {})
{
    const auto inputs = part<&dense_sizes::inputs>(sizes);
    const auto outputs = part<&dense_sizes::outputs>(sizes);
    tiles<detail::product_outputs>(outputs, [&]<std::size_t Outputs>(std::size_t o, constant<Outputs>) {
        tiles<detail::product_samples>(n, [&]<std::size_t Samples>(std::size_t s, constant<Samples>) {
            detail::dense_products<Samples, Outputs>(x + s * inputs, w + o * padded<T>(inputs), bias ? bias + o : nullptr,
                                                     y + s * outputs + o, inputs, outputs);
        });
    });
    if constexpr (!std::is_same_v<F, std::identity>) transform(y, y, n * outputs, finish);
}

/// dx = dz · w: the gradient of the inputs, written.
///
/// Shapes  dz [n][outputs], w [outputs][padded<T>(inputs)], dx [n][inputs].
template <class T, extent_of<dense_sizes> S>
void dense_backward_data(const T* dz, const T* w, T* dx, std::size_t n, S sizes)
{
    const auto inputs = part<&dense_sizes::inputs>(sizes);
    const auto outputs = part<&dense_sizes::outputs>(sizes);
    tiles<detail::tile_vectors>(vectors<T>(inputs), [&]<std::size_t Vectors>(std::size_t v, constant<Vectors>) {
        tiles<detail::tile_rows(Vectors)>(n, [&]<std::size_t Samples>(std::size_t s, constant<Samples>) {
            detail::dense_data<Samples, Vectors>(dz + s * outputs, w, dx + s * inputs, v * simd::lanes<T>, inputs, outputs);
        });
    });
}

/// dw += dzᵀ · x and dbias += the sum of dz over the samples.
///
/// Shapes  x [n][inputs], dz [n][outputs], dw [outputs][padded<T>(inputs)], dbias [outputs] or null.
template <class T, extent_of<dense_sizes> S>
void dense_backward_weights(const T* x, const T* dz, T* dw, T* dbias, std::size_t n, S sizes)
{
    const auto inputs = part<&dense_sizes::inputs>(sizes);
    const auto outputs = part<&dense_sizes::outputs>(sizes);
    if (n == 0) return; // and x and dz may be null
    // Outputs outside: a row of dw is then walked through once, from its start to its end.
    tiles<detail::tile_rows(detail::tile_vectors)>(outputs, [&]<std::size_t Outputs>(std::size_t o, constant<Outputs>) {
        tiles<detail::tile_vectors>(vectors<T>(inputs), [&]<std::size_t Vectors>(std::size_t v, constant<Vectors>) {
            detail::dense_weights<Outputs, Vectors>(x, x + n * inputs, dz + o, dw + o * padded<T>(inputs), v * simd::lanes<T>, n,
                                                    inputs, outputs);
        });
    });
    if (dbias) add_rows(dz, dbias, n, outputs);
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::kernels
