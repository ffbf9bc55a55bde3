// lamina/data/images/resize.hpp: pictures of another height and width.
//
// Source: TensorFlow's resize_bilinear and resize_nearest_neighbor with half_pixel_centers, without antialiasing, to the bit.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/images/image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How `resize` reads between pixels: from the four around a place, or from the nearest alone.
enum class Resize { bilinear, nearest };

namespace internals {

// A product and a sum are rounded one after the other, as TensorFlow does, where a compiler would join them on processors that can.
#if defined(__clang__)
#define LAMINA_ROUND_EACH
#define LAMINA_ROUND_EACH_HERE _Pragma("clang fp contract(off)")
#elif defined(__GNUC__)
#define LAMINA_ROUND_EACH [[gnu::optimize("fp-contract=off")]]
#define LAMINA_ROUND_EACH_HERE
#else
#define LAMINA_ROUND_EACH
#define LAMINA_ROUND_EACH_HERE
#endif

/// Where a row or a column of the result lies among those of the source.
struct ResizePlace {
    std::size_t low, high;
    float share;
};

LAMINA_ROUND_EACH inline ResizePlace resize_place(std::size_t i, std::size_t in, float scale, Resize how)
{
    LAMINA_ROUND_EACH_HERE
    const float center = (static_cast<float>(i) + 0.5f) * scale;
    if (how == Resize::nearest) {
        const std::size_t at = static_cast<std::size_t>(std::floor(center));
        return {at < in ? at : in - 1, 0, 0};
    }
    const float at = center - 0.5f, below = std::floor(at), above = std::ceil(at);
    const std::size_t low = below > 0 ? static_cast<std::size_t>(below) : 0,
                      high = above > 0 ? static_cast<std::size_t>(above) : 0;
    return {low < in ? low : in - 1, high < in ? high : in - 1, at - below};
}

/// Some columns of a row of the result: `top` and `bottom` are the rows of the source above and below it. `Channels`: 0 for any number.
template <std::size_t Channels, class T>
LAMINA_ROUND_EACH void resize_bilinear_row(const T* top, const T* bottom, float down, const ResizePlace* columns, std::size_t n,
                                           std::size_t any, float* to)
{
    LAMINA_ROUND_EACH_HERE
    const std::size_t channels = Channels ? Channels : any;
    for (std::size_t x = 0; x < n; ++x, to += channels) {
        const std::size_t left = columns[x].low * channels, right = columns[x].high * channels;
        const float along = columns[x].share;
        for (std::size_t c = 0; c < channels; ++c) {
            const float a = static_cast<float>(top[left + c]), b = static_cast<float>(top[right + c]);
            const float d = static_cast<float>(bottom[left + c]), e = static_cast<float>(bottom[right + c]);
            const float above = a + (b - a) * along, below = d + (e - d) * along;
            to[c] = above + (below - above) * down;
        }
    }
}

[[gnu::cold, gnu::noinline]] inline void require_resize(std::size_t height, std::size_t width, std::size_t to_height,
                                                        std::size_t to_width)
{
    if (height == 0 || width == 0 || to_height == 0 || to_width == 0)
        fail({"resize: from ", height, " by ", width, " pixels to ", to_height, " by ", to_width, "; all are 1 or more"});
}

} // namespace internals

/// A picture of `height` by `width` pixels made of one of bytes or floats. The second form fills one that is there, whose memory is used
/// again.
///
/// Shapes    [any, any, channels] gives [height, width, channels]
/// Refuses   extents of 0
/// Numerics  equal to TensorFlow's `tf.image.resize` to the bit; nothing is averaged where a picture becomes smaller
///
/// Example  FloatImage half = resize(Image::from_shape({40, 50, 3}), 20, 25);
template <class T>
void resize(const internals::row_major<T, 3>& image, FloatImage& to, std::size_t height, std::size_t width,
            Resize how = Resize::bilinear)
{
    using internals::ResizePlace;
    const std::size_t in_height = image.shape()[0], in_width = image.shape()[1], channels = image.shape()[2];
    internals::require_resize(in_height, in_width, height, width);
    internals::give_extents(to, height, width, channels);
    if (height == in_height && width == in_width) return void(std::copy_n(image.data(), image.size(), to.data()));
    const float down = static_cast<float>(in_height) / static_cast<float>(height);
    const float across = static_cast<float>(in_width) / static_cast<float>(width);

    constexpr std::size_t most = 64; // columns at a time, so that their places are computed once and need no memory
    ResizePlace columns[most];
    const auto bilinear = channels == 1   ? internals::resize_bilinear_row<1, T>
                          : channels == 3 ? internals::resize_bilinear_row<3, T>
                                          : internals::resize_bilinear_row<0, T>;
    for (std::size_t first = 0; first < width; first += most) {
        const std::size_t n = std::min(most, width - first);
        for (std::size_t x = 0; x < n; ++x) columns[x] = internals::resize_place(first + x, in_width, across, how);
        for (std::size_t y = 0; y < height; ++y) {
            const ResizePlace row = internals::resize_place(y, in_height, down, how);
            const T* const top = image.data() + row.low * in_width * channels;
            float* const out = to.data() + (y * width + first) * channels;
            if (how == Resize::bilinear)
                bilinear(top, image.data() + row.high * in_width * channels, row.share, columns, n, channels, out);
            else
                for (std::size_t x = 0; x < n; ++x)
                    for (std::size_t c = 0; c < channels; ++c)
                        out[x * channels + c] = static_cast<float>(top[columns[x].low * channels + c]);
        }
    }
}
template <class T>
FloatImage resize(const internals::row_major<T, 3>& image, std::size_t height, std::size_t width, Resize how = Resize::bilinear)
{
    FloatImage result;
    resize(image, result, height, width, how);
    return result;
}

}} // namespace lamina
