// lamina/layers/convolution/depthwise_conv1d.hpp: a convolution of each channel by itself, over the steps of a sequence.
//
// Source: Keras's DepthwiseConv1D; Howard et al., "MobileNets" (2017).
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/convolution/depthwise_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Every channel under windows of its own, `DepthMultiplier` outputs for each: output c · m + j belongs to channel c.
///
/// Shapes   [steps, channels] -> [out_steps, channels · multiplier].
/// Options  Kernel<steps> (3), DepthMultiplier (1), Strides (1), Dilation (1), Valid, Same, Causal or Padding<…> (Valid), activation (Linear),
///          NoBias, kernel initializer (GlorotUniform), Bias<initializer> (Zeros), Name; regularizers and constraints.
/// Learns   kernel [kernel steps, channels, multiplier] and bias [channels · multiplier], as Keras.
/// Refuses  any rank but 2; options of two numbers; a kernel longer than its padded input.
/// Numerics accumulated in T, tap by tap (kernels/depthwise.hpp).
/// Example  Sequential<Input<20, 8>, DepthwiseConv1D<Kernel<3>, DepthMultiplier<2>, Same>> model;
template <class... Options>
struct DepthwiseConv1D : protocols::layer_base<DepthwiseConv1D<Options...>,
                                               internals::convolution_families<protocols::family::depth_multiplier>, Options...>,
                         internals::DepthwiseLayer<1, Options...> {
    static constexpr std::string_view kind = "DepthwiseConv1D";
    template <class T, Shape In> using block = internals::DepthwiseBlock<DepthwiseConv1D, T, In>;
};

}} // namespace lamina
