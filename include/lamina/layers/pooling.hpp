// lamina/layers/pooling.hpp: what average and max pooling over height and width have in common.
#pragma once

#include <lamina/kernels/pooling.hpp>
#include <lamina/layers/block.hpp>
#include <lamina/layers/options.hpp>
#include <lamina/layers/window.hpp>

namespace lamina {

/// The extent of a pooling window: `2` is a square, `window{3, 2}` has height 3 and width 2.
struct window {
    std::size_t height, width;

    constexpr window(std::size_t side) : height(side), width(side) {}
    constexpr window(std::size_t h, std::size_t w) : height(h), width(w) {}
};

} // namespace lamina

namespace lamina::inline LAMINA_ARCHITECTURE {

/// Where a pooling window goes.
template <window Size, class... Options>
struct Pooling2D {
    using strides = chosen<family::strides, Strides<Size.height, Size.width>, Options...>;
    using padding = chosen<family::padding, Valid, Options...>;

    static constexpr window_axis rows(shape in) { return place_window<padding>(in[0], Size.height, strides::height); }
    static constexpr window_axis columns(shape in) { return place_window<padding>(in[1], Size.width, strides::width); }

    static constexpr verdict accept(shape in)
    {
        if (in.rank != 3) return refuses(fit::needs_rank_3__height_width_channels);
        if (in.size() == 0 || Size.height * Size.width * strides::height * strides::width == 0)
            return refuses(fit::an_extent_is_zero);
        if (rows(in).out == 0 || columns(in).out == 0) return refuses(fit::pooling_window_is_larger_than_its_input);
        return accepts(shape{rows(in).out, columns(in).out, in[2]});
    }

    template <shape In>
    static constexpr constant<kernels::pooling_sizes{In[0], In[1], In[2], Size.height, Size.width, strides::height,
                                                     strides::width, rows(In).pad, columns(In).pad, rows(In).out,
                                                     columns(In).out}>
        sizes{};
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
