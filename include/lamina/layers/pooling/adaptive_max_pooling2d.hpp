// lamina/layers/pooling/adaptive_max_pooling2d.hpp: the largest value of each of some parts of an image.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/adaptive_geometry.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The largest value of each of `Size` nearly equal parts of an image: `3` is 3 × 3, `Window{2, 3}` is 2 rows of 3. Part i of an axis is from
/// floor(i · extent / parts) to ceil((i + 1) · extent / parts), so that parts share cells where their number does not divide.
///
/// Shapes   [height, width, channels] -> [Size.height, Size.width, channels].
/// Options  Name.
/// Refuses  any rank but 3; an extent of 0.
/// Source   PyTorch's AdaptiveMaxPool2d; Keras's AdaptiveMaxPooling2D.
/// Example  Sequential<Input<13, 17, 8>, AdaptiveMaxPooling2D<Window{3, 4}>, Flatten, Dense<10>> model;
template <Window Size, class... Options>
struct AdaptiveMaxPooling2D : protocols::layer_base<AdaptiveMaxPooling2D<Size, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "AdaptiveMaxPooling2D";
    using geometry = internals::AdaptivePooling<internals::pooled::image, Size>;

    template <class To> static void list_options(To& to) { to("output_size", Size); }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::MaxPoolingBlock<AdaptiveMaxPooling2D, T, In>;
};

}} // namespace lamina
