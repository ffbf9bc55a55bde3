// lamina/layers/reshaping/resizing.hpp: an image in another size.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>
#include <lamina/layers/reshaping/resized_block.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// An image in the size Height × Width. It may stand anywhere in a model, and its gradient is known.
///
/// Shapes   [height, width, channels] -> [Height, Width, channels].
/// Options  Nearest or Bilinear (Bilinear), CropToAspectRatio, Name.
/// Refuses  any rank but 3; an extent of 0.
/// Numerics as `kernels/resize.hpp`, without antialiasing.
/// Example  Sequential<Input<30, 40, 3>, Resizing<28, 28, CropToAspectRatio>, Conv2D<6>> model;
template <std::size_t Height, std::size_t Width, class... Options>
struct Resizing
    : protocols::layer_base<Resizing<Height, Width, Options...>,
                            protocols::families<protocols::family::interpolation, protocols::family::crop>, Options...> {
    static constexpr std::string_view kind = "Resizing";
    using interpolation = protocols::chosen<protocols::family::interpolation, Bilinear, Options...>;
    static constexpr bool crops = std::is_same_v<protocols::chosen<protocols::family::crop, void, Options...>, CropToAspectRatio>;

    template <class To> static void list_options(To& to)
    {
        to("height", Height);
        to("width", Width);
        to("interpolation", interpolation{}, Bilinear{});
        to("crop_to_aspect_ratio", crops, false);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        const auto fits = internals::accept_image(in);
        return fits.answer != protocols::misfit::none ? fits : internals::accept_gathered(Shape{Height, Width, in[2]});
    }

    static constexpr internals::kernels::resize_sizes sizes(Shape in)
    {
        constexpr bool bilinear = std::is_same_v<interpolation, Bilinear>;
        return crops ? internals::middle_of_image(in, Height, Width, bilinear)
                     : internals::whole_image(in, Height, Width, bilinear);
    }

    template <class T, Shape In> using block = internals::ResizedBlock<Resizing, T, In>;
};

}} // namespace lamina
