// lamina/kernels/resize.hpp: an image, or a part of one, in another size, and its gradient.
//
// Contract: images are dense, channels last, one after another, of any alignment; no output overlaps an input. Pixel i of `out` lies in the
// input where `resize_places` says; nearest takes the pixel that is there, bilinear weighs the two around it, on both axes; beyond the edges
// lies the last pixel.
// Numerics: nearest exact, its places counted in float as TensorFlow's are. Bilinear |got - reference| <= 8 · epsilon · (the largest of
// the four); gradients in T, |got - reference| <= (8 + terms) · epsilon · (sum of |terms|).
// Reference: kernels/reference/resize.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// Where pixel i of `out` lies: its middle at (i + ½) · in / out - ½, its edge at i · in / out, or the outer pixels over each other, as
/// TensorFlow's resizing operators have it. Nearest rounds down, corners to the nearest.
enum class resize_places : unsigned char { middles, edges, corners, middles_of_corners };

/// What is resized: `cut_height` rows of `cut_width` pixels of an image, from (top, left) on.
struct resize_sizes {
    std::size_t height, width, channels, top, left, cut_height, cut_width, out_height, out_width;
    bool bilinear;
    resize_places places = resize_places::middles;
};

namespace detail {

/// The pixels of an axis between which one of the output lies, and the share of the second.
struct resize_place {
    std::size_t lower, upper;
    double share;
};

inline resize_place resized_from(std::size_t i, std::size_t in, std::size_t out, const resize_sizes& s)
{
    const bool corners = s.places == resize_places::corners || s.places == resize_places::middles_of_corners;
    const bool middles = s.places == resize_places::middles || s.places == resize_places::middles_of_corners;
    const std::size_t steps = corners && out > 1 ? in - 1 : in, parts = corners && out > 1 ? out - 1 : out;
    if (!s.bilinear) {
        const float scale = static_cast<float>(steps) / static_cast<float>(parts);
        const float place = (static_cast<float>(i) + (middles ? 0.5f : 0.f)) * scale + (corners ? 0.5f : 0.f);
        const std::size_t at = std::min(static_cast<std::size_t>(place), in - 1);
        return {at, at, 0};
    }
    const double half = middles ? 0.5 : 0, at = std::max((double(i) + half) * double(steps) / double(parts) - half, 0.0);
    const std::size_t lower = std::min(static_cast<std::size_t>(at), in - 1), upper = std::min(lower + 1, in - 1);
    return {lower, upper, upper > lower ? at - double(lower) : 0};
}

/// to = a + (b - a) · share. A few channels are not worth a register.
template <class T> void blend(const T* a, const T* b, T* to, std::size_t n, T share)
{
    if (share == T(0)) std::copy_n(a, n, to);
    else if (n < 8)
        for (std::size_t c = 0; c < n; ++c) to[c] = a[c] + (b[c] - a[c]) * share;
    else transform(a, b, to, n, [share](const auto& p, const auto& q) { return p + (q - p) * std::decay_t<decltype(p)>(share); });
}

/// a += d · (1 - share), b += d · share.
template <class T> void spread(const T* d, T* a, T* b, std::size_t n, T share)
{
    const auto add_share = [n, d](T* to, T weight) {
        if (n < 8)
            for (std::size_t c = 0; c < n; ++c) to[c] += d[c] * weight;
        else
            transform(d, to, to, n, [weight](const auto& p, const auto& q) { return q + p * std::decay_t<decltype(p)>(weight); });
    };
    add_share(a, 1 - share);
    if (share != T(0)) add_share(b, share);
}

} // namespace detail

/// What the passes work in: a row of what is resized.
constexpr std::size_t resize_scratch(const resize_sizes& s) { return s.cut_width * s.channels; }

/// y = the image in another size.
///
/// Shapes  x [n][height][width][channels], y [n][out_height][out_width][channels], scratch [resize_scratch].
template <class T> LAMINA_ONE_COPY void resize_forward(const T* x, T* y, T* scratch, std::size_t n, const resize_sizes& s)
{
    const std::size_t line = s.width * s.channels;
    for (std::size_t image = 0; image < n; ++image, x += s.height * line)
        for (std::size_t oy = 0; oy < s.out_height; ++oy) {
            const auto rows = detail::resized_from(oy, s.cut_height, s.out_height, s);
            const T* const from = x + s.top * line + s.left * s.channels;
            const T* row = from + rows.lower * line;
            if (rows.share != 0) {
                detail::blend(row, from + rows.upper * line, scratch, s.cut_width * s.channels, T(rows.share));
                row = scratch;
            }
            for (std::size_t ox = 0; ox < s.out_width; ++ox, y += s.channels) {
                const auto at = detail::resized_from(ox, s.cut_width, s.out_width, s);
                detail::blend(row + at.lower * s.channels, row + at.upper * s.channels, y, s.channels, T(at.share));
            }
        }
}

/// dx = the gradient of every pixel, by the shares that forward gave it.
///
/// Shapes  dy as y, dx as x, scratch as in forward.
template <class T> LAMINA_ONE_COPY void resize_backward(const T* dy, T* dx, T* scratch, std::size_t n, const resize_sizes& s)
{
    const std::size_t line = s.width * s.channels, cut = s.cut_width * s.channels;
    std::fill_n(dx, n * s.height * line, T(0));
    for (std::size_t image = 0; image < n; ++image, dx += s.height * line)
        for (std::size_t oy = 0; oy < s.out_height; ++oy) {
            const auto rows = detail::resized_from(oy, s.cut_height, s.out_height, s);
            T* const to = dx + s.top * line + s.left * s.channels;
            std::fill_n(scratch, cut, T(0));
            for (std::size_t ox = 0; ox < s.out_width; ++ox, dy += s.channels) {
                const auto at = detail::resized_from(ox, s.cut_width, s.out_width, s);
                detail::spread(dy, scratch + at.lower * s.channels, scratch + at.upper * s.channels, s.channels, T(at.share));
            }
            detail::spread(scratch, to + rows.lower * line, to + rows.upper * line, cut, T(rows.share));
        }
}

}}} // namespace lamina::internals::kernels
