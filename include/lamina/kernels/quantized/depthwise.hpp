// lamina/kernels/quantized/depthwise.hpp: a convolution of each channel by itself, of whole numbers; the lanes run along the channels.
//
// Numbers lie as floats, whose sums are exact here: of at most 514 products of 255 · 128 each, below 2 to the 24.
// Reference: kernels/reference/quantized_depthwise.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dot.hpp>
#include <lamina/kernels/quantized/product.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

inline constexpr std::size_t most_depthwise_taps = 514;

/// An image of a depthwise convolution, framed: pixel p begins at `at[p]`, its taps at `taps_at` from there, in numbers. Behind the image
/// a register may be read.
struct depthwise_rows {
    const float* image;
    std::size_t pixels;
    const std::uint32_t *at, *taps_at;
    std::size_t taps;
};

/// The channels with those that fill a register: the numbers of a tap's weights, of which those behind the channels are 0.
constexpr std::size_t padded_channels(std::size_t channels)
{
    return (channels + simd::dot_lanes - 1) / simd::dot_lanes * simd::dot_lanes;
}

/// For each pixel and channel the sum of products, given to `finish` a tile at a time. w is [taps][padded channels], on 64 bytes.
inline void multiply_channels(const depthwise_rows& x, const float* w, std::size_t channels, const product_finish& finish)
{
    constexpr std::size_t lanes = simd::dot_lanes, rows = 8;
    const std::size_t step = padded_channels(channels);
    alignas(alignment) std::int32_t sums[rows * lanes];
    for (std::size_t first = 0; first < x.pixels; first += rows) {
        const std::size_t here = std::min(rows, x.pixels - first);
        const float* from[rows];
        for (std::size_t r = 0; r < rows; ++r) from[r] = x.image + x.at[first + std::min(r, here - 1)];
        for (std::size_t c = 0; c < channels; c += lanes) {
#if LAMINA_DOTS
            simd::reals tile[rows];
            LAMINA_UNROLL (r, rows) tile[r] = simd::reals(0.f);
            for (std::size_t t = 0; t < x.taps; ++t) {
                const simd::reals weights = simd::keep(simd::reals::load_aligned(w + t * step + c));
                const std::size_t tap = x.taps_at[t] + c;
                LAMINA_UNROLL (r, rows) tile[r] = simd::fma(simd::reals::load_unaligned(from[r] + tap), weights, tile[r]);
            }
            LAMINA_UNROLL (r, rows) simd::to_sums(tile[r]).store_aligned(sums + r * lanes);
#else
            const std::size_t wide = std::min(lanes, channels - c);
            for (std::size_t r = 0; r < here; ++r)
                for (std::size_t i = 0; i < wide; ++i) {
                    float sum = 0;
                    for (std::size_t t = 0; t < x.taps; ++t) sum += from[r][x.taps_at[t] + c + i] * w[t * step + c + i];
                    sums[r * lanes + i] = static_cast<std::int32_t>(sum);
                }
#endif
            finish.tile(finish.with, sums, lanes, first, here, c, std::min(lanes, channels - c));
        }
    }
}

}}} // namespace lamina::internals::kernels
