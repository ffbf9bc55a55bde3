// lamina/layers/pooling/global_max_pooling2d.hpp: the largest value of each channel over a whole image.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/global_pooling.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The largest value of every channel over height and width. Values that are equal share its gradient, as in TensorFlow.
///
/// Shapes   [height, width, channels] -> [channels]; with KeepDims [1, 1, channels].
/// Options  KeepDims, Name.
/// Refuses  any rank but 3; an axis of 0.
/// Example  Sequential<Input<7, 7, 64>, GlobalMaxPooling2D<>, Dense<10, Softmax>> model;
template <class... Options>
struct GlobalMaxPooling2D
    : protocols::layer_base<GlobalMaxPooling2D<Options...>, protocols::families<protocols::family::keep_dims>, Options...> {
    static constexpr std::string_view kind = "GlobalMaxPooling2D";
    using geometry = internals::GlobalPooling<internals::pooled::image, Options...>;

    template <class To> static void list_options(To& to) { geometry::list_options(to); }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::GlobalMaxBlock<GlobalMaxPooling2D, T, In>;
};

}} // namespace lamina
