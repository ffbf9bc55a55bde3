// lamina/kernels/reference/resize.hpp: an image in another size, pixel by pixel, in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/resize.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

namespace detail {

/// How much pixel `from` of an axis weighs in pixel `to`.
inline double resize_weight(std::size_t to, std::size_t from, std::size_t in, std::size_t out, const resize_sizes& s)
{
    const bool corners = s.places == resize_places::corners || s.places == resize_places::middles_of_corners;
    const double half = s.places == resize_places::edges || s.places == resize_places::corners ? 0 : 0.5;
    if (!s.bilinear) {
        const float scale = corners && out > 1 ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                                               : static_cast<float>(in) / static_cast<float>(out);
        const float at = (static_cast<float>(to) + static_cast<float>(half)) * scale;
        const float place = std::floor(corners ? at + 0.5f : at);
        return std::min(place, static_cast<float>(in - 1)) == static_cast<float>(from) ? 1 : 0;
    }
    const double scale = corners && out > 1 ? double(in - 1) / double(out - 1) : double(in) / double(out);
    const double at = std::clamp((double(to) + half) * scale - half, 0.0, double(in - 1));
    return std::max(0.0, 1 - std::fabs(at - double(from)));
}

/// f(place in x, place in y, weight) for each pair of pixels.
template <class F> void each_pair(std::size_t n, const resize_sizes& s, const F& f)
{
    for (std::size_t to = 0; to < n * s.out_height * s.out_width * s.channels; ++to) {
        const std::size_t c = to % s.channels, ox = to / s.channels % s.out_width,
                          oy = to / s.channels / s.out_width % s.out_height;
        const std::size_t image = to / s.channels / s.out_width / s.out_height;
        for (std::size_t iy = 0; iy < s.cut_height; ++iy)
            for (std::size_t ix = 0; ix < s.cut_width; ++ix)
                f(((image * s.height + s.top + iy) * s.width + s.left + ix) * s.channels + c, to,
                  resize_weight(oy, iy, s.cut_height, s.out_height, s) * resize_weight(ox, ix, s.cut_width, s.out_width, s));
    }
}

} // namespace detail

template <class T> void resize_forward(const T* x, T* y, std::size_t n, const resize_sizes& s)
{
    std::vector<double> sums(n * s.out_height * s.out_width * s.channels);
    detail::each_pair(n, s, [&](std::size_t from, std::size_t to, double weight) { sums[to] += weight * double(x[from]); });
    for (std::size_t i = 0; i < sums.size(); ++i) y[i] = T(sums[i]);
}

template <class T> void resize_backward(const T* dy, T* dx, std::size_t n, const resize_sizes& s)
{
    std::vector<double> sums(n * s.height * s.width * s.channels);
    detail::each_pair(n, s, [&](std::size_t from, std::size_t to, double weight) { sums[from] += weight * double(dy[to]); });
    for (std::size_t i = 0; i < sums.size(); ++i) dx[i] = T(sums[i]);
}

}}} // namespace lamina::internals::kernels::reference
