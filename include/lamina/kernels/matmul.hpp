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
#include <lamina/kernels/matmul_backward.hpp>
#include <lamina/kernels/matmul_forward.hpp>
#include <lamina/kernels/tile.hpp>

#include <functional>

namespace lamina::inline LAMINA_ARCHITECTURE::kernels {

struct dense_sizes {
    std::size_t inputs, outputs;
};

/// y = finish(x · wᵀ + bias), where `finish` takes and returns simd::batch<T>, one element independent of the other; it also
/// sees numbers whose results are thrown away. A sample's bits do not depend on the batch that it is in.
///
/// Shapes  x [n][inputs], w [outputs][padded<T>(inputs)], bias [outputs] or null, y [n][outputs].
template <class T, extent_of<dense_sizes> S, class F = std::identity>
void dense_forward(const T* x, const T* w, const T* bias, T* y, std::size_t n, S sizes, F finish = {})
{
    const auto inputs = part<&dense_sizes::inputs>(sizes);
    const auto outputs = part<&dense_sizes::outputs>(sizes);
    detail::product<T>(x, w, bias, y, n, inputs, outputs, {&finish, detail::finish_sums<T, F>});
}

/// dx = dz · w: the gradient of the inputs, written.
///
/// Shapes  dz [n][outputs], w [outputs][padded<T>(inputs)], dx [n][inputs].
template <class T, extent_of<dense_sizes> S>
void dense_backward_data(const T* dz, const T* w, T* dx, std::size_t n, S sizes)
{
    const auto inputs = part<&dense_sizes::inputs>(sizes);
    const auto outputs = part<&dense_sizes::outputs>(sizes);
    if (outputs == 0) return fill(dx, T(0), n * inputs);
    detail::outer_data<T>(dz, w, dx, n, inputs, outputs);
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
    detail::outer_weights<T>(x, dz, dw, n, inputs, outputs);
    if (dbias) add_rows(dz, dbias, n, outputs);
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::kernels
