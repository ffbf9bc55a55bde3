// lamina/layers/pooling/average_pooling2d.hpp: the mean under a window over height and width.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/pool_geometry.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean of every window; padding is left out of it, as in Keras, unless it is asked for.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, channels].
/// Options  Strides (as the window), Same, Valid or Padding<height, width> (Valid), CountIncludePad: zeros of the padding are part of a mean, as in PyTorch,
///          CeilMode: a window that is cut off at the end counts, too; Same has it anyway. Name. A window that is no square is `AveragePooling2D<Window{3, 2}>`.
/// Refuses  any rank but 3; a window larger than its input without Same; padding of more than half a window, as PyTorch.
/// Example  Sequential<Input<28, 28, 6>, AveragePooling2D<2>> model;
template <Window Size, class... Options>
struct AveragePooling2D : protocols::layer_base<AveragePooling2D<Size, Options...>,
                                                protocols::families<protocols::family::strides, protocols::family::padding,
                                                                    protocols::family::rounding, protocols::family::counting>,
                                                Options...> {
    static constexpr std::string_view kind = "AveragePooling2D";
    using geometry = internals::Pooling<internals::pooled::image, Size, Options...>;

    template <class To> static void list_options(To& to)
    {
        geometry::list_options(to);
        to("count_include_pad", geometry::counts_padding, false);
    }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::AveragePoolingBlock<AveragePooling2D, T, In>;
};

}} // namespace lamina
