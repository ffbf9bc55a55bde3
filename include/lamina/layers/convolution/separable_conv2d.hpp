// lamina/layers/convolution/separable_conv2d.hpp: each channel by itself, over height and width, and then all channels of a place together.
//
// Source: Chollet, "Xception" (2017); Keras's SeparableConv2D.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/convolution/separable_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A depthwise convolution, without bias and activation, and behind it one of `Filters` outputs whose kernel is 1×1.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, Filters].
/// Options  of the depthwise part Kernel<height, width> (3×3), DepthMultiplier (1), Strides (1), Dilation (1),
///          Valid, Same or Padding<…> (Valid), initializer (GlorotUniform), KernelRegularizer<…>, KernelConstraint<…>; of the other
///          PointwiseInitializer<…> (GlorotUniform), PointwiseRegularizer<…>, PointwiseConstraint<…>; activation (Linear), NoBias,
///          Bias<initializer> (Zeros), BiasRegularizer<…>, BiasConstraint<…>, Name.
/// Learns   depthwise_kernel [kernel height, kernel width, channels, multiplier], pointwise_kernel [1, 1, channels · multiplier, Filters] and bias
///          [Filters], as Keras.
/// Refuses  any rank but 3; a kernel larger than its padded input; Causal.
/// Numerics the depthwise part is computed anew in the pass back.
/// Example  Sequential<Input<28, 28, 8>, SeparableConv2D<16, Kernel<3>, Same, Relu>> model;
template <std::size_t Filters, class... Options>
struct SeparableConv2D : protocols::layer_base<SeparableConv2D<Filters, Options...>, internals::separable_families, Options...>,
                         internals::SeparableLayer<2, Filters, Options...> {
    static constexpr std::string_view kind = "SeparableConv2D";
    template <class T, Shape In> using block = internals::SeparableBlock<SeparableConv2D, T, In>;
};

}} // namespace lamina
