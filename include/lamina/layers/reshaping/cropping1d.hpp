// lamina/layers/reshaping/cropping1d.hpp: a sequence without its first and last steps.
#pragma once

#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A sequence without some of its first and of its last steps: `1` of both, or `Sides{first, last}`.
///
/// Shapes   [steps, features] -> [steps - first - last, features].
/// Options  Name.
/// Masks    it ends a mask, as in Keras.
/// Refuses  any rank but 2; a sequence of which nothing is left.
/// Example  Sequential<Input<20, 8>, Cropping1D<Sides{1, 3}>, Flatten, Dense<4>> model;
template <Sides Cropping, class... Options>
struct Cropping1D : protocols::layer_base<Cropping1D<Cropping, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "Cropping1D";

    template <class To> static void list_options(To& to) { to("cropping", Cropping, Sides{1}); }

    static constexpr protocols::verdict accept(Shape in)
    {
        const auto fits = internals::accept_steps(in);
        if (fits.answer != protocols::misfit::none) return fits;
        if (in[0] <= Cropping.total()) return refuses(protocols::misfit::cropping_leaves_nothing);
        return protocols::accepts(Shape{in[0] - Cropping.total(), in[1]});
    }

    template <Shape In, class X> static X compose(const X& x)
    {
        return internals::composed_crop(x, Cropping, In[0] - Cropping.total());
    }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        using namespace internals;
        return plan_gather(in, {cropped_axis(in, 0, Cropping.before, Cropping.after), whole_axis(in, 1)});
    }

    template <class T, Shape In> using block = internals::GatheredBlock<Cropping1D, T, In>;
};

}} // namespace lamina
