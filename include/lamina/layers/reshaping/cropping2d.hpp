// lamina/layers/reshaping/cropping2d.hpp: the inner part of an image.
#pragma once

#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// An image without what lies at its sides: `1` on all sides, `Border{height, width}`, or `Border{{top, bottom}, {left, right}}`.
///
/// Shapes   [height, width, channels] -> [height - top - bottom, width - left - right, channels].
/// Options  Name.
/// Refuses  any rank but 3; an image of which nothing is left.
/// Example  Sequential<Input<32, 32, 3>, Cropping2D<Border{2, 4}>, Conv2D<6>> model;
template <Border Cropping, class... Options>
struct Cropping2D : protocols::layer_base<Cropping2D<Cropping, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "Cropping2D";

    template <class To> static void list_options(To& to) { to("cropping", Cropping, Border{0}); }

    static constexpr protocols::verdict accept(Shape in)
    {
        const auto fits = internals::accept_image(in);
        if (fits.answer != protocols::misfit::none) return fits;
        if (in[0] <= Cropping.height.total() || in[1] <= Cropping.width.total())
            return refuses(protocols::misfit::cropping_leaves_nothing);
        return protocols::accepts(Shape{in[0] - Cropping.height.total(), in[1] - Cropping.width.total(), in[2]});
    }

    template <Shape In, class X> static X compose(const X& x)
    {
        return internals::composed_crop(x, Cropping.height.before, Cropping.width.before, In[0] - Cropping.height.total(),
                                        In[1] - Cropping.width.total());
    }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        using namespace internals;
        return plan_gather(in, {cropped_axis(in, 0, Cropping.height.before, Cropping.height.after),
                                cropped_axis(in, 1, Cropping.width.before, Cropping.width.after), whole_axis(in, 2)});
    }

    template <class T, Shape In> using block = internals::GatheredBlock<Cropping2D, T, In>;
};

}} // namespace lamina
