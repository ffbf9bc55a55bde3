// lamina/layers/pooling/max_pooling2d.hpp: the largest value under a window over height and width.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/pool_geometry.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The largest value of every window. Its gradient goes to the first of equal values, as in TensorFlow.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, channels].
/// Options  Strides (as the window), Same, Valid or Padding<height, width> (Valid), Dilation (1),
///          CeilMode: a window that is cut off at the end counts, too; Same has it anyway. Name. A window that is no square is `MaxPooling2D<Window{3, 2}>`.
/// Refuses  any rank but 3; a window larger than its input without Same; padding of more than half a window, as PyTorch.
/// Example  Sequential<Input<28, 28, 6>, MaxPooling2D<Window{3, 2}, Strides<2>, Same>> model;
template <Window Size, class... Options>
struct MaxPooling2D : protocols::layer_base<MaxPooling2D<Size, Options...>,
                                            protocols::families<protocols::family::strides, protocols::family::padding,
                                                                protocols::family::rounding, protocols::family::dilation>,
                                            Options...> {
    static constexpr std::string_view kind = "MaxPooling2D";
    using geometry = internals::Pooling<internals::pooled::image, Size, Options...>;

    template <class To> static void list_options(To& to)
    {
        geometry::list_options(to);
        geometry::list_dilation(to);
    }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::MaxPoolingBlock<MaxPooling2D, T, In>;
};

}} // namespace lamina
