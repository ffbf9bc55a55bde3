// lamina/kernels/quantized/product.hpp: sums of products of bytes: rows of activations times weights. What convolutions and dense layers
// on whole numbers are made of.
//
// A row of activations is some runs of neighboring bytes: the taps of a window, a run for each row of the window, or the one run of a
// sample. The rows of several images lie the same way in each. Numbers of rows and outputs are numbers, not constants.
//
// Layout: activations as `simd::stored` has them, and behind the last run three bytes that may be read; weights
// [blocks][runs][groups][dot_lanes][4], zeros where a run or the outputs end within a group or a block.
// Reference: kernels/reference/quantized_product.hpp. All sums are exact as long as they fit into 32 bits.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dot.hpp>
#include <lamina/core/thread_pool.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// The weights of a product: each output has `runs` times `run` of them.
struct product_sizes {
    std::size_t outputs, runs, run;

    constexpr std::size_t groups() const { return (run + 3) / 4; }
    constexpr std::size_t blocks() const { return (outputs + simd::dot_lanes - 1) / simd::dot_lanes; }
    /// The outputs with those that fill the last block: as many numbers have the arrays that a result is made with.
    constexpr std::size_t padded_outputs() const { return blocks() * simd::dot_lanes; }
    constexpr std::size_t block_bytes() const { return runs * groups() * simd::dot_lanes * 4; }
    constexpr std::size_t bytes() const { return blocks() * block_bytes(); }
};

/// Packs weights [outputs][runs][run], `step` bytes from one output to the next, and sums those of each output. `w` has `bytes()`,
/// `sums` `padded_outputs()`. Gives whether a weight is -128, for which `multiply` has to be told.
inline bool pack_product(const std::int8_t* from, std::size_t step, const product_sizes& s, std::int8_t* w, std::int32_t* sums)
{
    std::fill_n(w, s.bytes(), std::int8_t{0});
    std::fill_n(sums, s.padded_outputs(), 0);
    bool least = false;
    for (std::size_t o = 0; o < s.outputs; ++o) {
        const std::int8_t* weight = from + o * step;
        std::int8_t* const to = w + o / simd::dot_lanes * s.block_bytes() + o % simd::dot_lanes * 4;
        for (std::size_t r = 0; r < s.runs; ++r)
            for (std::size_t i = 0; i < s.run; ++i, ++weight) {
                to[(r * s.groups() + i / 4) * simd::dot_lanes * 4 + i % 4] = *weight;
                sums[o] += *weight;
                least = least || *weight == -128;
            }
    }
    return least;
}

/// Where rows of activations lie: row r begins at `at[r % pixels]` in image r / pixels; its runs at `runs_at` from there.
struct product_rows {
    const std::int8_t* images;
    std::size_t image_bytes, count, pixels;
    const std::uint32_t *at, *runs_at;
};

/// What makes results of the sums of a tile: `sums` [rows][step] of the rows from `row` on and `outputs` outputs from `output` on.
struct product_finish {
    void (*tile)(const void* with, const std::int32_t* sums, std::size_t step, std::size_t row, std::size_t rows,
                 std::size_t output, std::size_t outputs);
    const void* with;
};

