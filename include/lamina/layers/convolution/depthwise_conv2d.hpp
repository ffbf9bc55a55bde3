// lamina/layers/convolution/depthwise_conv2d.hpp: a convolution of each channel by itself, over height and width.
//
// Source: Keras's DepthwiseConv2D; Howard et al., "MobileNets" (2017).
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/convolution/depthwise_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Every channel under windows of its own, `DepthMultiplier` outputs for each: output c · m + j belongs to channel c.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, channels · multiplier].
/// Options  Kernel<height, width> (3×3), DepthMultiplier (1), Strides (1), Dilation (1), Valid, Same or Padding<…> (Valid), activation (Linear),
///          NoBias, kernel initializer (GlorotUniform), Bias<initializer> (Zeros), Name; regularizers and constraints.
/// Learns   kernel [kernel height, kernel width, channels, multiplier] and bias [channels · multiplier], as Keras.
/// Refuses  any rank but 3; a kernel larger than its padded input; Causal.
/// Numerics accumulated in T, tap by tap (kernels/depthwise.hpp).
/// Example  Sequential<Input<28, 28, 8>, DepthwiseConv2D<Kernel<3>, DepthMultiplier<2>, Same>> model;
template <class... Options>
struct DepthwiseConv2D : protocols::layer_base<DepthwiseConv2D<Options...>,
                                               internals::convolution_families<protocols::family::depth_multiplier>, Options...>,
                         internals::DepthwiseLayer<2, Options...> {
    static constexpr std::string_view kind = "DepthwiseConv2D";
    template <class T, Shape In> using block = internals::DepthwiseBlock<DepthwiseConv2D, T, In>;
};

}} // namespace lamina
