// lamina/layers/pooling/adaptive_geometry.hpp: poolings that are given the extent of their output.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/pool_geometry.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Windows that cover what is pooled evenly.
template <pooled Over, Window Size> struct AdaptivePooling {
    static constexpr verdict accept(Shape in)
    {
        if (const verdict fits = accept_pooled<Over>(in); fits.answer != misfit::none) return fits;
        if (Size.height * Size.width == 0) return refuses(misfit::an_extent_is_zero);
        return accepts(pooled_shape<Over>(Size.height, Size.width, in.back()));
    }

    static constexpr kernels::pooling_sizes sizes_of(Shape image)
    {
        kernels::pooling_sizes s{image[0], image[1], image[2], 1, 1, 1, 1, 0, 0, Size.height, Size.width};
        s.adaptive = true;
        return s;
    }
    template <Shape In> static constexpr fixed<sizes_of(image_of<Over>(In))> sizes{};
};

}}} // namespace lamina::internals
