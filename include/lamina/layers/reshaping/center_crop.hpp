// lamina/layers/reshaping/center_crop.hpp: the middle of an image.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>
#include <lamina/layers/reshaping/resized_block.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The middle of an image, Height × Width pixels of it. An image that is smaller is resized, bilinear, from its largest part in the
/// middle that has these proportions, as Keras does.
///
/// Shapes   [height, width, channels] -> [Height, Width, channels].
/// Options  Name.
/// Refuses  any rank but 3; an extent of 0.
/// Example  Sequential<Input<32, 32, 3>, CenterCrop<28, 28>, Conv2D<6>> model;
template <std::size_t Height, std::size_t Width, class... Options>
struct CenterCrop : protocols::layer_base<CenterCrop<Height, Width, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "CenterCrop";

    template <class To> static void list_options(To& to)
    {
        to("height", Height);
        to("width", Width);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        const auto fits = internals::accept_image(in);
        return fits.answer != protocols::misfit::none ? fits : internals::accept_gathered(Shape{Height, Width, in[2]});
    }

    /// Whether the image is large enough.
    static constexpr bool cuts(Shape in) { return in[0] >= Height && in[1] >= Width; }

    template <Shape In, class X> static X compose(const X& x)
    {
        return internals::composed_crop(x, (In[0] - Height) / 2, (In[1] - Width) / 2, Height, Width);
    }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        using namespace internals;
        const std::size_t top = (in[0] - Height) / 2, left = (in[1] - Width) / 2;
        return plan_gather(in, {cropped_axis(in, 0, top, in[0] - Height - top), cropped_axis(in, 1, left, in[1] - Width - left),
                                whole_axis(in, 2)});
    }
    static constexpr internals::kernels::resize_sizes sizes(Shape in)
    {
        return internals::middle_of_image(in, Height, Width, true);
    }

    template <class T, Shape In>
    using block =
        std::conditional_t<cuts(In), internals::GatheredBlock<CenterCrop, T, In>, internals::ResizedBlock<CenterCrop, T, In>>;
};

}} // namespace lamina
