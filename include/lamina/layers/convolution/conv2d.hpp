// lamina/layers/convolution/conv2d.hpp: 2-D convolution, y = activation(x * kernel + bias), without flipping the kernel.
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/fused.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/blocks/window.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/convolution.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/kernels/pooling.hpp>

#if !LAMINA_PLAIN_LOOPS // nothing is computed in planes there
#include <lamina/kernels/plane_passes.hpp>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A convolution of `Filters` output channels over height and width.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, Filters].
/// Options  Kernel<height, width> (3×3), Strides (1), Dilation (1), Valid, Same or Padding<…> (Valid), activation (Linear), NoBias,
///          kernel initializer (GlorotUniform), Bias<initializer> (Zeros), Name;
///          KernelRegularizer<…>, BiasRegularizer<…>, KernelConstraint<…>, BiasConstraint<…>.
/// Learns   kernel [kernel height, kernel width, channels, Filters] and bias [Filters], as Keras. Where the kernel covers
///          the whole input the layer is a matrix product.
/// Refuses  any rank but 3; a kernel larger than its padded input; Causal.
/// Example  Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Relu>> model;
template <std::size_t Filters, class... Options>
struct Conv2D : protocols::layer_base<
                    Conv2D<Filters, Options...>,
                    protocols::with_rules<protocols::family::kernel_size, protocols::family::strides, protocols::family::dilation,
                                          protocols::family::padding, protocols::family::activation, protocols::family::bias,
                                          protocols::family::initializer>,
                    Options...> {
    static constexpr std::string_view kind = "Conv2D";
    using kernel_size = protocols::chosen<protocols::family::kernel_size, Kernel<3>, Options...>;
    using strides = protocols::chosen<protocols::family::strides, Strides<1>, Options...>;
    using dilation = protocols::chosen<protocols::family::dilation, Dilation<1>, Options...>;
    using padding = protocols::chosen<protocols::family::padding, Valid, Options...>;
    using activation = protocols::chosen<protocols::family::activation, Linear, Options...>;
    using kernel_initializer = protocols::chosen<protocols::family::initializer, GlorotUniform, Options...>;
    using bias_option = protocols::chosen<protocols::family::bias, Bias<Zeros>, Options...>;
    using rules = protocols::parameter_rules<Options...>;

    template <class To> static void list_options(To& to)
    {
        to("filters", Filters);
        to("kernel_size", kernel_size{});
        to("strides", strides{}, Strides<1>{});
        to("padding", padding{}, Valid{});
        to("dilation_rate", dilation{}, Dilation<1>{});
        to("activation", activation{}, Linear{});
        to("kernel_initializer", kernel_initializer{}, GlorotUniform{});
        protocols::list_bias<bias_option>(to);
        rules::list_options(to);
    }

    static constexpr std::size_t reach_height = (kernel_size::height - 1) * dilation::height + 1;
    static constexpr std::size_t reach_width = (kernel_size::width - 1) * dilation::width + 1;

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank != 3) return refuses(protocols::misfit::needs_rank_3__height_width_channels);
        if (in.size() == 0 || Filters * kernel_size::height * kernel_size::width * strides::height * strides::width *
                                      dilation::height * dilation::width ==
                                  0)
            return refuses(protocols::misfit::an_extent_is_zero);
        if (std::is_same_v<padding, Causal>) return refuses(protocols::misfit::Causal_padding_is_for_sequences);
        const auto rows = internals::place_rows<padding>(in[0], reach_height, strides::height);
        const auto columns = internals::place_columns<padding>(in[1], reach_width, strides::width);
        if (rows.out == 0 || columns.out == 0) return refuses(protocols::misfit::kernel_is_larger_than_its_input);
        return protocols::accepts(Shape{rows.out, columns.out, Filters});
    }

    template <class T, Shape In> struct block : protocols::block_base<Conv2D, T, In> {
        using protocols::block_base<Conv2D, T, In>::output;
        static constexpr protocols::output_activation ends_in = internals::output_activation_of<activation>;
        static constexpr std::size_t taps = kernel_size::height * kernel_size::width * In[2];
        static constexpr std::size_t multiply_adds = output.size() * taps;

        static constexpr internals::fixed<internals::kernels::convolution_sizes{
            In[0], In[1], In[2], Filters, kernel_size::height, kernel_size::width, strides::height, strides::width,
            dilation::height, dilation::width, internals::place_rows<padding>(In[0], reach_height, strides::height).pad,
            internals::place_columns<padding>(In[1], reach_width, strides::width).pad, output[0], output[1]}>
            sizes{};

        /// The kernel covers its input: one output pixel, a matrix product over the batch. (One filter is stored otherwise.)
        static constexpr bool
            one_pixel = Filters > 1 && output.size() == Filters&& kernel_size::height == In[0] && kernel_size::width == In[1] &&
                        sizes.value.pad_top + sizes.value.pad_left == 0 && dilation::height == 1 && dilation::width == 1;

        Variable<T, Shape{kernel_size::height, kernel_size::width, In[2], Filters}> kernel;
        std::conditional_t<std::is_same_v<bias_option, NoBias>, internals::Absent<T>, Variable<T, Shape{Filters}>> bias;

        void initialize(Random random)
        {
            constexpr protocols::fans f{double(taps), double(kernel_size::height * kernel_size::width * Filters)};
            lamina::protocols::initialize<kernel_initializer>(kernel, random, f);
            initialize_bias<bias_option>(bias, random, f);
        }

        using last = internals::Epilogue<activation, T, output[0] * output[1], Filters>;
        static constexpr std::size_t saved(std::size_t n) { return last::saved(n); }
        static constexpr std::size_t scratch(std::size_t n)
        {
            if (one_pixel) return last::scratch(n);
#if LAMINA_PLAIN_LOOPS
            return last::scratch(n) + internals::padded<T>(internals::kernels::convolution_scratch<T>(sizes.value));
#else
            return last::scratch(n) + std::max(internals::padded<T>(internals::kernels::convolution_scratch<T>(sizes.value)),
                                               in_planes ? internals::kernels::plane_scratch<T>(sizes.value) : 0);
#endif
        }

        void forward(protocols::Mode, const T* x, T* y, T* saved, T* scratch, internals::extent auto samples) const
        {
            const auto n = internals::as_extent(samples);
            last::forward(y, saved, n, [&](T* z, auto finish) { linear(x, z, scratch, n, finish); });
        }

        void forward_with_logits(protocols::Mode, const T* x, T* y, T* logits, T*, T* scratch, std::size_t n) const
            requires(internals::seen_through<activation>)
        {
            last::forward_with_logits(y, logits, n, [&](T* z, auto finish) { linear(x, z, scratch, n, finish); });
        }

        void backward(protocols::Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, block& gradient,
                      T* scratch, std::size_t n) const
        {
            backward_linear(mode, x, last::backward(y, saved, dy, scratch, n), dx, gradient, scratch + last::scratch(n), n);
        }

        void backward_from_logits(protocols::Mode mode, const T* x, const T*, const T*, const T* dz, T* dx, block& gradient,
                                  T* scratch, std::size_t n) const
            requires(internals::seen_through<activation>)
        {
            backward_linear(mode, x, dz, dx, gradient, scratch, n);
        }

        void linear(const T* x, T* z, [[maybe_unused]] T* scratch, internals::extent auto n, const auto& finish) const
        {
            if constexpr (one_pixel) internals::kernels::dense_forward(x, kernel.data(), bias.data(), z, n, product, finish);
#if !LAMINA_PLAIN_LOOPS
            else if constexpr (in_planes)
                internals::kernels::plane_convolution_forward(x, kernel.data(), bias.data(), z, scratch, n, sizes, finish);
#endif
            else internals::kernels::convolution_forward(x, kernel.data(), bias.data(), z, scratch, n, sizes, finish);
        }

        /// The same from the gradient of what the activation takes.
        void backward_linear(protocols::Mode mode, const T* x, const T* dz, T* dx, block& gradient, T* scratch,
                             std::size_t n) const
        {
            T* const dw = gradient.kernel.data();
            if constexpr (one_pixel) {
                if (mode.parameters) internals::kernels::dense_backward_weights(x, dz, dw, gradient.bias.data(), n, product);
                if (dx) internals::kernels::dense_backward_data(dz, kernel.data(), dx, n, product);
            }
            else {
                if (mode.parameters) {
#if !LAMINA_PLAIN_LOOPS
                    if constexpr (in_planes)
                        internals::kernels::plane_convolution_backward_weights(x, dz, dw, gradient.bias.data(), scratch, n,
                                                                               sizes);
                    else
#endif
                        internals::kernels::convolution_backward_weights(x, dz, dw, gradient.bias.data(), scratch, n, sizes);
                }
                if (dx) internals::kernels::convolution_backward_data(dz, kernel.data(), dx, scratch, n, sizes);
            }
        }

        static constexpr internals::fixed<internals::kernels::dense_sizes{taps, Filters}> product{};

#if !LAMINA_PLAIN_LOOPS
        /// Few filters: the lanes run along the pixels of a row.
        static constexpr bool in_planes =
            !one_pixel && internals::kernels::axis_of<T>(sizes.value) == internals::kernels::convolution_axis::pixels;
#endif
    };
};

