// lamina/layers/convolution/conv1d_transpose.hpp: the transpose of a convolution over the steps of a sequence.
//
// Source: Zeiler et al., "Deconvolutional Networks" (2010); Keras's Conv1DTranspose, PyTorch's ConvTranspose1d.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/convolution/transposed_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Every input adds its window to the output: the gradient of a convolution by its input. `Filters` output channels.
///
/// Shapes   [steps, channels] -> [out_steps, Filters]. An extent e becomes, with a kernel that reaches over k,
///          Valid (e − 1) · stride + max(k, stride), Same e · stride, Padding<p> (e − 1) · stride + k − 2p;
///          with OutputPadding<a> Valid (e − 1) · stride + k + a, Same (e − 1) · stride + k mod 2 + a, Padding<p> a more.
/// Options  Kernel<steps> (3), Strides (1), Dilation (1), Valid, Same or Padding<…> (Valid), OutputPadding, activation (Linear), NoBias,
///          kernel initializer (GlorotUniform), Bias<initializer> (Zeros), Name; regularizers and constraints.
/// Learns   kernel [kernel steps, Filters, channels] and bias [Filters], as Keras.
/// Refuses  any rank but 2; options of two numbers; Causal; an output padding that is not below the stride.
/// Example  Sequential<Input<20, 8>, Conv1DTranspose<4, Strides<2>, Same, Relu>> model;
template <std::size_t Filters, class... Options>
struct Conv1DTranspose : protocols::layer_base<Conv1DTranspose<Filters, Options...>,
                                               internals::convolution_families<protocols::family::output_padding>, Options...>,
                         internals::TransposedLayer<1, Filters, Options...> {
    static constexpr std::string_view kind = "Conv1DTranspose";
    template <class T, Shape In> using block = internals::TransposedBlock<Conv1DTranspose, T, In>;
};

}} // namespace lamina
