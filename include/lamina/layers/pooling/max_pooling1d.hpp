// lamina/layers/pooling/max_pooling1d.hpp: the largest value under a window over the steps of a sequence.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/pool_geometry.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The largest value of every window of `Size` steps. Its gradient goes to the first of equal values, as in TensorFlow.
///
/// Shapes   [steps, features] -> [out_steps, features].
/// Options  Strides (as the window), Same, Valid or Padding<steps> (Valid), Dilation (1),
///          CeilMode: a window that is cut off at the end counts, too; Same has it anyway. Name.
/// Masks    it ends a mask, as in Keras.
/// Refuses  any rank but 2; a window larger than its input without Same; padding of more than half a window, as PyTorch.
/// Example  Sequential<Input<20, 6>, MaxPooling1D<3, Strides<2>>, LSTM<8>> model;
template <std::size_t Size, class... Options>
struct MaxPooling1D : protocols::layer_base<MaxPooling1D<Size, Options...>,
                                            protocols::families<protocols::family::strides, protocols::family::padding,
                                                                protocols::family::rounding, protocols::family::dilation>,
                                            Options...> {
    static constexpr std::string_view kind = "MaxPooling1D";
    using geometry = internals::Pooling<internals::pooled::steps, Window{1, Size}, Options...>;

    template <class To> static void list_options(To& to)
    {
        geometry::list_options(to);
        geometry::list_dilation(to);
    }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::MaxPoolingBlock<MaxPooling1D, T, In>;
};

}} // namespace lamina
