// lamina/kernels/matmul_inner.hpp: the register tiles of y = x · wᵀ, and the loops that lead the sums through them. A dense layer's
// gradient of its inputs is such a product: x is dz here, and w has a row for each number of y.
//
// Both x and w lie along what is summed, so a product is a sum along a register, which costs. A chunk of four numbers is the way
// between: a register holds one chunk of several samples, and meets the same chunk of one row of w, repeated. Each lane then sums
// every fourth product of one sample and one row, and four registers add up to one with cheap shuffles. x is rearranged into
// such registers, a panel at a time; w is read as it is.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/chunks.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::detail {

/// The registers of samples and the outputs of a tile, the inputs that a panel is deep at most, and the outputs that are summed
/// before they are finished. Four and four make eight loads for 16 multiplications, and whole chunks of outputs; three and four
/// fill 16 registers.
inline constexpr std::size_t product_vectors = simd::registers == 32 ? 4 : 3;
inline constexpr std::size_t product_outputs = 4;
inline constexpr std::size_t product_depth = 512;
inline constexpr std::size_t product_strip = 64;

/// A strip of sums, [samples][stride], with room for what a tile and a row write before and behind it.
template <class T> struct strip {
    static constexpr std::size_t before = alignment / sizeof(T), stride = round_up(product_strip + before, before);
};

/// A strip of sums over `chunks` chunks of inputs, tile after tile. `panel` is [chunks][Vectors] registers; `outputs` of the
/// outputs are there, the sums of others are anything.
template <std::size_t Vectors, class T>
[[gnu::noinline]] void product_tiles(const T* panel, const T* w, std::size_t stride, std::size_t outputs, std::size_t chunks,
                                     T* to)
{
    using lanes = simd::batch<T>;
    constexpr std::size_t chunk = simd::chunk_size<T>, count = simd::chunk_count<T>;
    static_assert(product_outputs % chunk == 0);

    for (std::size_t first = 0; first < outputs; first += product_outputs, w += product_outputs * stride, to += product_outputs) {
        const T* rows[product_outputs];
        LAMINA_UNROLL (o, product_outputs) rows[o] = w + (first + o < outputs ? o : 0) * stride;
        lanes sums[Vectors][product_outputs];
        LAMINA_UNROLL (i, Vectors * product_outputs) sums[i % Vectors][i / Vectors] = lanes(T(0));
        const T* from = panel;
        for (std::size_t i = 0; i < chunks * chunk; i += chunk, from += Vectors * lanes::size) {
            lanes values[Vectors];
            LAMINA_UNROLL (v, Vectors) values[v] = simd::keep(lanes::load_aligned(from + v * lanes::size));
            LAMINA_UNROLL (o, product_outputs) {
                const lanes weights = simd::keep(simd::repeat_chunk(rows[o] + i));
                LAMINA_UNROLL (v, Vectors) simd::add_product(sums[v][o], values[v], weights);
            }
        }
        alignas(alignment) T numbers[lanes::size];
        LAMINA_UNROLL (i, Vectors * product_outputs / chunk) {
            const std::size_t v = i % Vectors, o = i / Vectors * chunk;
            simd::sum_chunks<T>(sums[v] + o).store_aligned(numbers);
            LAMINA_UNROLL (r, count)
                std::memcpy(to + (v * count + r) * strip<T>::stride + o, numbers + r * chunk, chunk * sizeof(T));
        }
    }
}

/// The outputs of a chunk of outputs that starts at o: all of them there, where there are that many, by stepping back.
template <class T> constexpr std::size_t row_start(std::size_t o, std::size_t outputs)
{
    return outputs < simd::chunk_size<T> ? 0 : std::min(o, outputs - simd::chunk_size<T>);
}

/// The sums of one sample with a register of outputs; to[0] is output `first`. `x` is padded with zeros to whole registers. Where
/// fewer outputs are left, the last chunk is shifted back to stay in bounds, so up to three outputs are computed again; with fewer than a
/// chunk of outputs in all, the lanes behind them are garbage.
template <class T>
LAMINA_ONE_COPY void product_row(const T* x, const T* w, std::size_t stride, std::size_t first, std::size_t outputs,
                                 std::size_t inputs, T* to)
{
    using lanes = simd::batch<T>;
    constexpr std::size_t chunk = simd::chunk_size<T>, count = simd::chunk_count<T>;

    const T* rows[count];
    std::size_t offsets[chunk];
    LAMINA_UNROLL (c, count) rows[c] = w + row_start<T>(first + c * chunk, outputs) * stride;
    LAMINA_UNROLL (k, chunk) offsets[k] = (k < outputs ? k : 0) * stride;
    lanes sums[chunk];
    LAMINA_UNROLL (k, chunk) sums[k] = lanes(T(0));
    for (std::size_t i = 0; i < inputs; i += lanes::size) {
        lanes values[count];
        LAMINA_UNROLL (c, count) values[c] = simd::keep(simd::repeat_chunk(x + i + c * chunk));
        LAMINA_UNROLL (k, chunk) {
            lanes weights[count];
            LAMINA_UNROLL (c, count) weights[c] = simd::keep(lanes::load_aligned(rows[c] + offsets[k] + i));
            simd::transpose_chunks<T>(weights);
            LAMINA_UNROLL (c, count) simd::add_product(sums[k], values[c], weights[c]);
        }
    }
    alignas(alignment) T numbers[lanes::size];
    simd::sum_chunks<T>(sums).store_aligned(numbers);
    LAMINA_UNROLL (c, count) {
        const auto back =
            static_cast<std::ptrdiff_t>(first) - static_cast<std::ptrdiff_t>(row_start<T>(first + c * chunk, outputs));
        std::memcpy(to - back, numbers + c * chunk, chunk * sizeof(T));
    }
}