#if !LAMINA_PLAIN_LOOPS // where each layer is computed by itself

namespace internals {

/// A convolution in planes and the averages of 2×2 behind it: the activation is applied in registers, the averages are taken
/// while an image is in the first cache, and the derivative is joined with the spreading of the averages.
template <class Conv, class Pooling>
    requires(Conv::in_planes && Conv::last::finishes && Pooling::halves)
struct Fused<Conv, Pooling> {
    using T = typename Conv::value_type;
    static constexpr bool exists = true;

    static constexpr std::size_t saved(std::size_t n) { return kernels::plane_average_saved<T>(Conv::sizes.value, n); }
    static constexpr std::size_t scratch(std::size_t)
    {
        return kernels::plane_scratch<T>(Conv::sizes.value) + kernels::plane_average_data_scratch<T>(Conv::sizes.value);
    }

    static void forward(const Conv& conv, const Pooling&, const T* x, T* y, T* saved, T* scratch, std::size_t n)
    {
        kernels::plane_average_forward(x, conv.kernel.data(), conv.bias.data(), y, saved, scratch, n, Conv::sizes,
                                       typename Conv::last::finish{});
    }

    static void backward(protocols::Mode, const Conv& conv, const Pooling&, const T* x, const T*, const T* saved, const T* dy,
                         T* dx, Conv& gradient, Pooling&, T* scratch, std::size_t n)
    {
        kernels::plane_average_backward(x, conv.kernel.data(), saved, dy, dx, gradient.kernel.data(), gradient.bias.data(),
                                        scratch, n, Conv::sizes, Slope<typename Conv::layer::activation>{});
    }
};

/// Another convolution and the averages of 2×2 behind it: the derivative is joined with the spreading of the averages.
template <class Conv, class Pooling>
    requires(!Conv::in_planes && Conv::last::finishes && Pooling::halves)
struct Fused<Conv, Pooling> {
    using T = typename Conv::value_type;
    static constexpr bool exists = true;

    static constexpr std::size_t saved(std::size_t n) { return padded<T>(n * Conv::output.size()); }
    static constexpr std::size_t scratch(std::size_t n) { return saved(n) + Conv::scratch(n); }

    static void forward(const Conv& conv, const Pooling& pool, const T* x, T* y, T* saved, T* scratch, std::size_t n)
    {
        T* const between = saved ? saved : scratch;
        conv.forward(protocols::Mode{}, x, between, nullptr, scratch + Fused::saved(n), n);
        pool.forward(protocols::Mode{}, between, y, nullptr, nullptr, n);
    }

    static void backward(protocols::Mode mode, const Conv& conv, const Pooling&, const T* x, const T*, const T* saved,
                         const T* dy, T* dx, Conv& gradient, Pooling&, T* scratch, std::size_t n)
    {
        kernels::average_pooling_backward(saved, dy, scratch, n, Pooling::sizes, Slope<typename Conv::layer::activation>{});
        conv.backward_linear(mode, x, scratch, dx, gradient, scratch + Fused::saved(n), n);
    }
};

} // namespace internals

#endif // LAMINA_PLAIN_LOOPS

}} // namespace lamina
