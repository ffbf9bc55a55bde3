// lamina/data/images/arrange.hpp: pictures mirrored and cut.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/images/image.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Mirrors a picture in place: what was left is right.
///
/// Example  Image image = Image::from_shape({4, 5, 3}); flip_left_right(image);
template <class T> void flip_left_right(internals::row_major<T, 3>& image)
{
    const std::size_t width = image.shape()[1], channels = image.shape()[2];
    T* const pixels = image.data();
    for (std::size_t y = 0; y < image.shape()[0]; ++y)
        for (std::size_t left = y * width, right = left + width; left + 1 < right; ++left)
            --right, std::swap_ranges(pixels + left * channels, pixels + (left + 1) * channels, pixels + right * channels);
}

/// Mirrors a picture in place: what was above is below.
///
/// Example  Image image = Image::from_shape({4, 5, 3}); flip_up_down(image);
template <class T> void flip_up_down(internals::row_major<T, 3>& image)
{
    const std::size_t height = image.shape()[0], stride = image.shape()[1] * image.shape()[2];
    T* const pixels = image.data();
    for (std::size_t y = 0; y < height / 2; ++y)
        std::swap_ranges(pixels + y * stride, pixels + (y + 1) * stride, pixels + (height - 1 - y) * stride);
}

/// The part of a picture that begins at row `top` and column `left`. The second form fills a picture that is there.
///
/// Shapes   [any, any, channels] gives [height, width, channels]
/// Refuses  a part that is not all inside
///
/// Example  Image part = crop(Image::from_shape({40, 50, 3}), 10, 20, 28, 28);
template <class T>
void crop(const internals::row_major<T, 3>& image, internals::row_major<T, 3>& to, std::size_t top, std::size_t left,
          std::size_t height, std::size_t width)
{
    const auto& from = image.shape();
    if (top > from[0] || height > from[0] - top || left > from[1] || width > from[1] - left)
        internals::fail({"crop: ", height, " by ", width, " pixels from row ", top, " and column ", left,
                         " on were asked for, the picture has ", from[0], " by ", from[1], "; take a part inside of it"});
    internals::give_extents(to, height, width, from[2]);
    for (std::size_t y = 0; y < height; ++y)
        std::copy_n(image.data() + ((top + y) * from[1] + left) * from[2], width * from[2], to.data() + y * width * from[2]);
}
template <class T>
internals::row_major<T, 3> crop(const internals::row_major<T, 3>& image, std::size_t top, std::size_t left, std::size_t height,
                                std::size_t width)
{
    internals::row_major<T, 3> part;
    crop(image, part, top, left, height, width);
    return part;
}

}} // namespace lamina
