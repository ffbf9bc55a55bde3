// lamina/kernels/reference/convolution.hpp: the convolution kernels as plain loops, accumulated in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution.hpp>

#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

namespace detail {

/// f(output, input, weight) for each product of one image: the places in y, x and w that a convolution brings together.
template <class T, class F> void each_product(const convolution_sizes& s, const F& f)
{
    for (std::size_t oy = 0; oy < s.out_height; ++oy)
        for (std::size_t ox = 0; ox < s.out_width; ++ox)
            for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
                for (std::size_t kx = 0; kx < s.kernel_width; ++kx) {
                    const std::size_t iy =
                        oy * s.stride_height + ky * s.dilation_height - s.pad_top; // wraps when above the image
                    const std::size_t ix = ox * s.stride_width + kx * s.dilation_width - s.pad_left;
                    if (iy >= s.height || ix >= s.width) continue;
                    const std::size_t channels = s.channels / s.groups, filters = s.filters / s.groups;
                    for (std::size_t c = 0; c < channels; ++c)
                        for (std::size_t o = 0; o < s.filters; ++o)
                            f((oy * s.out_width + ox) * s.filters + o,
                              (iy * s.width + ix) * s.channels + o / filters * channels + c,
                              ((ky * s.kernel_width + kx) * channels + c) * row_stride<T>(s.filters) + o);
                }
}

} // namespace detail

/// As kernels::convolution_forward. `scratch`, here and below, is not used: the twin adds up in memory of its own.
template <class T> void convolution_forward(const T* x, const T* w, const T* bias, T* y, T*, std::size_t n, convolution_sizes s)
{
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    for (std::size_t image = 0; image < n; ++image) {
        std::vector<double> sums(out);
        for (std::size_t i = 0; i < out; ++i) sums[i] = bias ? double(bias[i % s.filters]) : 0.0;
        detail::each_product<T>(
            s, [&](std::size_t o, std::size_t i, std::size_t k) { sums[o] += double(x[image * in + i]) * double(w[k]); });
        for (std::size_t i = 0; i < out; ++i) y[image * out + i] = T(sums[i]);
    }
}

template <class T>
void convolution_transposed(const T* x, const T* w, const T* bias, T* y, T*, std::size_t n, convolution_sizes s)
{
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    for (std::size_t image = 0; image < n; ++image) {
        std::vector<double> sums(in);
        for (std::size_t i = 0; bias && i < in; ++i) sums[i] = double(bias[i % s.channels]);
        detail::each_product<T>(
            s, [&](std::size_t o, std::size_t i, std::size_t k) { sums[i] += double(x[image * out + o]) * double(w[k]); });
        for (std::size_t i = 0; i < in; ++i) y[image * in + i] = T(sums[i]);
    }
}

template <class T> void convolution_backward_data(const T* dz, const T* w, T* dx, T* scratch, std::size_t n, convolution_sizes s)
{
    reference::convolution_transposed(dz, w, static_cast<const T*>(nullptr), dx, scratch, n, s);
}

template <class T>
void convolution_backward_weights(const T* x, const T* dz, T* dw, T* dbias, T*, std::size_t n, convolution_sizes s)
{
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    std::vector<double> sums(s.kernel_height * s.kernel_width * s.channels / s.groups * row_stride<T>(s.filters)),
        bias(s.filters);
    for (std::size_t image = 0; image < n; ++image) {
        detail::each_product<T>(s, [&](std::size_t o, std::size_t i, std::size_t k) {
            sums[k] += double(x[image * in + i]) * double(dz[image * out + o]);
        });
        for (std::size_t i = 0; i < out; ++i) bias[i % s.filters] += double(dz[image * out + i]);
    }
    for (std::size_t i = 0; i < sums.size(); ++i) dw[i] = T(double(dw[i]) + sums[i]);
    for (std::size_t i = 0; dbias && i < bias.size(); ++i) dbias[i] = T(double(dbias[i]) + bias[i]);
}

}}} // namespace lamina::internals::kernels::reference
