// lamina/layers/pooling/pool_geometry.hpp: what average and max pooling over height and width have in common.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/sizes.hpp>
#include <lamina/blocks/window.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Where a pooling window goes.
template <Window Size, class... Options> struct Pooling2D {
    using strides = chosen<family::strides, Strides<Size.height, Size.width>, Options...>;
    using padding = chosen<family::padding, Valid, Options...>;

    template <class To> static void list_options(To& to)
    {
        to("pool_size", Size, Window{2});
        to("strides", strides{}, Size);
        to("padding", padding{}, Valid{});
    }

    static constexpr window_axis rows(Shape in) { return place_rows<padding>(in[0], Size.height, strides::height); }
    static constexpr window_axis columns(Shape in) { return place_columns<padding>(in[1], Size.width, strides::width); }

    static constexpr verdict accept(Shape in)
    {
        if (in.rank != 3) return refuses(misfit::needs_rank_3__height_width_channels);
        if (in.size() == 0 || Size.height * Size.width * strides::height * strides::width == 0)
            return refuses(misfit::an_extent_is_zero);
        if (std::is_same_v<padding, Causal>) return refuses(misfit::Causal_padding_is_for_sequences);
        if (rows(in).out == 0 || columns(in).out == 0) return refuses(misfit::pooling_window_is_larger_than_its_input);
        return accepts(Shape{rows(in).out, columns(in).out, in[2]});
    }

    template <Shape In>
    static constexpr fixed<kernels::pooling_sizes{In[0], In[1], In[2], Size.height, Size.width, strides::height, strides::width,
                                                  rows(In).pad, columns(In).pad, rows(In).out, columns(In).out}>
        sizes{};
};

}}} // namespace lamina::internals
