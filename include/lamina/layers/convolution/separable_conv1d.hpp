// lamina/layers/convolution/separable_conv1d.hpp: each channel by itself, over the steps of a sequence, and then all channels of a place together.
//
// Source: Chollet, "Xception" (2017); Keras's SeparableConv1D.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/convolution/separable_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A depthwise convolution, without bias and activation, and behind it one of `Filters` outputs whose kernel is one step.
///
/// Shapes   [steps, channels] -> [out_steps, Filters].
/// Options  of the depthwise part Kernel<steps> (3), DepthMultiplier (1), Strides (1), Dilation (1),
///          Valid, Same, Causal or Padding<…> (Valid), initializer (GlorotUniform), KernelRegularizer<…>, KernelConstraint<…>; of the other
///          PointwiseInitializer<…> (GlorotUniform), PointwiseRegularizer<…>, PointwiseConstraint<…>; activation (Linear), NoBias,
///          Bias<initializer> (Zeros), BiasRegularizer<…>, BiasConstraint<…>, Name.
/// Learns   depthwise_kernel [kernel steps, channels, multiplier], pointwise_kernel [1, channels · multiplier, Filters] and bias
///          [Filters], as Keras.
/// Refuses  any rank but 2; options of two numbers; a kernel longer than its padded input.
/// Numerics the depthwise part is computed anew in the pass back.
/// Example  Sequential<Input<20, 8>, SeparableConv1D<16, Kernel<3>, Same, Relu>> model;
template <std::size_t Filters, class... Options>
struct SeparableConv1D : protocols::layer_base<SeparableConv1D<Filters, Options...>, internals::separable_families, Options...>,
                         internals::SeparableLayer<1, Filters, Options...> {
    static constexpr std::string_view kind = "SeparableConv1D";
    template <class T, Shape In> using block = internals::SeparableBlock<SeparableConv1D, T, In>;
};

}} // namespace lamina
