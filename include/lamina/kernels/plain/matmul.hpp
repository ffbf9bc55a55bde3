// lamina/kernels/plain/matmul.hpp: kernels/matmul.hpp for builds without optimization.
//
// Contract and numerics: as there. A sample is computed by itself, so its bits depend on nothing else.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/plain/loops.hpp>
#include <lamina/kernels/tile.hpp>

#include <functional>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

struct dense_sizes {
    std::size_t inputs, outputs;
};

template <class T, extent N, class F = std::identity>
void dense_forward(const T* x, const T* w, const T* bias, T* y, N samples, dense_sizes sizes, const F& finish = {})
{
    constexpr std::size_t line = plain::quads<T>::line;
    const std::size_t n = as_extent(samples), inputs = sizes.inputs, outputs = sizes.outputs, step = row_stride<T>(outputs);
    alignas(alignment) T sums[line];
    for (std::size_t s = 0; s < n; ++s)
        if (outputs == 1) y[s] = (bias ? *bias : T(0)) + plain::product(x + s * inputs, w, inputs);
        else
            for (std::size_t o = 0; o < outputs; o += line) {
                const std::size_t here = std::min(line, outputs - o);
                plain::fill_line(bias ? bias + o : nullptr, bias ? here : 0, sums);
                plain::line_loops<T>::times(here)(x + s * inputs, inputs, w + o, step, sums);
                plain::copy(sums, y + s * outputs + o, here);
            }
    if constexpr (!std::is_same_v<F, std::identity>) transform(y, y, n * outputs, finish);
}

template <class T> void dense_backward_data(const T* dz, const T* w, T* dx, std::size_t n, dense_sizes sizes)
{
    constexpr std::size_t line = plain::quads<T>::line;
    const std::size_t inputs = sizes.inputs, outputs = sizes.outputs, step = row_stride<T>(outputs);
    alignas(alignment) T factors[line];
    if (n > 0) plain::fill(dx, T(0), n * inputs);
    for (std::size_t s = 0; s < n; ++s)
        if (outputs == 1) plain::add_times(dz[s], w, dx + s * inputs, inputs);
        else
            for (std::size_t o = 0; o < outputs; o += line) {
                const std::size_t here = std::min(line, outputs - o);
                plain::fill_line(dz + s * outputs + o, here, factors);
                plain::line_loops<T>::by(here)(factors, w + o, step, dx + s * inputs, inputs);
            }
}

template <class T> void dense_backward_weights(const T* x, const T* dz, T* dw, T* dbias, std::size_t n, dense_sizes sizes)
{
    constexpr std::size_t line = plain::quads<T>::line;
    const std::size_t inputs = sizes.inputs, outputs = sizes.outputs, step = row_stride<T>(outputs);
    alignas(alignment) T factors[line];
    for (std::size_t s = 0; s < n; ++s)
        if (outputs == 1) plain::add_times(dz[s], x + s * inputs, dw, inputs);
        else
            for (std::size_t o = 0; o < outputs; o += line) {
                const std::size_t here = std::min(line, outputs - o);
                plain::fill_line(dz + s * outputs + o, here, factors);
                plain::line_loops<T>::add(here)(x + s * inputs, inputs, factors, here, dw + o, step);
            }
    if (dbias) add_rows(dz, dbias, n, outputs);
}

template <class T> void dense_weights(const T* x, const T* dz, T* dw, std::size_t n, dense_sizes sizes)
{
    plain::fill(dw, T(0), sizes.outputs == 1 ? sizes.inputs : sizes.inputs * row_stride<T>(sizes.outputs));
    dense_backward_weights(x, dz, dw, static_cast<T*>(nullptr), n, sizes);
}

/// Small layers have no way of their own.
constexpr bool is_small(const dense_sizes&) { return false; }
template <class T, class F>
void small_forward(const T* x, const T* w, const T* bias, T* y, std::size_t n, dense_sizes sizes, const F& finish)
{
    dense_forward(x, w, bias, y, n, sizes, finish);
}

}}} // namespace lamina::internals::kernels
