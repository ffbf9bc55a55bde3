// lamina/layers/pooling/average_pooling1d.hpp: the mean under a window over the steps of a sequence.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/pool_geometry.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean of every window of `Size` steps; padding is left out of it, as in Keras, unless it is asked for.
///
/// Shapes   [steps, features] -> [out_steps, features].
/// Options  Strides (as the window), Same, Valid or Padding<steps> (Valid), CountIncludePad: zeros of the padding are part of a mean, as in PyTorch,
///          CeilMode: a window that is cut off at the end counts, too; Same has it anyway. Name.
/// Masks    it ends a mask, as in Keras.
/// Refuses  any rank but 2; a window larger than its input without Same; padding of more than half a window, as PyTorch.
/// Example  Sequential<Input<20, 6>, AveragePooling1D<2>, LSTM<8>> model;
template <std::size_t Size, class... Options>
struct AveragePooling1D : protocols::layer_base<AveragePooling1D<Size, Options...>,
                                                protocols::families<protocols::family::strides, protocols::family::padding,
                                                                    protocols::family::rounding, protocols::family::counting>,
                                                Options...> {
    static constexpr std::string_view kind = "AveragePooling1D";
    using geometry = internals::Pooling<internals::pooled::steps, Window{1, Size}, Options...>;

    template <class To> static void list_options(To& to)
    {
        geometry::list_options(to);
        to("count_include_pad", geometry::counts_padding, false);
    }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::AveragePoolingBlock<AveragePooling1D, T, In>;
};

}} // namespace lamina
