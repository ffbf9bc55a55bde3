// lamina/layers/regularization/spatial_dropout1d.hpp: zeroes whole features of a sequence while training.
//
// Source: Tompson, Goroshin, Jain, LeCun, Bregler, "Efficient Object Localization Using Convolutional Networks" (CVPR 2015).
#pragma once

#include <lamina/blocks/noise.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/layers/regularization/spatial_dropout_block.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// While training each feature of a sequence is 0 with probability `Rate`, at all of its steps, and x / (1 − Rate) else; in inference y = x.
///
/// Shapes   [steps, features] -> the same.
/// Options  Name.
/// Masks    it passes a mask on.
/// Refuses  any rank but 2; a rate outside of [0, 1).
/// Numerics which are dropped is a function of (seed, step, place in the model, sample, feature): the same on any number of threads.
/// Example  Sequential<Input<20, 6>, Conv1D<8>, SpatialDropout1D<0.2>, Flatten, Dense<4>> model;
template <internals::fraction Rate, class... Options>
struct SpatialDropout1D : protocols::layer_base<SpatialDropout1D<Rate, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "SpatialDropout1D";

    template <class To> static void list_options(To& to) { to("rate", Rate.value()); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank != 2) return refuses(protocols::misfit::needs_rank_2__steps_features);
        return internals::accept_rate(Rate.value(), in);
    }

    template <class T, Shape In> using block = internals::SpatialDropoutBlock<SpatialDropout1D, Rate, T, In>;
};

}} // namespace lamina
