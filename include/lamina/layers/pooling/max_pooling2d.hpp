// lamina/layers/pooling/max_pooling2d.hpp: the largest value under a window over height and width.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/pool_geometry.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The largest value of every window. Its gradient goes to the first of equal values, as in TensorFlow.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, channels].
/// Options  Strides (as the window), Same or Valid (Valid), Name. A window that is no square is `MaxPooling2D<Window{3, 2}>`.
/// Refuses  any rank but 3; a window larger than its input without Same.
/// Example  Sequential<Input<28, 28, 6>, MaxPooling2D<Window{3, 2}, Strides<2>, Same>> model;
template <Window Size, class... Options>
struct MaxPooling2D
    : protocols::layer_base<MaxPooling2D<Size, Options...>,
                            protocols::families<protocols::family::strides, protocols::family::padding>, Options...> {
    static constexpr std::string_view kind = "MaxPooling2D";
    using geometry = internals::Pooling2D<Size, Options...>;

    template <class To> static void list_options(To& to) { geometry::list_options(to); }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> struct block : protocols::block_base<MaxPooling2D, T, In> {
        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            internals::kernels::max_pooling_forward(x, y, n, geometry::template sizes<In>);
        }

        void backward(protocols::Mode, const T* x, const T* y, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) internals::kernels::max_pooling_backward(x, y, dy, dx, n, geometry::template sizes<In>);
        }
    };
};

}} // namespace lamina
