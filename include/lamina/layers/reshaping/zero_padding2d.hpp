// lamina/layers/reshaping/zero_padding2d.hpp: a frame of zeros around an image.
#pragma once

#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// An image with zeros around it: `1` on all sides, `Border{height, width}`, or `Border{{top, bottom}, {left, right}}`.
///
/// Shapes   [height, width, channels] -> [top + height + bottom, left + width + right, channels].
/// Options  Name.
/// Refuses  any rank but 3.
/// Example  Sequential<Input<28, 28, 1>, ZeroPadding2D<Border{{1, 2}, {1, 2}}>, Conv2D<6, Strides<2>>> model;
template <Border Padding, class... Options>
struct ZeroPadding2D : protocols::layer_base<ZeroPadding2D<Padding, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "ZeroPadding2D";

    template <class To> static void list_options(To& to) { to("padding", Padding, Border{1}); }

    static constexpr protocols::verdict accept(Shape in)
    {
        const auto fits = internals::accept_image(in);
        if (fits.answer != protocols::misfit::none) return fits;
        return protocols::accepts(Shape{in[0] + Padding.height.total(), in[1] + Padding.width.total(), in[2]});
    }

    template <Shape In, class X> static X compose(const X& x)
    {
        return pad(x, {{0, 0}, {Padding.height.before, Padding.height.after}, {Padding.width.before, Padding.width.after}});
    }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        using namespace internals;
        return plan_gather(in, {padded_axis(in, 0, Padding.height.before, Padding.height.after),
                                padded_axis(in, 1, Padding.width.before, Padding.width.after), whole_axis(in, 2)});
    }

    template <class T, Shape In> using block = internals::GatheredBlock<ZeroPadding2D, T, In>;
};

}} // namespace lamina
