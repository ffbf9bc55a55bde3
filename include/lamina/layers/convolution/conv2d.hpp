// lamina/layers/convolution/conv2d.hpp: 2-D convolution, y = activation(x * kernel + bias), without flipping the kernel.
#pragma once

#include <lamina/blocks/fused.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling.hpp>
#include <lamina/layers/convolution/convolution_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A convolution of `Filters` output channels over height and width.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, Filters].
/// Options  Kernel<height, width> (3×3), Strides (1), Dilation (1), Valid, Same or Padding<…> (Valid), Groups (1), activation (Linear),
///          NoBias, kernel initializer (GlorotUniform), Bias<initializer> (Zeros), Name;
///          KernelRegularizer<…>, BiasRegularizer<…>, KernelConstraint<…>, BiasConstraint<…>.
/// Learns   kernel [kernel height, kernel width, channels / groups, Filters] and bias [Filters], as Keras. Where the kernel covers
///          the whole input the layer is a matrix product.
/// Refuses  any rank but 3; a kernel larger than its padded input; Causal; groups that divide channels or filters not.
/// Example  Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Relu>> model;
template <std::size_t Filters, class... Options>
struct Conv2D
    : protocols::layer_base<Conv2D<Filters, Options...>, internals::convolution_families<protocols::family::groups>, Options...>,
      internals::ConvolutionLayer<2, Filters, Options...> {
    static constexpr std::string_view kind = "Conv2D";
    template <class T, Shape In> using block = internals::ConvolutionBlock<Conv2D, T, In>;
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
