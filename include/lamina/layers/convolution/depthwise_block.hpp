// lamina/layers/convolution/depthwise_block.hpp: what DepthwiseConv1D and DepthwiseConv2D have in common, and separable layers with them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/depthwise.hpp>
#include <lamina/layers/convolution/activated_block.hpp>
#include <lamina/layers/convolution/composed_windows.hpp>
#include <lamina/layers/convolution/convolution_options.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The options of a layer that convolves every channel by itself, `multiplier` outputs for each.
template <std::size_t Axes, class... Options> struct DepthwiseOptions : ConvolutionOptions<Axes, Options...> {
    static constexpr std::size_t multiplier = chosen<family::depth_multiplier, DepthMultiplier<1>, Options...>::value;
};

struct depthwise_of : kernel_of {
    static constexpr std::string_view regularizer = "depthwise_regularizer", constraint = "depthwise_constraint";
};

/// What DepthwiseConv1D and DepthwiseConv2D are set to, and what they answer.
template <std::size_t Axes, class... Options> struct DepthwiseLayer : DepthwiseOptions<Axes, Options...> {
    using base = DepthwiseOptions<Axes, Options...>;
    using rules = rules_together<kernel_rules<depthwise_of, Options...>, bias_rules<Options...>>;
    static constexpr bool takes_factors = true; // models/folded.hpp

    template <class To> static void list_options(To& to)
    {
        base::list_windows(to);
        to("depth_multiplier", base::multiplier, 1);
        to("depthwise_initializer", typename base::kernel_initializer{}, GlorotUniform{});
        protocols::list_bias<typename base::bias_option>(to);
        rules::list_options(to);
    }

    static constexpr verdict accept(Shape in)
    {
        return base::accept_windows(in, base::multiplier * (in.rank > 0 ? in.back() : 1));
    }
};

/// The passes of the depthwise part of the layer `L`, for a kernel whose taps are rows of channels · multiplier weights.
template <class L, class T, Shape In> struct DepthwisePasses {
    static constexpr std::size_t multiplier = L::multiplier, channels = In.back() * multiplier;
    static constexpr std::size_t taps = L::kernel_height * L::kernel_width;
    static constexpr fixed<L::sizes(In, channels, channels)> sizes{};
    static constexpr std::size_t output = sizes.value.out_height * sizes.value.out_width * channels;
    static constexpr std::size_t scratch_size = multiplier == 1 ? 0 : padded<T>(In.size() * multiplier);

    using kernel = Variable<T, L::kernel_shape(In.back(), multiplier), stored_types::storage_kind{.in_row = 2}>;
    static constexpr fans kernel_fans{double(taps * In.back()), double(taps* multiplier)}; // as Keras counts

    static void forward(const T* x, const T* w, const T* bias, T* z, T* scratch, std::size_t n, const auto& finish)
    {
        each_image(x, scratch, n, [&](const T* images, std::size_t first, std::size_t count) {
            kernels::depthwise_forward(images, w, bias, z + first * output, count, sizes, finish);
        });
    }

    static void backward_weights(const T* x, const T* dz, T* dw, T* dbias, T* scratch, std::size_t n)
    {
        each_image(x, scratch, n, [&](const T* images, std::size_t first, std::size_t count) {
            kernels::depthwise_backward_weights(images, dz + first * output, dw, dbias, count, sizes);
        });
    }

    static void backward_data(const T* dz, const T* w, T* dx, [[maybe_unused]] T* scratch, std::size_t n)
    {
        if constexpr (multiplier == 1) kernels::depthwise_backward_data(dz, w, dx, n, sizes);
        else
            for (std::size_t image = 0; image < n; ++image) {
                kernels::depthwise_backward_data(dz + image * output, w, scratch, 1, sizes);
                for (std::size_t i = 0; i < In.size(); ++i) {
                    T sum = 0;
                    for (std::size_t j = 0; j < multiplier; ++j) sum += scratch[i * multiplier + j];
                    dx[image * In.size() + i] = sum;
                }
            }
    }

private:
    /// Calls f(images, first, count) for all images, or for one after another with each channel repeated, as many times as it has
    /// outputs.
    template <class F> static void each_image(const T* x, [[maybe_unused]] T* repeated, std::size_t n, const F& f)
    {
        if constexpr (multiplier == 1) f(x, 0, n);
        else
            for (std::size_t image = 0; image < n; ++image) {
                for (std::size_t i = 0; i < In.size(); ++i)
                    std::fill_n(repeated + i * multiplier, multiplier, x[image * In.size() + i]);
                f(repeated, image, 1);
            }
    }
};

/// The block of DepthwiseConv1D and DepthwiseConv2D.
template <class L, class T, Shape In> struct DepthwiseBlock : ActivatedBlock<L, T, In> {
    using base = ActivatedBlock<L, T, In>;
    using passes = DepthwisePasses<L, T, In>;
    static constexpr std::size_t multiply_adds = passes::output * passes::taps;

    typename passes::kernel kernel; ///< the weights of a tap are one row
    typename base::bias_variable bias;

    void initialize(Random random)
    {
        lamina::protocols::initialize<typename L::kernel_initializer>(kernel, random, passes::kernel_fans);
        initialize_bias<typename L::bias_option>(bias, random, passes::kernel_fans);
    }

    static constexpr std::size_t linear_scratch(std::size_t) { return passes::scratch_size; }

    void linear(const T* x, T* z, T* scratch, std::size_t n, const auto& finish) const
    {
        passes::forward(x, kernel.data(), bias.data(), z, scratch, n, finish);
    }

    template <class X, class With> X compose_linear(const With& with, const X& x) const
    {
        return composed_convolution<L::axes>(x, X(with(kernel)), passes::sizes, 0);
    }

    void backward_linear(Mode mode, const T* x, const T* dz, T* dx, DepthwiseBlock& gradient, T* scratch, std::size_t n) const
    {
        if (mode.parameters) passes::backward_weights(x, dz, gradient.kernel.data(), gradient.bias.data(), scratch, n);
        if (dx) passes::backward_data(dz, kernel.data(), dx, scratch, n);
    }
};

}}} // namespace lamina::internals
