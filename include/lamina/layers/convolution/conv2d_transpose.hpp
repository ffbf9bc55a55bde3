// lamina/layers/convolution/conv2d_transpose.hpp: the transpose of a convolution over height and width.
//
// Source: Zeiler et al., "Deconvolutional Networks" (2010); Keras's Conv2DTranspose, PyTorch's ConvTranspose2d.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/convolution/transposed_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Every input adds its window to the output: the gradient of a convolution by its input. `Filters` output channels.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, Filters]. An extent e becomes, with a kernel that reaches over k,
///          Valid (e − 1) · stride + max(k, stride), Same e · stride, Padding<p> (e − 1) · stride + k − 2p;
///          with OutputPadding<a> Valid (e − 1) · stride + k + a, Same (e − 1) · stride + k mod 2 + a, Padding<p> a more.
/// Options  Kernel<height, width> (3×3), Strides (1), Dilation (1), Valid, Same or Padding<…> (Valid), OutputPadding, activation (Linear), NoBias,
///          kernel initializer (GlorotUniform), Bias<initializer> (Zeros), Name; regularizers and constraints.
/// Learns   kernel [kernel height, kernel width, Filters, channels] and bias [Filters], as Keras.
/// Refuses  any rank but 3; Causal; an output padding that is not below the stride.
/// Example  Sequential<Input<14, 14, 8>, Conv2DTranspose<4, Kernel<2>, Strides<2>, Relu>> model;
template <std::size_t Filters, class... Options>
struct Conv2DTranspose : protocols::layer_base<Conv2DTranspose<Filters, Options...>,
                                               internals::convolution_families<protocols::family::output_padding>, Options...>,
                         internals::TransposedLayer<2, Filters, Options...> {
    static constexpr std::string_view kind = "Conv2DTranspose";
    template <class T, Shape In> using block = internals::TransposedBlock<Conv2DTranspose, T, In>;
};

}} // namespace lamina
