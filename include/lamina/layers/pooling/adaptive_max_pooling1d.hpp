// lamina/layers/pooling/adaptive_max_pooling1d.hpp: the largest value of each of some parts of a sequence.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/adaptive_geometry.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The largest value of each of `Size` nearly equal parts of a sequence. Part i is from floor(i · steps / Size) to
/// ceil((i + 1) · steps / Size), so that parts share steps where Size does not divide.
///
/// Shapes   [steps, features] -> [Size, features].
/// Options  Name.
/// Masks    it ends a mask, as in Keras.
/// Refuses  any rank but 2; an extent of 0.
/// Source   PyTorch's AdaptiveMaxPool1d; Keras's AdaptiveMaxPooling1D.
/// Example  Sequential<Input<13, 8>, AdaptiveMaxPooling1D<3>, Flatten, Dense<10>> model;
template <std::size_t Size, class... Options>
struct AdaptiveMaxPooling1D : protocols::layer_base<AdaptiveMaxPooling1D<Size, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "AdaptiveMaxPooling1D";
    using geometry = internals::AdaptivePooling<internals::pooled::steps, Window{1, Size}>;

    template <class To> static void list_options(To& to) { to("output_size", Shape{Size}); }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::MaxPoolingBlock<AdaptiveMaxPooling1D, T, In>;
};

}} // namespace lamina
