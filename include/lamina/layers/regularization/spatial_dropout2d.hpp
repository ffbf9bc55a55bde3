// lamina/layers/regularization/spatial_dropout2d.hpp: zeroes whole channels of an image while training.
//
// Source: Tompson, Goroshin, Jain, LeCun, Bregler, "Efficient Object Localization Using Convolutional Networks" (CVPR 2015).
#pragma once

#include <lamina/blocks/noise.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/layers/regularization/spatial_dropout_block.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// While training each channel of an image is 0 with probability `Rate`, at all of its pixels, and x / (1 − Rate) else; in inference y = x.
///
/// Shapes   [height, width, channels] -> the same.
/// Options  Name.
/// Masks    it passes a mask on.
/// Refuses  any rank but 3; a rate outside of [0, 1).
/// Numerics which are dropped is a function of (seed, step, place in the model, sample, channel): the same on any number of threads.
/// Example  Sequential<Input<28, 28, 1>, Conv2D<8>, SpatialDropout2D<0.2>, Flatten, Dense<10>> model;
template <internals::fraction Rate, class... Options>
struct SpatialDropout2D : protocols::layer_base<SpatialDropout2D<Rate, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "SpatialDropout2D";

    template <class To> static void list_options(To& to) { to("rate", Rate.value()); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank != 3) return refuses(protocols::misfit::needs_rank_3__height_width_channels);
        return internals::accept_rate(Rate.value(), in);
    }

    template <class T, Shape In> using block = internals::SpatialDropoutBlock<SpatialDropout2D, Rate, T, In>;
};

}} // namespace lamina
