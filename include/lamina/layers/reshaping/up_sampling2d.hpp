// lamina/layers/reshaping/up_sampling2d.hpp: an image, several times as high and as wide.
#pragma once

#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>
#include <lamina/layers/reshaping/resized_block.hpp>

#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// An image in which each pixel has become `Size` pixels: `2`, or `Window{2, 3}` for 2 rows and 3 columns.
///
/// Shapes   [height, width, channels] -> [height · Size.height, width · Size.width, channels].
/// Options  Nearest (the pixel itself) or Bilinear (Nearest), Name.
/// Refuses  any rank but 3; a size of 0.
/// Numerics bilinear as `kernels/resize.hpp`: middles of pixels half a pixel off the grid, edges repeated.
/// Example  Sequential<Input<7, 7, 16>, UpSampling2D<2, Bilinear>, Conv2D<8, Same>> model;
template <Window Size, class... Options>
struct UpSampling2D
    : protocols::layer_base<UpSampling2D<Size, Options...>, protocols::families<protocols::family::interpolation>, Options...> {
    static constexpr std::string_view kind = "UpSampling2D";
    using interpolation = protocols::chosen<protocols::family::interpolation, Nearest, Options...>;

    template <class To> static void list_options(To& to)
    {
        to("size", Size, Window{2});
        to("interpolation", interpolation{}, Nearest{});
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        const auto fits = internals::accept_image(in);
        if (fits.answer != protocols::misfit::none) return fits;
        return internals::accept_gathered(Shape{in[0] * Size.height, in[1] * Size.width, in[2]});
    }

    template <Shape In, class X> static X compose(const X& x)
    {
        return resize(x, Window{In[0] * Size.height, In[1] * Size.width}, Nearest{});
    }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        using namespace internals;
        return plan_gather(in, {repeated_axis(in, 0, Size.height), repeated_axis(in, 1, Size.width), whole_axis(in, 2)});
    }
    static constexpr internals::kernels::resize_sizes sizes(Shape in)
    {
        return internals::whole_image(in, in[0] * Size.height, in[1] * Size.width, true);
    }

    template <class T, Shape In>
    using block = std::conditional_t<std::is_same_v<interpolation, Nearest>, internals::GatheredBlock<UpSampling2D, T, In>,
                                     internals::ResizedBlock<UpSampling2D, T, In>>;
};

}} // namespace lamina
