// lamina/layers/pooling/average_pooling2d.hpp: the mean under a window over height and width.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/pool_geometry.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean of every window; padding is left out of it, as in Keras.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, channels].
/// Options  Strides (as the window), Same or Valid (Valid), Name. A window that is no square is `AveragePooling2D<Window{3, 2}>`.
/// Refuses  any rank but 3; a window larger than its input without Same.
/// Example  Sequential<Input<28, 28, 6>, AveragePooling2D<2>> model;
template <Window Size, class... Options>
struct AveragePooling2D
    : protocols::layer_base<AveragePooling2D<Size, Options...>,
                            protocols::families<protocols::family::strides, protocols::family::padding>, Options...> {
    static constexpr std::string_view kind = "AveragePooling2D";
    using geometry = internals::Pooling2D<Size, Options...>;

    template <class To> static void list_options(To& to) { geometry::list_options(to); }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> struct block : protocols::block_base<AveragePooling2D, T, In> {
        /// The windows are 2×2, side by side: what a convolution before it may take over.
        static constexpr bool halves = Size.height == 2 && Size.width == 2 && geometry::strides::height == 2 &&
                                       geometry::strides::width == 2 && std::is_same_v<typename geometry::padding, Valid>;

        static constexpr auto sizes = geometry::template sizes<In>;

        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            internals::kernels::average_pooling_forward(x, y, n, sizes);
        }

        void backward(protocols::Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) internals::kernels::average_pooling_backward(dy, dx, n, sizes);
        }
    };
};

}} // namespace lamina
