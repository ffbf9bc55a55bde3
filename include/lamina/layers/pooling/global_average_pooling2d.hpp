// lamina/layers/pooling/global_average_pooling2d.hpp: the mean of each channel over a whole image.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

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
    static constexpr bool keeps_dims =
        std::is_same_v<protocols::chosen<protocols::family::keep_dims, void, Options...>, KeepDims>;

    template <class To> static void list_options(To& to) { to("keepdims", keeps_dims, false); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank != 3) return refuses(protocols::misfit::needs_rank_3__height_width_channels);
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        return protocols::accepts(keeps_dims ? Shape{1, 1, in[2]} : Shape{in[2]});
    }

    template <class T, Shape In> struct block : protocols::block_base<GlobalAveragePooling2D, T, In> {
        static constexpr std::size_t channels = In.back(), pixels = In.size() / channels;

        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            std::fill_n(y, n * channels, T(0));
            for (std::size_t sample = 0; sample < n; ++sample)
                internals::kernels::add_rows(x + sample * In.size(), y + sample * channels, pixels, channels);
            for (std::size_t i = 0; i < n * channels; ++i) y[i] /= static_cast<T>(pixels);
        }

        void backward(protocols::Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx == nullptr) return;
            for (std::size_t sample = 0; sample < n; ++sample, dy += channels, dx += In.size()) {
                for (std::size_t c = 0; c < channels; ++c) dx[c] = dy[c] / static_cast<T>(pixels);
                for (std::size_t pixel = 1; pixel < pixels; ++pixel) std::copy_n(dx, channels, dx + pixel * channels);
            }
        }
    };
};

}} // namespace lamina
