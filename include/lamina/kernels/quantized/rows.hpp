// lamina/kernels/quantized/rows.hpp: activations as products take them: floats quantized row by row (dynamic range), bytes stored anew,
// images with padding around them.
//
// Source: the rule of XNNPACK for dynamically quantized rows: the range with 0 in it takes 256 steps, its zero point lies at the end that
// it fits better, and halves go to even.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dot.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// How a row of floats is quantized: q = x · `times` to the nearest whole number, plus `zero`.
struct row_range {
    float times, scale; ///< steps in 1, and the length of a step
    std::int32_t zero;
};

/// The whole range of a row for whole numbers of -128 … 127. A row of zeros has the scale 1; NaN and infinity give what they give, and
/// nothing worse.
inline row_range range_of(float low, float high)
{
    if (!(low < high)) return {0, 1, 0};
    const float times = 255.f / (high - low), below = low * times, above = high * times;
    const float at = (-128.f + below) + (127.f + above) > 0 ? -128.f - below : 127.f - above;
    const float zero = !(at > -128.f) ? -128.f : at > 127.f ? 127.f : at;
    return {times, 1 / times, static_cast<std::int32_t>(std::nearbyint(zero))};
}

/// The least and the largest of some numbers, 0 among them.
[[gnu::noinline]] inline void extremes_of(const float* x, std::size_t n, float& low, float& high)
{
    low = high = 0;
#if LAMINA_DOTS
    using lanes = simd::reals;
    if (n >= lanes::size) {
        lanes least(0.f), most(0.f), other_least(0.f), other_most(0.f);
        std::size_t i = 0;
        for (; i + 2 * lanes::size <= n; i += 2 * lanes::size) {
            const lanes a = lanes::load_unaligned(x + i), b = lanes::load_unaligned(x + i + lanes::size);
            least = simd::at_most(a, least), most = simd::at_least(a, most);
            other_least = simd::at_most(b, other_least), other_most = simd::at_least(b, other_most);
        }
        for (; i < n; i += lanes::size) { // the last register meets some of the numbers again
            const lanes a = lanes::load_unaligned(x + std::min(i, n - lanes::size));
            least = simd::at_most(a, least), most = simd::at_least(a, most);
        }
        low = -simd::largest_lane(-simd::at_most(least, other_least));
        high = simd::largest_lane(simd::at_least(most, other_most));
        return;
    }
#endif
    for (std::size_t i = 0; i < n; ++i) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
}

/// Quantizes `n` floats, as they are stored for products, or as they are.
template <bool Stored = true>
[[gnu::noinline]] void quantize_row(const float* x, std::size_t n, const row_range& range, std::int8_t* q)
{
    std::size_t i = 0;
#if LAMINA_DOTS
    const simd::reals times(range.times), low(-256.f), high(256.f);
    const simd::sums zero(range.zero);
    constexpr std::size_t lanes = simd::dot_lanes;
    const auto quantized = [&](const float* from) __attribute__((always_inline)) {
        const simd::reals scaled = simd::at_most(simd::at_least(simd::reals::load_unaligned(from) * times, low), high);
        const simd::sums whole = simd::to_sums(scaled) + zero;
        return xsimd::min(xsimd::max(whole, simd::sums(-128)), simd::sums(127));
    };
    for (; i + lanes <= n; i += lanes) simd::store_bytes<Stored>(quantized(x + i), q + i, lanes);
#endif
    const float* from = x + i;
    for (std::int8_t *to = q + i, *const end = q + n; to < end; ++to, ++from) {
        const float scaled = *from * range.times;
        const float within = !(scaled > -256.f) ? -256.f : scaled > 256.f ? 256.f : scaled;
        const std::int32_t whole = static_cast<std::int32_t>(std::nearbyint(within)) + range.zero;
        const auto byte = static_cast<std::int8_t>(std::clamp(whole, -128, 127));
        *to = Stored ? simd::stored(byte) : byte;
    }
}

/// Bytes as they are stored for products.
[[gnu::noinline]] inline void store_row(const std::int8_t* x, std::size_t n, std::int8_t* q)
{
    if constexpr (simd::stored_offset == 0) std::memcpy(q, x, n);
    else {
        std::size_t i = 0;
        for (; i + 8 <= n; i += 8) {
            std::uint64_t eight;
            std::memcpy(&eight, x + i, 8);
            eight ^= 0x8080808080808080u;
            std::memcpy(q + i, &eight, 8);
        }
        for (; i < n; ++i) q[i] = simd::stored(x[i]);
    }
}

/// An image within a frame of padding: row y begins at (`top` + y · `step_height`, `left`), its pixels `step_width` apart.
struct image_frame {
    std::size_t height, width, channels;
    std::size_t top, left, frame_height, frame_width;
    std::size_t step_height = 1, step_width = 1;

    constexpr std::size_t bytes() const { return frame_height * frame_width * channels; }
    constexpr bool is_image() const
    {
        return frame_height == height && frame_width == width && step_height == 1 && step_width == 1;
    }
};

/// Puts an image into its frame: put(from, n, to) takes n neighboring numbers; `fill` is what the padding is, as it is stored.
template <class T, class Put>
void frame_image(const T* x, const image_frame& f, std::int8_t fill, std::int8_t* to, const Put& put)
{
    if (f.is_image()) return put(x, f.height * f.width * f.channels, to);
    std::memset(to, fill, f.bytes());
    for (std::size_t y = 0; y < f.height; ++y) {
        std::int8_t* const row = to + ((f.top + y * f.step_height) * f.frame_width + f.left) * f.channels;
        const T* const from = x + y * f.width * f.channels;
        if (f.step_width == 1) put(from, f.width * f.channels, row);
        else
            for (std::size_t i = 0; i < f.width; ++i) put(from + i * f.channels, f.channels, row + i * f.step_width * f.channels);
    }
}

}}} // namespace lamina::internals::kernels
