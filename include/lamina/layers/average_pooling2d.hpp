// lamina/layers/average_pooling2d.hpp: the mean under a window over height and width.
#pragma once

#include <lamina/layers/pooling.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The mean of every window; padding is left out of it, as in Keras.
///
/// Shapes   [height, width, channels] -> [out_height, out_width, channels].
/// Options  Strides (as the window), Same or Valid (Valid), Name. A window that is no square is `AveragePooling2D<window{3, 2}>`.
/// Refuses  any rank but 3; a window larger than its input without Same.
template <window Size, class... Options>
struct AveragePooling2D {
    using options = check_options<families<family::strides, family::padding, family::name>, Options...>;
    static constexpr std::string_view kind = "AveragePooling2D";
    static constexpr std::string_view name = chosen<family::name, Name<"">, Options...>::value;
    using geometry = Pooling2D<Size, Options...>;

    static constexpr verdict accept(shape in) { return geometry::accept(in); }

    template <class T, shape In>
    struct block {
        using value_type = T;
        using layer = AveragePooling2D;
        template <class U>
        using as = block<U, In>;

        static constexpr shape input = In, output = accept(In).output;
        /// The windows are 2×2, side by side: what a convolution before it may take over.
        static constexpr bool halves = Size.height == 2 && Size.width == 2 && geometry::strides::height == 2 &&
                                       geometry::strides::width == 2 && std::is_same_v<typename geometry::padding, Valid>;

        static constexpr auto sizes = geometry::template sizes<In>;

        static constexpr std::size_t saved(std::size_t) { return 0; }
        static constexpr std::size_t scratch(std::size_t) { return 0; }

        void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { kernels::average_pooling_forward(x, y, n, sizes); }

        void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) kernels::average_pooling_backward(dy, dx, n, sizes);
        }

        auto operator()(const auto& x) const { return call(*this, x); }
    };

    template <auto... In>
    using on = bound<AveragePooling2D, float, Input<In...>>;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
