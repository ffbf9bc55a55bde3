// lamina/layers/conv2d.hpp: 2-D convolution, y = activation(x * kernel + bias), without flipping the kernel.
#pragma once

#include <lamina/core/variable.hpp>
#include <lamina/kernels/convolution.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/kernels/plane_passes.hpp>
#include <lamina/kernels/pooling.hpp>
#include <lamina/layers/activated.hpp>
#include <lamina/layers/block.hpp>
#include <lamina/layers/initializers.hpp>
#include <lamina/layers/window.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// A convolution of `Filters` output channels over height and width.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, Filters].
/// Options  Kernel<height, width> (3×3), Strides (1), Dilation (1), Same or Valid (Valid), activation (Linear), NoBias,
///          kernel initialiser (GlorotUniform), Bias<initialiser> (Zeros), Name.
/// Learns   kernel [kernel height, kernel width, channels, Filters] and bias [Filters], as Keras. Where the kernel covers
///          the whole input the layer is a matrix product.
/// Refuses  any rank but 3; a kernel larger than its input without Same; strides and dilation both above 1, as Keras.
template <std::size_t Filters, class... Options>
struct Conv2D {
    using options = check_options<families<family::kernel_size, family::strides, family::dilation, family::padding,
                                           family::activation, family::bias, family::initialiser, family::name>,
                                  Options...>;
    static constexpr std::string_view kind = "Conv2D";
    static constexpr std::string_view name = chosen<family::name, Name<"">, Options...>::value;
    using kernel_size = chosen<family::kernel_size, Kernel<3>, Options...>;
    using strides = chosen<family::strides, Strides<1>, Options...>;
    using dilation = chosen<family::dilation, Dilation<1>, Options...>;
    using padding = chosen<family::padding, Valid, Options...>;
    using activation = chosen<family::activation, Linear, Options...>;
    using kernel_initialiser = chosen<family::initialiser, GlorotUniform, Options...>;
    using bias_option = chosen<family::bias, Bias<Zeros>, Options...>;

    static constexpr std::size_t reach_height = (kernel_size::height - 1) * dilation::height + 1;
    static constexpr std::size_t reach_width = (kernel_size::width - 1) * dilation::width + 1;

    static constexpr verdict accept(shape in)
    {
        if (in.rank != 3) return refuses(fit::needs_rank_3__height_width_channels);
        if (in.size() == 0 || Filters * kernel_size::height * kernel_size::width * strides::height * strides::width *
                                      dilation::height * dilation::width ==
                                  0)
            return refuses(fit::an_extent_is_zero);
        if ((strides::height > 1 || strides::width > 1) && (dilation::height > 1 || dilation::width > 1))
            return refuses(fit::strides_and_dilation_cannot_both_be_above_1);
        const auto rows = place_window<padding>(in[0], reach_height, strides::height);
        const auto columns = place_window<padding>(in[1], reach_width, strides::width);
        if (rows.out == 0 || columns.out == 0) return refuses(fit::kernel_is_larger_than_its_input);
        return accepts(shape{rows.out, columns.out, Filters});
    }

    template <class T, shape In>
    struct block {
        using value_type = T;
        using layer = Conv2D;
        template <class U>
        using as = block<U, In>;

        static constexpr shape input = In, output = accept(In).output;
        static constexpr std::size_t taps = kernel_size::height * kernel_size::width * In[2];
        static constexpr std::size_t multiply_adds = output.size() * taps;

        /// The kernel covers its input: one output pixel, a matrix product over the batch. (One filter is stored otherwise.)
        static constexpr bool one_pixel = Filters > 1 && std::is_same_v<padding, Valid>&& kernel_size::height == In[0] &&
                                          kernel_size::width == In[1] && dilation::height == 1 && dilation::width == 1;

        Variable<T, shape{kernel_size::height, kernel_size::width, In[2], Filters}> kernel;
        std::conditional_t<std::is_same_v<bias_option, NoBias>, Absent<T>, Variable<T, shape{Filters}>> bias;

        void initialise(Random random)
        {
            constexpr fans f{double(taps), double(kernel_size::height * kernel_size::width * Filters)};
            lamina::initialise<kernel_initialiser>(kernel, random, f);
            initialise_bias<bias_option>(bias, random, f);
        }

        using last = Activated<activation, T, output[0] * output[1], Filters>;
        static constexpr std::size_t saved(std::size_t n) { return last::saved(n); }
        static constexpr std::size_t scratch(std::size_t n)
        {
            if (one_pixel) return last::scratch(n);
            return last::scratch(n) + std::max(padded<T>(kernels::convolution_scratch<T>(sizes.value)),
                                               in_planes ? kernels::plane_scratch<T>(sizes.value) : 0);
        }

