// lamina/layers/convolution/convolution_block.hpp: what Conv1D and Conv2D have in common.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/convolution.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/layers/convolution/activated_block.hpp>
#include <lamina/layers/convolution/composed_windows.hpp>
#include <lamina/layers/convolution/convolution_options.hpp>

#include <algorithm>
#include <cstddef>

#if !LAMINA_PLAIN_LOOPS // nothing is computed in planes there
#include <lamina/kernels/plane_passes.hpp>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What such a layer is set to, and what it answers.
template <std::size_t Axes, std::size_t Filters, class... Options>
struct ConvolutionLayer : ConvolutionOptions<Axes, Options...> {
    using base = ConvolutionOptions<Axes, Options...>;
    static constexpr bool takes_factors = true; // models/folded.hpp
    static constexpr std::size_t filters = Filters, groups = chosen<family::groups, Groups<1>, Options...>::value;

    template <class To> static void list_options(To& to)
    {
        to("filters", Filters);
        base::list_windows(to);
        to("groups", groups, 1);
        to("kernel_initializer", typename base::kernel_initializer{}, GlorotUniform{});
        protocols::list_bias<typename base::bias_option>(to);
        base::rules::list_options(to);
    }

    static constexpr verdict accept(Shape in)
    {
        const verdict found = base::accept_windows(in, Filters);
        if (found.answer != misfit::none) return found;
        if (groups == 0) return refuses(misfit::an_extent_is_zero);
        if (in.back() % groups + Filters % groups > 0)
            return refuses(misfit::channels_and_filters_must_be_multiples_of_the_groups);
        return found;
    }
};

/// The block of the layer `L`.
template <class L, class T, Shape In> struct ConvolutionBlock : ActivatedBlock<L, T, In> {
    using base = ActivatedBlock<L, T, In>;
    using base::output;
    static constexpr fixed<L::sizes(In, In.back(), L::filters, L::groups)> sizes{};
    static constexpr std::size_t kernel_size = L::kernel_height * L::kernel_width, channels = In.back() / L::groups;
    static constexpr std::size_t taps = kernel_size * channels;
    static constexpr std::size_t multiply_adds = output.size() * taps;

    Variable<T, L::kernel_shape(channels, L::filters)> kernel;
    typename base::bias_variable bias;

    void initialize(Random random)
    {
        constexpr fans f{double(taps), double(kernel_size * L::filters)};
        lamina::protocols::initialize<typename L::kernel_initializer>(kernel, random, f);
        initialize_bias<typename L::bias_option>(bias, random, f);
    }

    static constexpr std::size_t linear_scratch(std::size_t)
    {
        if (one_pixel) return 0;
        const std::size_t in_rows = padded<T>(kernels::convolution_scratch<T>(sizes.value));
#if LAMINA_PLAIN_LOOPS
        return in_rows;
#else
        return std::max(in_rows, in_planes ? kernels::plane_scratch<T>(sizes.value) : 0);
#endif
    }

    void linear(const T* x, T* z, [[maybe_unused]] T* scratch, extent auto n, const auto& finish) const
    {
        if constexpr (one_pixel) kernels::dense_forward(x, kernel.data(), bias.data(), z, n, product, finish);
#if !LAMINA_PLAIN_LOOPS
        else if constexpr (in_planes)
            kernels::plane_convolution_forward(x, kernel.data(), bias.data(), z, scratch, n, sizes, finish);
#endif
        else kernels::convolution_forward(x, kernel.data(), bias.data(), z, scratch, n, sizes, finish);
    }

    void backward_linear(Mode mode, const T* x, const T* dz, T* dx, ConvolutionBlock& gradient, T* scratch, std::size_t n) const
    {
        T* const dw = gradient.kernel.data();
        if constexpr (one_pixel) {
            if (mode.parameters) kernels::dense_backward_weights(x, dz, dw, gradient.bias.data(), n, product);
            if (dx) kernels::dense_backward_data(dz, kernel.data(), dx, n, product);
        }
        else {
            if (mode.parameters) {
#if !LAMINA_PLAIN_LOOPS
                if constexpr (in_planes)
                    kernels::plane_convolution_backward_weights(x, dz, dw, gradient.bias.data(), scratch, n, sizes);
                else
#endif
                    kernels::convolution_backward_weights(x, dz, dw, gradient.bias.data(), scratch, n, sizes);
            }
            if (dx) kernels::convolution_backward_data(dz, kernel.data(), dx, scratch, n, sizes);
        }
    }

    template <class X, class With> X compose_linear(const With& with, const X& x) const
    {
        return composed_convolution<L::axes>(x, X(with(kernel)), sizes, L::groups);
    }

    /// One step of a stream (models/stream.hpp), of a causal convolution over steps: the last inputs lie in a ring, behind the place of the next.
    static constexpr std::size_t state = padded<T>(1) + L::reach_width * channels;
    static constexpr std::size_t step_scratch() { return padded<T>(taps); }
    void step(const T* x, T* y, T* now, T* scratch) const
        requires(L::axes == 1 && L::is_causal && L::stride_width == 1 && L::groups == 1)
    {
        const auto place = static_cast<std::size_t>(now[0]);
        T* const ring = now + padded<T>(1);
        std::copy_n(x, channels, ring + place * channels);
        for (std::size_t tap = 0; tap < kernel_size; ++tap) {
            const std::size_t at = (place + 1 + tap * L::dilation_width) % L::reach_width; // the oldest lies behind the newest
            std::copy_n(ring + at * channels, channels, scratch + tap * channels);
        }
        now[0] = static_cast<T>((place + 1) % L::reach_width);
        if constexpr (L::filters > 1)
            kernels::dense_forward(scratch, kernel.data(), bias.data(), y, fixed<std::size_t{1}>{}, product);
        else { // a row of one number for each tap
            *y = bias.data() ? *bias.data() : T(0);
            for (std::size_t tap = 0; tap < taps; ++tap) *y += scratch[tap] * kernel.data()[tap * row_stride<T>(1)];
        }
        activate<typename L::activation, L::filters>(y, y, 1);
    }

    static constexpr fixed<kernels::dense_sizes{taps, L::filters}> product{};

    /// The kernel covers its input: one output pixel, a matrix product over the batch. (One filter is stored otherwise.)
    static constexpr bool one_pixel = L::filters > 1 && L::groups == 1 && output.size() == L::filters&& taps == In.size() &&
                                      L::reach_height == sizes.value.height&& L::reach_width
                                          == sizes.value.width&& sizes.value.pad_top + sizes.value.pad_left == 0;

#if !LAMINA_PLAIN_LOOPS
    /// Few filters: the lanes run along the pixels of a row.
    static constexpr bool in_planes =
        !one_pixel && L::groups == 1 && kernels::axis_of<T>(sizes.value) == kernels::convolution_axis::pixels;
#endif
};

}}} // namespace lamina::internals