/// Rearranges one register's samples, `samples` of which are there, to [inputs / chunk] registers that lie `step` apart. Zeros
/// follow the inputs up to a whole register.
template <class T>
LAMINA_ONE_COPY void pack_samples(const T* x, std::size_t stride, std::size_t samples, std::size_t inputs, T* to,
                                  std::size_t step)
{
    using lanes = simd::batch<T>;
    constexpr std::size_t count = simd::chunk_count<T>;

    const T* rows[count];
    LAMINA_UNROLL (r, count) rows[r] = x + (r < samples ? r : 0) * stride;
    std::size_t i = 0;
    const auto put = [&](const auto& load) __attribute__((always_inline)) {
        lanes values[count];
        LAMINA_UNROLL (r, count) values[r] = load(rows[r] + i);
        simd::transpose_chunks<T>(values);
        LAMINA_UNROLL (r, count) values[r].store_aligned(to + r * step);
        to += count * step;
    };
    for (; i + lanes::size <= inputs; i += lanes::size)
        put([](const T* p) __attribute__((always_inline)) { return lanes::load_unaligned(p); });
    if (i < inputs) put([&](const T* p) __attribute__((always_inline)) { return simd::load_partial(p, inputs - i); });
}

/// y = sums, or y += sums.
template <class T> void put_sums(const T* sums, T* y, std::size_t stride, std::size_t samples, std::size_t outputs, bool adds)
{
    using lanes = simd::batch<T>;
    for (std::size_t s = 0; s < samples; ++s, sums += strip<T>::stride, y += stride)
        for (std::size_t o = 0; o < outputs; o += lanes::size) {
            const lanes sum = lanes::load_unaligned(sums + o);
            store_before(adds ? sum + load_before(y + o, o, outputs) : sum, y + o, o, outputs);
        }
}

/// The registers of samples that the next tile takes when `rest` samples are left, whichever way takes the least time; 0 stands
/// for a single sample.
template <class T> constexpr std::size_t next_vectors(std::size_t rest)
{
    constexpr std::size_t whole = product_vectors * simd::chunk_count<T>;
    if (rest > whole * 9 / 16) return product_vectors;
    return rest > std::max<std::size_t>(whole / 8, 1) ? product_vectors / 2 : 0;
}

/// y = x · wᵀ.
template <class T>
[[gnu::noinline]] void inner_product(const T* x, const T* w, T* y, std::size_t n, std::size_t inputs, std::size_t outputs)
{
    constexpr std::size_t lanes = simd::lanes<T>, count = simd::chunk_count<T>, whole = product_vectors * count;
    alignas(alignment) T panel[product_depth * whole], memory[strip<T>::before + strip<T>::stride * whole];
    T* const sums = memory + strip<T>::before;
    const std::size_t stride = row_stride<T>(inputs);

    // Blocks of inputs, where there are too many for a panel: y holds the sums in between.
    const std::size_t blocks = std::max<std::size_t>((inputs + product_depth - 1) / product_depth, 1);
    const std::size_t depth = std::max(round_up((inputs + blocks - 1) / blocks, lanes), lanes);

    for (std::size_t s = 0; s < n;) {
        const std::size_t vectors = next_vectors<T>(n - s), samples = vectors > 0 ? std::min(vectors * count, n - s) : 1;
        for (std::size_t start = 0; start == 0 || start < inputs; start += depth) {
            const std::size_t here = std::min(depth, inputs - start),
                              chunks = round_up(here, simd::chunk_size<T>) / simd::chunk_size<T>;
            const T* const from = x + s * inputs + start;
            if (vectors == 0) std::fill(std::copy_n(from, here, panel), panel + round_up(here, lanes), T(0));
            for (std::size_t v = 0; v < vectors; ++v) {
                const std::size_t at = std::min(v * count, samples - 1); // of those that are not there any will do
                pack_samples(from + at * inputs, inputs, samples - at, here, panel + v * lanes, vectors * lanes);
            }

            for (std::size_t first = 0; first < outputs; first += product_strip) {
                const std::size_t end = std::min(first + product_strip, outputs);
                const T* const weights = w + start;
                if (vectors == 0)
                    for (std::size_t o = first; o < end; o += lanes)
                        product_row(panel, weights, stride, o, outputs, round_up(here, lanes), sums + (o - first));
                else
                    (vectors == product_vectors ? product_tiles<product_vectors, T>
                                                : product_tiles<product_vectors / 2, T>)(panel, weights + first * stride, stride,
                                                                                         end - first, chunks, sums);
                put_sums(sums, y + s * outputs + first, outputs, samples, end - first, start > 0);
            }
        }
        s += samples;
    }
}

}}} // namespace lamina::internals::kernels::detail
