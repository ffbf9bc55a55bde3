// lamina/layers/convolution/depthwise_conv2d.hpp: a convolution of each channel by itself.
//
// Source: Keras's DepthwiseConv2D; Howard et al., "MobileNets" (2017).
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/blocks/window.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/depthwise.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Every channel under windows of its own, `DepthMultiplier` outputs for each: output c · m + j belongs to channel c.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, channels · multiplier].
/// Options  Kernel<height, width> (3×3), DepthMultiplier (1), Strides (1), Dilation (1), Valid, Same or Padding<…> (Valid), activation
///          (Linear), NoBias,
///          kernel initializer (GlorotUniform), Bias<initializer> (Zeros), Name; regularizers and constraints.
/// Learns   kernel [kernel height, kernel width, channels, multiplier] and bias [channels · multiplier], as Keras.
/// Refuses  any rank but 3; a kernel larger than its padded input; Causal.
/// Numerics accumulated in T, tap by tap (kernels/depthwise.hpp).
/// Example  Sequential<Input<28, 28, 8>, DepthwiseConv2D<Kernel<3>, DepthMultiplier<2>, Same>> model;
template <class... Options>
struct DepthwiseConv2D
    : protocols::layer_base<
          DepthwiseConv2D<Options...>,
          protocols::with_rules<protocols::family::kernel_size, protocols::family::depth_multiplier, protocols::family::strides,
                                protocols::family::dilation, protocols::family::padding, protocols::family::activation,
                                protocols::family::bias, protocols::family::initializer>,
          Options...> {
    static constexpr std::string_view kind = "DepthwiseConv2D";
    static constexpr bool takes_factors = true; // models/folded.hpp
    using kernel_size = protocols::chosen<protocols::family::kernel_size, Kernel<3>, Options...>;
    static constexpr std::size_t multiplier =
        protocols::chosen<protocols::family::depth_multiplier, DepthMultiplier<1>, Options...>::value;
    using strides = protocols::chosen<protocols::family::strides, Strides<1>, Options...>;
    using dilation = protocols::chosen<protocols::family::dilation, Dilation<1>, Options...>;
    using padding = protocols::chosen<protocols::family::padding, Valid, Options...>;
    using activation = protocols::chosen<protocols::family::activation, Linear, Options...>;
    using kernel_initializer = protocols::chosen<protocols::family::initializer, GlorotUniform, Options...>;
    using bias_option = protocols::chosen<protocols::family::bias, Bias<Zeros>, Options...>;
    using rules = protocols::parameter_rules<Options...>;

    template <class To> static void list_options(To& to)
    {
        to("kernel_size", kernel_size{});
        to("strides", strides{}, Strides<1>{});
        to("padding", padding{}, Valid{});
        to("depth_multiplier", multiplier, 1);
        to("dilation_rate", dilation{}, Dilation<1>{});
        to("activation", activation{}, Linear{});
        to("depthwise_initializer", kernel_initializer{}, GlorotUniform{});
        protocols::list_bias<bias_option>(to);
        rules::list_options(to, "depthwise_regularizer", "depthwise_constraint");
    }

    static constexpr internals::window_axis rows(Shape in)
    {
        return internals::place_rows<padding>(in[0], (kernel_size::height - 1) * dilation::height + 1, strides::height);
    }
    static constexpr internals::window_axis columns(Shape in)
    {
        return internals::place_columns<padding>(in[1], (kernel_size::width - 1) * dilation::width + 1, strides::width);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank != 3) return refuses(protocols::misfit::needs_rank_3__height_width_channels);
        if (in.size() == 0 || multiplier * kernel_size::height * kernel_size::width * strides::height * strides::width *
                                      dilation::height * dilation::width ==
                                  0)
            return refuses(protocols::misfit::an_extent_is_zero);
        if (std::is_same_v<padding, Causal>) return refuses(protocols::misfit::Causal_padding_is_for_sequences);
        if (rows(in).out == 0 || columns(in).out == 0) return refuses(protocols::misfit::kernel_is_larger_than_its_input);
        return protocols::accepts(Shape{rows(in).out, columns(in).out, in[2] * multiplier});
    }

    template <class T, Shape In> struct block : protocols::block_base<DepthwiseConv2D, T, In> {
        using protocols::block_base<DepthwiseConv2D, T, In>::output;
        static constexpr protocols::output_activation ends_in = internals::output_activation_of<activation>;
        static constexpr std::size_t taps = kernel_size::height * kernel_size::width, channels = In[2] * multiplier;
        static constexpr std::size_t multiply_adds = output.size() * taps;

        /// The weights of a tap are one row.
        Variable<T, Shape{kernel_size::height, kernel_size::width, In[2], multiplier}, stored_types::storage_kind{.in_row = 2}>
            kernel;
        std::conditional_t<std::is_same_v<bias_option, NoBias>, internals::Absent<T>, Variable<T, Shape{channels}>> bias;

        void initialize(Random random)
        {
            constexpr protocols::fans f{double(taps * In[2]), double(taps * multiplier)}; // as Keras counts
            lamina::protocols::initialize<kernel_initializer>(kernel, random, f);
            initialize_bias<bias_option>(bias, random, f);
        }

        using last = internals::Epilogue<activation, T, output[0] * output[1], channels>;
        static constexpr std::size_t saved(std::size_t n) { return last::saved(n); }
        static constexpr std::size_t scratch(std::size_t n) { return last::scratch(n) + repeated_size; }

        void forward(protocols::Mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
        {
            last::forward(y, saved, n, [&](T* z, auto finish) {
                each_image(x, scratch + last::scratch(n), n, [&](const T* images, std::size_t first, std::size_t count) {
                    internals::kernels::depthwise_forward(images, kernel.data(), static_cast<const T*>(bias.data()),
                                                          z + first * output.size(), count, sizes, finish);
                });
            });
        }

        void backward(protocols::Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, block& gradient,
                      T* scratch, std::size_t n) const
        {
            const T* const dz = last::backward(y, saved, dy, scratch, n);
            T* const repeated = scratch + last::scratch(n);
            if (mode.parameters)
                each_image(x, repeated, n, [&](const T* images, std::size_t first, std::size_t count) {
                    internals::kernels::depthwise_backward_weights(images, dz + first * output.size(), gradient.kernel.data(),
                                                                   gradient.bias.data(), count, sizes);
                });
            if (!dx) return;
            if constexpr (multiplier == 1) internals::kernels::depthwise_backward_data(dz, kernel.data(), dx, n, sizes);
            else
                for (std::size_t image = 0; image < n; ++image) {
                    internals::kernels::depthwise_backward_data(dz + image * output.size(), kernel.data(), repeated, 1, sizes);
                    for (std::size_t i = 0; i < In.size(); ++i) {
                        T sum = 0;
                        for (std::size_t j = 0; j < multiplier; ++j) sum += repeated[i * multiplier + j];
                        dx[image * In.size() + i] = sum;
                    }
                }
        }

    private:
        static constexpr std::size_t repeated_size = multiplier == 1 ? 0 : internals::padded<T>(In.size() * multiplier);
        static constexpr internals::fixed<internals::kernels::convolution_sizes{
            In[0], In[1], channels, channels, kernel_size::height, kernel_size::width, strides::height, strides::width,
            dilation::height, dilation::width, rows(In).pad, columns(In).pad, output[0], output[1]}>
            sizes{};

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
};

}} // namespace lamina
