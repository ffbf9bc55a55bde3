// lamina/kernels/quantized/depthwise.hpp: a convolution of each channel by itself, of whole numbers; the lanes run along the channels.
//
// Numbers lie as floats, whose sums are exact here: of at most 514 products of 255 · 128 each, below 2 to the 24. A row of outputs sees a
// few padded rows of the image, which the first cache holds.
// Reference: kernels/reference/quantized_images.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dot.hpp>
#include <lamina/kernels/quantized/product.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

inline constexpr std::size_t most_depthwise_taps = 514;

/// A row of outputs: the rows of the image that its windows see, one for each row of taps, padded. `step` numbers lie between the first taps
/// of neighboring outputs, `tap` between neighboring taps. Behind a row a register may be read.
struct depthwise_line {
    const float* const* rows;
    std::size_t outputs, step, tap, kernel_height, kernel_width;
};

/// The channels with those that fill a register: the numbers of a tap's weights, of which those behind the channels are 0.
constexpr std::size_t padded_channels(std::size_t channels)
{
    return (channels + simd::dot_lanes - 1) / simd::dot_lanes * simd::dot_lanes;
}

namespace detail {

/// `Outputs` neighbors of one register of channels, as whole numbers.
template <std::size_t Outputs>
void depthwise_sums(const depthwise_line& x, std::size_t at, std::size_t c, const float* w, std::size_t step, std::int32_t* sums)
{
#if LAMINA_DOTS
    simd::reals tile[Outputs];
    LAMINA_UNROLL (r, Outputs) tile[r] = simd::reals(0.f);
    for (std::size_t ky = 0; ky < x.kernel_height; ++ky) {
        const float* from = x.rows[ky] + at * x.step + c;
        for (std::size_t kx = 0; kx < x.kernel_width; ++kx, w += step, from += x.tap) {
            const simd::reals weights = simd::keep(simd::reals::load_aligned(w + c));
            LAMINA_UNROLL (r, Outputs) tile[r] = simd::fma(simd::reals::load_unaligned(from + r * x.step), weights, tile[r]);
        }
    }
    LAMINA_UNROLL (r, Outputs) simd::to_sums(tile[r]).store_aligned(sums + r * simd::dot_lanes);
#else
    for (std::size_t r = 0; r < Outputs; ++r)
        for (std::size_t i = 0; i < simd::dot_lanes; ++i) {
            const float* weight = w + c + i;
            float sum = 0;
            for (std::size_t ky = 0; ky < x.kernel_height; ++ky) {
                const float* from = x.rows[ky] + (at + r) * x.step + c + i;
                for (std::size_t kx = 0; kx < x.kernel_width; ++kx, weight += step, from += x.tap) sum += *from * *weight;
            }
            sums[r * simd::dot_lanes + i] = static_cast<std::int32_t>(sum);
        }
#endif
}

} // namespace detail

/// Bytes as floats, without their zero point, each `times` times.
[[gnu::noinline]] inline void spread_bytes(const std::int8_t* x, std::size_t n, std::int32_t zero, std::size_t times, float* to)
{
    std::size_t i = 0;
    if (times == 1) {
#if LAMINA_DOTS
        for (; i + simd::dot_lanes <= n; i += simd::dot_lanes)
            simd::to_reals(simd::load_bytes(x + i) - simd::sums(zero)).store_unaligned(to + i);
#endif
        for (; i < n; ++i) to[i] = static_cast<float>(x[i] - zero);
    }
    else
        for (; i < n; ++i, to += times) std::fill_n(to, times, static_cast<float>(x[i] - zero));
}

/// For each output of a line and each channel the sum of products, given to `finish` a tile at a time as the rows from `first` on. w is
/// [taps][padded channels], on 64 bytes.
[[gnu::noinline]] inline void multiply_channels(const depthwise_line& x, const float* w, std::size_t channels, std::size_t first,
                                                const product_finish& finish)
{
    constexpr std::size_t lanes = simd::dot_lanes, most = 8;
    alignas(alignment) std::int32_t sums[most * lanes];
    for (std::size_t at = 0; at < x.outputs;) {
        const std::size_t left = x.outputs - at, wide = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
        const auto tile = wide == 8   ? detail::depthwise_sums<8>
                          : wide == 4 ? detail::depthwise_sums<4>
                          : wide == 2 ? detail::depthwise_sums<2>
                                      : detail::depthwise_sums<1>;
        for (std::size_t c = 0; c < channels; c += lanes) {
            tile(x, at, c, w, padded_channels(channels), sums);
            finish.tile(finish.with, sums, lanes, first + at, wide, c, std::min(lanes, channels - c));
        }
        at += wide;
    }
}

}}} // namespace lamina::internals::kernels
