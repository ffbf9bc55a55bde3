// lamina/data/images/affine.hpp: pictures turned, stretched, shifted.
//
// Source: TensorFlow's ImageProjectiveTransformV3, which Keras 3's RandomRotation, RandomZoom and RandomTranslation call.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/data/images/image.hpp>
#include <lamina/data/images/resize.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// What stands beside a picture: its mirror image, edge included (dcba|abcd|dcba), the picture again, a number, or the nearest pixel.
enum class Fill { reflect, wrap, constant, nearest };

/// How a picture is turned, stretched and shifted. `value`: what is beside it for `Fill::constant`.
struct FillOptions {
    Fill mode = Fill::reflect;
    float value = 0;
    Resize interpolation = Resize::bilinear;
};

/// Where a pixel of the result is read: column `xx · x + xy · y + x0` and row `yx · x + yy · y + y0` of the source.
struct Affine {
    float xx = 1, xy = 0, x0 = 0, yx = 0, yy = 1, y0 = 0;

    /// A turn around the middle of a picture, counterclockwise, in parts of a whole turn.
    static Affine rotation(double turns, std::size_t height, std::size_t width)
    {
        const double angle = turns * 2 * std::numbers::pi;
        const float c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
        const float x = (static_cast<float>(width) - 1) / 2, y = (static_cast<float>(height) - 1) / 2;
        return {c, -s, x - x * c + y * s, s, c, y - x * s - y * c};
    }
    /// A stretch around the middle: by 2 twice as much of the source is seen, so that what it shows is half as large.
    static Affine zoom(double down, double across, std::size_t height, std::size_t width)
    {
        const float y = static_cast<float>(down), x = static_cast<float>(across);
        return {x, 0, (static_cast<float>(width) - 1) / 2 * (1 - x), 0, y, (static_cast<float>(height) - 1) / 2 * (1 - y)};
    }
    /// A shift by pixels down and to the right.
    static Affine translation(double down, double right)
    {
        return {1, 0, -static_cast<float>(right), 0, 1, -static_cast<float>(down)};
    }
};

namespace internals {

/// A place beside a picture as one in it.
inline float place_inside(float place, std::size_t extent, Fill mode)
{
    if (mode == Fill::constant) return place;
    const float n = static_cast<float>(extent), last = n - 1;
    if (mode == Fill::reflect && extent > 1) {
        if (place < 0) {
            place += 2 * n * std::trunc(-place / (2 * n));
            place = place < -n ? place + 2 * n : -place - 1;
        }
        else if (place > last) {
            place -= 2 * n * std::trunc(place / (2 * n));
            if (place >= n) place = 2 * n - place - 1;
        }
    }
    else if (mode == Fill::wrap && extent > 1) {
        if (place < 0) place += n * (std::trunc(-place / last) + 1);
        else if (place > last) place -= n * std::trunc(place / last);
    }
    return place > 0 ? std::min(place, last) : 0; // and 0 for what is no number
}

} // namespace internals

/// Turns, stretches and shifts a picture of numbers: `to` gets the source's extents.
///
/// Example  FloatImage turned, image = xt::ones<float>({4, 5, 3}); affine(image, turned, Affine::rotation(0.1, 4, 5));
[[gnu::noinline]] inline void affine(const FloatImage& image, FloatImage& to, const Affine& read, FillOptions fill = {})
{
    const std::size_t height = image.shape()[0], width = image.shape()[1], channels = image.shape()[2];
    internals::give_extents(to, height, width, channels);
    const bool bilinear = fill.interpolation == Resize::bilinear;
    // The pixel at a place of whole numbers, nothing outside.
    const auto pixel_at = [&](float y, float x) -> const float* {
        const bool inside = y >= 0 && y < static_cast<float>(height) && x >= 0 && x < static_cast<float>(width);
        return inside ? image.data() + (static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)) * channels : nullptr;
    };
    float* out = to.data();
    for (std::size_t row = 0; row < height; ++row)
        for (std::size_t column = 0; column < width; ++column, out += channels) {
            const float over = static_cast<float>(column), down = static_cast<float>(row);
            const float x = internals::place_inside(read.xx * over + read.xy * down + read.x0, width, fill.mode);
            const float y = internals::place_inside(read.yx * over + read.yy * down + read.y0, height, fill.mode);
            if (!(x > -1 && x < static_cast<float>(width) && y > -1 && y < static_cast<float>(height))) { // or is no number
                std::fill_n(out, channels, fill.value);
                continue;
            }
            if (!bilinear) {
                const float* const nearest = pixel_at(std::round(y), std::round(x));
                for (std::size_t c = 0; c < channels; ++c) out[c] = nearest ? nearest[c] : fill.value;
                continue;
            }
            const float left = std::floor(x), top = std::floor(y), right = left + 1, bottom = top + 1;
            const float *const a = pixel_at(top, left), *const b = pixel_at(top, right);
            const float *const d = pixel_at(bottom, left), *const e = pixel_at(bottom, right);
            const auto number = [&](const float* pixel, std::size_t c) { return pixel ? pixel[c] : fill.value; };
            for (std::size_t c = 0; c < channels; ++c) {
                const float above = (right - x) * number(a, c) + (x - left) * number(b, c);
                const float below = (right - x) * number(d, c) + (x - left) * number(e, c);
                out[c] = (bottom - y) * above + (y - top) * below;
            }
        }
}

}} // namespace lamina