        void forward(Mode, const T* x, T* y, T* saved, T* scratch, extent auto samples) const
        {
            const auto n = as_extent(samples);
            last::forward(y, saved, n, [&](T* z, auto finish) {
                if constexpr (one_pixel) kernels::dense_forward(x, kernel.data(), bias.data(), z, n, product, finish);
                else if constexpr (in_planes)
                    kernels::plane_convolution_forward(x, kernel.data(), bias.data(), z, scratch, n, sizes, finish);
                else kernels::convolution_forward(x, kernel.data(), bias.data(), z, scratch, n, sizes, finish);
            });
        }

        void backward(Mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, block& gradient, T* scratch,
                      std::size_t n) const
        {
            backward_linear(x, last::backward(y, saved, dy, scratch, n), dx, gradient, scratch + last::scratch(n), n);
        }

        /// The same from the gradient of what the activation takes.
        void backward_linear(const T* x, const T* dz, T* dx, block& gradient, T* scratch, std::size_t n) const
        {
            T* const dw = gradient.kernel.data();
            if constexpr (one_pixel) {
                kernels::dense_backward_weights(x, dz, dw, gradient.bias.data(), n, product);
                if (dx) kernels::dense_backward_data(dz, kernel.data(), dx, n, product);
            }
            else {
                if constexpr (in_planes)
                    kernels::plane_convolution_backward_weights(x, dz, dw, gradient.bias.data(), scratch, n, sizes);
                else kernels::convolution_backward_weights(x, dz, dw, gradient.bias.data(), scratch, n, sizes);
                if (dx) kernels::convolution_backward_data(dz, kernel.data(), dx, scratch, n, sizes);
            }
        }

        auto operator()(const auto& x) const { return call(*this, x); }

        static constexpr constant<kernels::dense_sizes{taps, Filters}> product{};
        static constexpr constant<kernels::convolution_sizes{
            In[0], In[1], In[2], Filters, kernel_size::height, kernel_size::width, strides::height, strides::width,
            dilation::height, dilation::width, place_window<padding>(In[0], reach_height, strides::height).pad,
            place_window<padding>(In[1], reach_width, strides::width).pad, output[0], output[1]}>
            sizes{};

        /// Few filters: the lanes run along the pixels of a row.
        static constexpr bool in_planes = !one_pixel && kernels::axis_of<T>(sizes.value) == kernels::convolution_axis::pixels;
    };

    template <auto... In>
    using on = bound<Conv2D, float, Input<In...>>;
};

/// A convolution in planes and the averages of 2×2 behind it: the activation is applied in registers, the averages are taken
/// while an image is in the first cache, and the derivative is joined with the spreading of the averages.
template <class Conv, class Pool>
    requires(Conv::in_planes && Conv::last::finishes && Pool::halves)
struct Joined<Conv, Pool> {
    using T = typename Conv::value_type;
    static constexpr bool exists = true;

    static constexpr std::size_t saved(std::size_t n) { return kernels::plane_average_saved<T>(Conv::sizes.value, n); }
    static constexpr std::size_t scratch(std::size_t)
    {
        return kernels::plane_scratch<T>(Conv::sizes.value) + kernels::plane_average_data_scratch<T>(Conv::sizes.value);
    }

    static void forward(const Conv& conv, const Pool&, const T* x, T* y, T* saved, T* scratch, std::size_t n)
    {
        kernels::plane_average_forward(x, conv.kernel.data(), conv.bias.data(), y, saved, scratch, n, Conv::sizes,
                                       typename Conv::last::finish{});
    }

    static void backward(const Conv& conv, const Pool&, const T* x, const T*, const T* saved, const T* dy, T* dx, Conv& gradient,
                         Pool&, T* scratch, std::size_t n)
    {
        kernels::plane_average_backward(x, conv.kernel.data(), saved, dy, dx, gradient.kernel.data(), gradient.bias.data(),
                                        scratch, n, Conv::sizes, Slope<typename Conv::layer::activation>{});
    }
};

/// Another convolution and the averages of 2×2 behind it: the derivative is joined with the spreading of the averages.
template <class Conv, class Pool>
    requires(!Conv::in_planes && Conv::last::finishes && Pool::halves)
struct Joined<Conv, Pool> {
    using T = typename Conv::value_type;
    static constexpr bool exists = true;

    static constexpr std::size_t saved(std::size_t n) { return padded<T>(n * Conv::output.size()); }
    static constexpr std::size_t scratch(std::size_t n) { return saved(n) + Conv::scratch(n); }

    static void forward(const Conv& conv, const Pool& pool, const T* x, T* y, T* saved, T* scratch, std::size_t n)
    {
        T* const between = saved ? saved : scratch;
        conv.forward(Mode{}, x, between, nullptr, scratch + Joined::saved(n), n);
        pool.forward(Mode{}, between, y, nullptr, nullptr, n);
    }

    static void backward(const Conv& conv, const Pool&, const T* x, const T*, const T* saved, const T* dy, T* dx, Conv& gradient,
                         Pool&, T* scratch, std::size_t n)
    {
        kernels::average_pooling_backward(saved, dy, scratch, n, Pool::sizes, Slope<typename Conv::layer::activation>{});
        conv.backward_linear(x, scratch, dx, gradient, scratch + Joined::saved(n), n);
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
