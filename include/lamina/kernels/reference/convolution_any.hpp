// lamina/kernels/reference/convolution_any.hpp: the convolutions of run-time sizes as plain loops, accumulated in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_any.hpp>
#include <lamina/kernels/reference/convolution.hpp>

#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

namespace detail {

/// f(image, output, input, weight) for each product of `n` images; weights are dense.
template <class T, class F> void each_dense_product(std::size_t n, const convolution_sizes& s, const F& f)
{
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    const std::size_t stride = row_stride<T>(s.filters);
    for (std::size_t image = 0; image < n; ++image)
        each_product<T>(s, [&](std::size_t o, std::size_t i, std::size_t k) {
            f(image * out + o, image * in + i, k / stride * s.filters + k % stride);
        });
}

template <class T> void write(const std::vector<double>& sums, T* to)
{
    for (std::size_t i = 0; i < sums.size(); ++i) to[i] = T(sums[i]);
}

} // namespace detail

/// As kernels::convolution_any_forward. `scratch`, here and below, is not used.
template <class T> void convolution_any_forward(const T* x, const T* w, T* y, T*, std::size_t n, const convolution_sizes& s)
{
    std::vector<double> sums(n * s.out_height * s.out_width * s.filters);
    detail::each_dense_product<T>(n, s,
                                  [&](std::size_t o, std::size_t i, std::size_t k) { sums[o] += double(x[i]) * double(w[k]); });
    detail::write(sums, y);
}

template <class T> void convolution_any_data(const T* dy, const T* w, T* dx, T*, std::size_t n, const convolution_sizes& s)
{
    std::vector<double> sums(n * s.height * s.width * s.channels);
    detail::each_dense_product<T>(n, s,
                                  [&](std::size_t o, std::size_t i, std::size_t k) { sums[i] += double(dy[o]) * double(w[k]); });
    detail::write(sums, dx);
}

template <class T> void convolution_any_weights(const T* x, const T* dy, T* dw, T*, std::size_t n, const convolution_sizes& s)
{
    std::vector<double> sums(s.kernel_height * s.kernel_width * s.channels / s.groups * s.filters);
    detail::each_dense_product<T>(n, s,
                                  [&](std::size_t o, std::size_t i, std::size_t k) { sums[k] += double(x[i]) * double(dy[o]); });
    detail::write(sums, dw);
}

}}} // namespace lamina::internals::kernels::reference
