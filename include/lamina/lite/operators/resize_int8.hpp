// lamina/lite/operators/resize_int8.hpp: RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR of int8 numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/integer_weights.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Where a result lies along an axis: between two elements, with a weight of the second in 2048ths.
struct ResizePlace {
    std::uint32_t first, second;
    std::int32_t weight;
};
struct KeptResize {
    std::vector<ResizePlace> rows, columns;
};

[[gnu::cold]] inline std::vector<ResizePlace> resize_places_of(const Step& step, std::size_t size, std::size_t outputs)
{
    const Options& o = step.options();
    const bool corners = o.align_corners && outputs > 1, bilinear = step.op->op == code::resize_bilinear;
    const float scale = corners ? static_cast<float>(size - 1) / static_cast<float>(outputs - 1)
                                : static_cast<float>(size) / static_cast<float>(outputs);
    const float offset = o.half_pixel_centers ? 0.5f : 0.f, last = static_cast<float>(size - 1);
    const auto inside = [&](float at) { // above 2^24 a float may be a later element
        return static_cast<std::uint32_t>(std::min(static_cast<std::size_t>(at), size - 1));
    };
    std::vector<ResizePlace> places;
    for (std::size_t i = 0; i < outputs; ++i) {
        if (!bilinear) {
            const float at = (static_cast<float>(i) + offset) * scale;
            const float whole = std::clamp(corners ? std::round(at) : std::floor(at), 0.f, last);
            places.push_back({inside(whole), 0, 0});
            continue;
        }
        const float at = std::clamp((static_cast<float>(i) + offset) * scale - offset, 0.f, last), whole = std::floor(at);
        const std::uint32_t first = inside(whole);
        const auto second = static_cast<std::uint32_t>(std::min(std::size_t{first} + 1, size - 1));
        places.push_back({first, second, static_cast<std::int32_t>(std::nearbyint((at - whole) * 2048))});
    }
    return places;
}

inline void run_resize_int8(const Step& step)
{
    const KeptResize& kept = step.keeps<KeptResize>();
    const Extents& x = step.x().shape;
    const std::size_t channels = x[3], row = x[2] * channels;
    const auto* from = step.x().numbers<const std::int8_t>();
    auto* to = step.y().numbers<std::int8_t>();
    for (std::size_t image = 0; image < x[0]; ++image, from += x[1] * row)
        for (const ResizePlace& v : kept.rows)
            for (const ResizePlace& h : kept.columns) {
                const std::int8_t *const top = from + v.first * row + h.first * channels,
                                         *const right = from + v.first * row + h.second * channels,
                                         *const below = from + v.second * row + h.first * channels,
                                         *const last = from + v.second * row + h.second * channels;
                if (step.op->op == code::resize_nearest_neighbor) std::copy_n(top, channels, to);
                else
                    for (std::size_t c = 0; c < channels; ++c) {
                        const std::int32_t upper = top[c] * 2048 + (right[c] - top[c]) * h.weight;
                        const std::int32_t lower = below[c] * 2048 + (last[c] - below[c]) * h.weight;
                        const std::int64_t sum = std::int64_t{upper} * 2048 + std::int64_t{lower - upper} * v.weight;
                        to[c] = static_cast<std::int8_t>((sum + (1 << 21)) >> 22);
                    }
                to += channels;
            }
}

/// Prepares a resizing of int8 numbers, and says whether it has done so. The scale of the result is that of the input.
///
/// Numerics: weights in 2048ths and one rounding, halves up, as XNNPACK has it.
[[gnu::cold]] inline bool prepare_resize_int8(Step& step)
{
    if (!is_int8(step)) return false;
    refuse_varying(step);
    const Value &x = step.x(), &y = step.y();
    require_alike(step, x, y);
    const auto kept = share_new<KeptResize>();
    kept->rows = resize_places_of(step, x.shape[1], y.shape[1]);
    kept->columns = resize_places_of(step, x.shape[2], y.shape[2]);
    step.kept = kept;
    step.run = run_resize_int8;
    return true;
}

}}} // namespace lamina::internals::tflite
