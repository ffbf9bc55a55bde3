// lamina/kernels/matmul.hpp: dense layers, y = x · w + bias, and their gradients.
//
// Contract: `x`, `y`, `dz`, `dx` are dense, sample after sample, of any alignment; `w` and `dw` are [inputs]
// [row_step<T>(outputs)], or [row_step<T>(inputs)] where there is one output (core/record.hpp), on 64 bytes, the padding of `w`
// zero, that of `dw` never written. No output overlaps an input. `n`, `inputs` and `outputs` may be 0.
// Numerics: accumulated in T. |got - reference| <= (2 + sqrt(terms)) · epsilon · (sum of |terms|), where the terms are the
// `inputs` products and the bias (forward), the `outputs` products (data), the `n` products and what was there (weights).
// Reference: kernels/reference/matmul.hpp.
#pragma once

#include <lamina/core/architecture.hpp>

#if LAMINA_PLAIN_LOOPS
#include <lamina/kernels/plain/matmul.hpp>
#else
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/matmul_inner.hpp>
#include <lamina/kernels/matmul_outer.hpp>
#include <lamina/kernels/matmul_small.hpp>
#include <lamina/kernels/tile.hpp>

#include <functional>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// y = finish(x · w + bias), where `finish` takes and returns simd::batch<T>, one element independent of the other; it also
/// sees numbers whose results are thrown away. A sample's bits do not depend on the batch that it is in.
///
/// Shapes  x [n][inputs], w as above, bias [outputs] or null, y [n][outputs].
template <class T, extent N, extent_of<dense_sizes> S, class F = std::identity>
void dense_forward(const T* x, const T* w, const T* bias, T* y, N samples, S sizes, const F& finish = {})
{
    const auto n = as_extent(samples);
    const auto inputs = part<&dense_sizes::inputs>(sizes);
    const auto outputs = part<&dense_sizes::outputs>(sizes);
    if (outputs == 1) {
        if constexpr (can_be_one<decltype(outputs)>) { // what is not reached is not compiled
            detail::inner_product<T>(x, w, y, n, inputs, 1);
            if (bias) transform(y, y, n, [b = *bias](const auto& sum) { return sum + b; });
        }
    }
    else if (n == 1) detail::outer_row<T>(x, w, bias, y, inputs, outputs);
    else if constexpr (!is_one<N>) detail::outer_product<T>(x, w, bias, y, n, inputs, outputs, outputs);
    if constexpr (!std::is_same_v<F, std::identity>) transform(y, y, n * outputs, finish);
}

/// dx = dz · wᵀ: the gradient of the inputs, written.
///
/// Shapes  dz [n][outputs], w as above, dx [n][inputs].
template <class T, extent_of<dense_sizes> S> void dense_backward_data(const T* dz, const T* w, T* dx, std::size_t n, S sizes)
{
    const auto inputs = part<&dense_sizes::inputs>(sizes);
    const auto outputs = part<&dense_sizes::outputs>(sizes);
    if (outputs == 1) detail::outer_product<T>(dz, w, nullptr, dx, n, 1, inputs, inputs);
    else detail::inner_product<T>(dz, w, dx, n, outputs, inputs);
}

/// dw += xᵀ · dz and dbias += the sum of dz over the samples.
///
/// Shapes  x [n][inputs], dz [n][outputs], dw as above, dbias [outputs] or null.
template <class T, extent_of<dense_sizes> S>
void dense_backward_weights(const T* x, const T* dz, T* dw, T* dbias, std::size_t n, S sizes)
{
    const auto inputs = part<&dense_sizes::inputs>(sizes);
    const auto outputs = part<&dense_sizes::outputs>(sizes);
    if (n == 0) return; // and x and dz may be null
    if (outputs == 1) detail::outer_weights<T>(dz, x, dw, n, 1, inputs);
    else detail::outer_weights<T>(x, dz, dw, n, inputs, outputs);
    if (dbias) add_rows(dz, dbias, n, outputs);
}

/// dw = xᵀ · dz: the same where nothing was there; the padding of dw is not read.
///
/// Shapes  as above.
template <class T> void dense_weights(const T* x, const T* dz, T* dw, std::size_t n, const dense_sizes& sizes)
{
    if (sizes.outputs == 1) detail::outer_weights<T>(dz, x, dw, n, 1, sizes.inputs, false);
    else detail::outer_weights<T>(x, dz, dw, n, sizes.inputs, sizes.outputs, false);
}

}}} // namespace lamina::internals::kernels

#endif // LAMINA_PLAIN_LOOPS
