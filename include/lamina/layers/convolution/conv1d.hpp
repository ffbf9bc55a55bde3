// lamina/layers/convolution/conv1d.hpp: convolution over the steps of a sequence.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/convolution/convolution_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A convolution of `Filters` output channels over steps.
///
/// Shapes   [steps, channels] -> [out_steps, Filters].
/// Options  Kernel<steps> (3), Strides (1), Dilation (1), Valid, Same, Causal or Padding<…> (Valid), Groups (1), activation (Linear), NoBias,
///          kernel initializer (GlorotUniform), Bias<initializer> (Zeros), Name; regularizers and constraints.
/// Learns   kernel [kernel steps, channels / groups, Filters] and bias [Filters], as Keras.
/// Masks    are not passed on, as in Keras.
/// Streams  where it is Causal, without strides and groups: models/stream.hpp.
/// Refuses  any rank but 2; a kernel longer than its padded input; options of two numbers; groups that divide channels or filters not.
/// Example  Sequential<Input<50, 3>, Conv1D<16, Causal, Dilation<2>, Relu>, Conv1D<8, Strides<2>>> model;
template <std::size_t Filters, class... Options>
struct Conv1D
    : protocols::layer_base<Conv1D<Filters, Options...>, internals::convolution_families<protocols::family::groups>, Options...>,
      internals::ConvolutionLayer<1, Filters, Options...> {
    static constexpr std::string_view kind = "Conv1D";
    template <class T, Shape In> using block = internals::ConvolutionBlock<Conv1D, T, In>;
};

}} // namespace lamina
