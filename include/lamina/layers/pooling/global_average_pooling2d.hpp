// lamina/layers/pooling/global_average_pooling2d.hpp: the mean of each channel over a whole image.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/global_pooling.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean of every channel over height and width.
///
/// Shapes   [height, width, channels] -> [channels]; with KeepDims [1, 1, channels].
/// Options  KeepDims, Name.
/// Refuses  any rank but 3; an axis of 0.
/// Numerics added up in `T`, as a bias's gradient is (`kernels/elementwise.hpp`), and divided once.
/// Source   Lin, Chen and Yan, Network in Network, 2013; Keras's GlobalAveragePooling2D.
/// Example  Sequential<Input<7, 7, 64>, GlobalAveragePooling2D<>, Dense<10, Softmax>> model;
template <class... Options>
struct GlobalAveragePooling2D
    : protocols::layer_base<GlobalAveragePooling2D<Options...>, protocols::families<protocols::family::keep_dims>, Options...> {
    static constexpr std::string_view kind = "GlobalAveragePooling2D";
    using geometry = internals::GlobalPooling<internals::pooled::image, Options...>;

    template <class To> static void list_options(To& to) { geometry::list_options(to); }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::GlobalAverageBlock<GlobalAveragePooling2D, T, In>;
};

}} // namespace lamina