namespace detail {

#if LAMINA_DOTS

/// A tile of sums, all in registers: `Rows` rows by `Blocks` blocks of outputs. g++ keeps it there only where each loop over it is
/// spelled out, the first zeros and the last stores as well.
template <class Dots, std::size_t Rows, std::size_t Blocks>
[[gnu::noinline]] void byte_tile(const std::int8_t* const* x, const std::uint32_t* runs_at, std::size_t runs, std::size_t groups,
                                 const std::int8_t* w, std::size_t block, std::int32_t* out)
{
    constexpr std::size_t lanes = simd::dot_lanes;
    simd::sums sums[Rows * Blocks];
    LAMINA_UNROLL (i, Rows * Blocks) sums[i] = simd::sums(0);
    for (std::size_t run = 0; run < runs; ++run) {
        const std::int8_t* from[Rows];
        LAMINA_UNROLL (r, Rows) from[r] = x[r] + runs_at[run];
        for (std::size_t g = 0; g < groups; ++g, w += lanes * 4) {
            typename Dots::weights weights[Blocks];
            LAMINA_UNROLL (b, Blocks) weights[b] = Dots::load(w + b * block);
            LAMINA_UNROLL (r, Rows) {
                const typename Dots::activations a = Dots::spread(from[r] + 4 * g);
                LAMINA_UNROLL (b, Blocks) Dots::dot(sums[r * Blocks + b], a, weights[b]);
            }
        }
    }
    LAMINA_UNROLL (i, Rows * Blocks) sums[i].store_aligned(out + i * lanes);
}

#else

struct PlainDots {};

template <class Dots, std::size_t Rows, std::size_t Blocks>
void byte_tile(const std::int8_t* const* x, const std::uint32_t* runs_at, std::size_t runs, std::size_t groups,
               const std::int8_t* weight, std::size_t, std::int32_t* out)
{
    static_assert(Rows == 1 && Blocks == 1 && simd::dot_lanes == 4);
    std::uint32_t first = 0, second = 0, third = 0, fourth = 0; // without a sign: sums may wrap around
    for (std::size_t run = 0; run < runs; ++run) {
        const std::int8_t* from = x[0] + runs_at[run];
        for (const std::int8_t* const end = from + 4 * groups; from != end; from += 4, weight += 16) {
            const int a = from[0], b = from[1], c = from[2], d = from[3];
            first += static_cast<std::uint32_t>(a * weight[0] + b * weight[1] + c * weight[2] + d * weight[3]);
            second += static_cast<std::uint32_t>(a * weight[4] + b * weight[5] + c * weight[6] + d * weight[7]);
            third += static_cast<std::uint32_t>(a * weight[8] + b * weight[9] + c * weight[10] + d * weight[11]);
            fourth += static_cast<std::uint32_t>(a * weight[12] + b * weight[13] + c * weight[14] + d * weight[15]);
        }
    }
    out[0] = static_cast<std::int32_t>(first), out[1] = static_cast<std::int32_t>(second);
    out[2] = static_cast<std::int32_t>(third), out[3] = static_cast<std::int32_t>(fourth);
}

#endif

struct byte_tile_shape {
    std::size_t rows, blocks;
    void (*run)(const std::int8_t* const*, const std::uint32_t*, std::size_t, std::size_t, const std::int8_t*, std::size_t,
                std::int32_t*);
};

/// The shapes of tiles, the widest first; of those of one width the highest first.
template <class Dots> struct byte_tiles {
    template <std::size_t Rows, std::size_t Blocks>
    static constexpr byte_tile_shape shape{Rows, Blocks, byte_tile<Dots, Rows, Blocks>};
#if LAMINA_DOTS
    static constexpr std::size_t all = simd::dot_sums;
    static constexpr bool wide = all == 24;
    static constexpr byte_tile_shape one_row[]{shape<1, 8>, shape<1, 4>, shape<1, 2>, shape<1, 1>};
    // Half as many rows of one block are faster where sums are long, as their pointers fit into registers, too.
    static constexpr std::size_t broad = wide ? 4 : 2, of_four = all / broad, of_two = wide ? 8 : all / 2;
    static constexpr byte_tile_shape rows[]{shape<of_four, broad>, shape<2, broad>,   shape<of_two, 2>, shape<2, 2>,
                                            shape<all, 1>,         shape<all / 2, 1>, shape<broad, 1>};
#else
    static constexpr byte_tile_shape one_row[]{shape<1, 1>};
    static constexpr byte_tile_shape rows[]{shape<1, 1>};
#endif
};

/// The rows from `first` to `last` by the blocks from `block` to `end`.
template <class Dots>
void product_of_part(const product_rows& x, const std::int8_t* w, const product_sizes& s, const product_finish& finish,
                     std::size_t first, std::size_t last, std::size_t block, std::size_t end)
{
    using tiles = byte_tiles<Dots>;
    constexpr std::size_t lanes = simd::dot_lanes, most = simd::dot_sums;
    alignas(alignment) std::int32_t sums[most * lanes];
    const std::int8_t* from[most];
    const bool one = last - first == 1;
    const byte_tile_shape* const known = one ? std::begin(tiles::one_row) : std::begin(tiles::rows);
    const byte_tile_shape* const behind = one ? std::end(tiles::one_row) : std::end(tiles::rows);
    while (block < end) {
        const byte_tile_shape* wide = known;
        while (wide->blocks > end - block) ++wide;
        if (most == 24 && wide->rows == most && s.runs * s.groups() > 16) ++wide;
        for (std::size_t row = first, image = first / x.pixels, pixel = first % x.pixels; row < last;) {
            const byte_tile_shape* shape = wide; // the highest that is full, or else the lowest
            while (shape->rows > last - row && shape + 1 != behind && shape[1].blocks == wide->blocks) ++shape;
            const std::size_t rows = std::min(shape->rows, last - row);
            for (std::size_t r = 0; r < rows; ++r) {
                from[r] = x.images + image * x.image_bytes + x.at[pixel];
                if (++pixel == x.pixels) pixel = 0, ++image;
            }
            for (std::size_t r = rows; r < shape->rows; ++r) from[r] = from[0];
            shape->run(from, x.runs_at, s.runs, s.groups(), w + block * s.block_bytes(), s.block_bytes(), sums);
            finish.tile(finish.with, sums, shape->blocks * lanes, row, rows, block * lanes,
                        std::min(shape->blocks * lanes, s.outputs - block * lanes));
            row += rows;
        }
        block += wide->blocks;
    }
}

} // namespace detail

/// For each row and output the sum of products, given to `finish` a tile at a time. `any` says that weights may be -128.
///
/// The order of sums does not matter, so that results depend neither on the tile nor on the number of threads.
[[gnu::noinline]] inline void multiply(const product_rows& x, const std::int8_t* w, const product_sizes& s, bool any,
                                       const product_finish& finish, std::size_t threads = 1)
{
    if (x.count == 0) return;
#if LAMINA_DOTS
    const auto part = any ? detail::product_of_part<simd::AnyDots> : detail::product_of_part<simd::ByteDots>;
#else
    static_cast<void>(any);
    const auto part = detail::product_of_part<detail::PlainDots>;
#endif
    constexpr std::size_t worth = std::size_t{1} << 18; // products for which a thread is woken
    const std::size_t work = x.count * s.padded_outputs() * s.runs * s.groups() * 4;
    if (threads <= 1 || work < 2 * worth) return part(x, w, s, finish, 0, x.count, 0, s.blocks());
    constexpr std::size_t high = simd::dot_sums * 2, broad = 8;
    const std::size_t tall = (x.count + high - 1) / high, across = (s.blocks() + broad - 1) / broad;
    parallel_for(tall * across, std::min(threads, work / worth), [&](std::size_t i) {
        const std::size_t row = i / across * high, block = i % across * broad;
        part(x, w, s, finish, row, std::min(row + high, x.count), block, std::min(block + broad, s.blocks()));
    });
}

}}} // namespace lamina::internals::kernels
