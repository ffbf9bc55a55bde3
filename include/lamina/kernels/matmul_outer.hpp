// lamina/kernels/matmul_outer.hpp: the register tile of sums of outer products, and the loops that lead x · w and xᵀ · dz through it.
//
// c[r][·] = Σ a[r, k] · b[k][·], with the lanes along the outputs: a is x, read number by number, b is w or dz, c is y or dw. c is
// cut into panels of a tile's width, and the rows of b into stretches that the caches hold. An element of c is summed in the
// order of k in every tile, so that its bits depend neither on the tile that it falls into nor on the batch.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::detail {

/// The rows and registers of a tile, and its width.
inline constexpr std::size_t outer_rows = simd::registers == 32 ? 8 : 4;
inline constexpr std::size_t outer_vectors = 3;
template <class T> inline constexpr std::size_t outer_width = outer_vectors * simd::lanes<T>;
/// The rows of b that are taken at a time: 96 KiB of w, which come from the second cache in time, and 24 KiB of dz, copied; and the
/// samples that meet them, whose x stays in that cache from panel to panel.
template <class T> inline constexpr std::size_t outer_depth = 96 * 1024 / (outer_width<T> * sizeof(T));
template <class T> inline constexpr std::size_t outer_samples = 256 * 1024 / (outer_depth<T> * sizeof(T));
template <class T> inline constexpr std::size_t copied_depth = 24 * 1024 / (outer_width<T> * sizeof(T));

/// Numbers in two dimensions, by the steps from one to the next.
template <class T> struct grid {
    T* start;
    std::size_t row, column;
};

/// What the sums of a tile begin with, rows `step` apart: c itself, or a row for all (step 0). Of several rows the last register is
/// there as a whole.
template <class T> struct beginning {
    const T* start;
    std::size_t step;
};

/// The registers side by side in a tile of one row: as much of w as possible is read in the order in which it lies.
inline constexpr std::size_t row_vectors = simd::registers == 32 ? 8 : 15;

/// What stands for a bias where there is none.
template <class T> alignas(alignment) inline constexpr T no_bias[std::max(row_vectors, outer_vectors) * simd::lanes<T>]{};

/// Copies rows of `columns` numbers to where they lie side by side, as wide as a tile and padded with zeros to whole registers.
template <class T> LAMINA_ONE_COPY void pack_rows(const T* from, std::size_t step, std::size_t depth, std::size_t columns, T* to)
{
    using lanes = simd::batch<T>;
    for (std::size_t k = 0; k < depth; ++k, from += step, to += outer_width<T>)
        for (std::size_t i = 0; i < columns; i += lanes::size) load_before(from + i, i, columns).store_aligned(to + i);
}

/// c = what it begins with + Σ a[r][k] · b[k][·] over `depth` steps, for the rows from `first` to `end`. The last register of c
/// ends at `columns`; that of b is there as a whole. The first whole tiles fetch what lies `soon` numbers ahead, which is b next
/// time (0: nothing new): where w is large its rows lie on pages of their own, and no processor foresees those.
template <std::size_t Rows, std::size_t Vectors, class T>
LAMINA_ONE_COPY void outer_tiles(grid<const T> a, const T* b, std::size_t b_step, std::size_t soon, std::size_t depth,
                                 beginning<T> from, T* c, std::size_t c_step, std::size_t first, std::size_t end,
                                 std::size_t columns)
{
    using lanes = simd::batch<T>;
    constexpr std::size_t last = (Vectors - 1) * lanes::size;
    for (; first < end; first += Rows) {
        const std::size_t rows = std::min(Rows, end - first);
        const T* numbers[Rows];
        lanes sums[Rows * Vectors];
        LAMINA_UNROLL (r, Rows) {
            const std::size_t row = first + (r < rows ? r : 0);
            numbers[r] = a.start + row * a.row;
            const T* const start = from.start + row * from.step;
            LAMINA_UNROLL (v, Vectors - 1) sums[r * Vectors + v] = lanes::load_unaligned(start + v * lanes::size);
            sums[r * Vectors + Vectors - 1] =
                Rows > 1 ? lanes::load_unaligned(start + last) : load_before(start + last, last, columns);
        }

        const T* next = b;
        constexpr bool fetches = Rows == outer_rows && Vectors == outer_vectors;
        const std::size_t ahead = soon > 0 && first < Rows * Vectors ? soon + first / Rows * lanes::size : 0;
        const auto step = [&](std::size_t k) __attribute__((always_inline)) {
            if constexpr (fetches) simd::prefetch<2>(next + ahead);
            lanes values[Vectors];
            LAMINA_UNROLL (v, Vectors) {
                values[v] = lanes::load_unaligned(next + v * lanes::size);
                if constexpr (Rows > 1) values[v] = simd::keep(values[v]);
            }
            LAMINA_UNROLL (r, Rows) {
                const lanes number = simd::keep(lanes(numbers[r][k * a.column]));
                LAMINA_UNROLL (v, Vectors) simd::add_product(sums[r * Vectors + v], number, values[v]);
            }
            next += b_step;
        };
        if constexpr (fetches) { // two steps a turn: 2 to 5 % of a product of 1024 × 1024
            LAMINA_UNROLL_BY_TWO
            for (std::size_t k = 0; k < depth; ++k) step(k);
        }
        else
            for (std::size_t k = 0; k < depth; ++k) step(k);

        LAMINA_UNROLL (r, Rows) {
            if (r >= rows) break;
            T* const row = c + (first + r) * c_step;
            LAMINA_UNROLL (v, Vectors - 1) sums[r * Vectors + v].store_unaligned(row + v * lanes::size);
            store_before(sums[r * Vectors + Vectors - 1], row + last, last, columns);
        }
    }
}

/// The same for all rows, in tiles as wide as `columns` needs.
template <class T>
void outer_panel(grid<const T> a, const T* b, std::size_t b_step, std::size_t soon, std::size_t depth, beginning<T> from, T* c,
                 std::size_t c_step, std::size_t rows, std::size_t columns)
{
    const std::size_t whole = (rows + outer_rows / 2 - 1) / outer_rows * outer_rows; // a rest of more than half a tile, too
    const auto cover = [&]<std::size_t Vectors>(fixed<Vectors>) {
        outer_tiles<outer_rows, Vectors>(a, b, b_step, soon, depth, from, c, c_step, 0, std::min(whole, rows), columns);
        outer_tiles<outer_rows / 2, Vectors>(a, b, b_step, soon, depth, from, c, c_step, whole, rows, columns);
    };
    constexpr std::size_t lanes = simd::lanes<T>;
    if (columns > 2 * lanes) cover(fixed<outer_vectors>{});
    else if (columns > lanes) cover(fixed<outer_vectors - 1>{});
    else // half as many sums would wait for each other as long
        outer_tiles<outer_rows, outer_vectors - 2>(a, b, b_step, soon, depth, from, c, c_step, 0, rows, columns);
}

/// The registers of a tile where a row has that many: no more, if there is one at all.
constexpr std::size_t row_tile(std::size_t registers)
{
    std::size_t tile = row_vectors;
    while (tile > std::max<std::size_t>(registers, 1)) tile /= 2;
    return tile;
}

/// y = bias + x · w for one sample. The last tile begins early enough to be whole: some outputs are computed twice, which takes less
/// time than a narrow tile, where each sum waits for the one before.
template <class T, extent O> void outer_row(const T* x, const T* w, const T* bias, T* y, std::size_t inputs, O outputs)
{
    constexpr std::size_t lanes = simd::lanes<T>;
    const std::size_t stride = row_stride<T>(outputs), registers = vectors<T>(outputs);
    const auto cover = [&]<std::size_t Vectors>(fixed<Vectors>) {
        for (std::size_t v = 0; v < registers; v += Vectors) {
            const std::size_t o = std::min(v, registers - Vectors) * lanes;
            const std::size_t columns = std::min<std::size_t>(Vectors * lanes, outputs - o);
            outer_tiles<1, Vectors, T>({x, inputs, 1}, w + o, stride, 0, inputs, {bias ? bias + o : no_bias<T>, 0}, y + o,
                                       outputs, 0, 1, columns);
        }
    };
    if constexpr (is_fixed<O>) cover(fixed<row_tile(vectors<T>(O{}))>{}); // the others are not compiled
    else {
        const auto choose = [&]<std::size_t Vectors>(const auto& self, fixed<Vectors> tile) {
            if (row_tile(registers) == Vectors) cover(tile);
            else if constexpr (Vectors > 1) self(self, fixed<Vectors / 2>{});
        };
        choose(choose, fixed<row_vectors>{});
    }
}

/// y = bias + x · w; rows of y lie `y_step` apart.
template <class T>
LAMINA_ONE_COPY void outer_product(const T* x, const T* w, const T* bias, T* y, std::size_t n, std::size_t inputs,
                                   std::size_t outputs, std::size_t y_step)
{
    const std::size_t stride = row_stride<T>(outputs);
    for (std::size_t s = 0; s < n; s += outer_samples<T>)
        for (std::size_t i = 0; i == 0 || i < inputs; i += outer_depth<T>)
            for (std::size_t o = 0; o < outputs; o += outer_width<T>) {
                const std::size_t columns = std::min(outer_width<T>, outputs - o);
                const bool whole = columns % simd::lanes<T> == 0; // a panel that is not is summed in one go, as y has no padding
                if (i > 0 && !whole) continue;
                T* const to = y + s * y_step + o;
                const T* start = bias ? bias + o : no_bias<T>;
                alignas(alignment) T padded[outer_width<T>];
                if (bias && !whole) pack_rows(std::exchange(start, padded), 0, 1, columns, padded);
                const std::size_t soon = o + 2 * outer_width<T> <= stride ? outer_width<T> : 0; // a whole panel
                outer_panel<T>({x + s * inputs + i, inputs, 1}, w + i * stride + o, stride, soon,
                               whole ? std::min(outer_depth<T>, inputs - i) : inputs,
                               i == 0 ? beginning<T>{start, 0} : beginning<T>{to, y_step}, to, y_step,
                               std::min(outer_samples<T>, n - s), columns);
            }
}

/// dw += xᵀ · dz for a few samples, or where it does not add dw = xᵀ · dz: row after row, as dw lies in memory. A copy for each layer pays
/// here: most of its time goes into bounds.
template <class T>
[[gnu::noinline]] void outer_weights_of_few(const T* x, const T* dz, T* dw, std::size_t n, std::size_t inputs,
                                            std::size_t outputs, bool adds)
{
    using lanes = simd::batch<T>;
    for (std::size_t i = 0; i < inputs; ++i, dw += row_stride<T>(outputs))
        for (std::size_t o = 0; o < outputs; o += lanes::size) {
            lanes sum = adds ? lanes::load_aligned(dw + o) : lanes(T(0));
            for (std::size_t s = 0; s < n; ++s)
                simd::add_product(sum, lanes(x[s * inputs + i]), load_before(dz + s * outputs + o, o, outputs));
            store_before(sum, dw + o, o, outputs);
        }
}

/// The same for many samples. Panels of dz are copied: their rows may start anywhere, and the last ends within a register.
template <class T>
LAMINA_ONE_COPY void outer_weights_of_many(const T* x, const T* dz, T* dw, std::size_t n, std::size_t inputs, std::size_t outputs,
                                           bool adds)
{
    alignas(alignment) T panel[copied_depth<T> * outer_width<T>];
    for (std::size_t s = 0; s < n; s += copied_depth<T>)
        for (std::size_t o = 0; o < outputs; o += outer_width<T>) {
            const std::size_t depth = std::min(copied_depth<T>, n - s), columns = std::min(outer_width<T>, outputs - o);
            pack_rows(dz + s * outputs + o, outputs, depth, columns, panel);
            const bool begins = s == 0 && !adds;
            outer_panel<T>({x + s * inputs, 1, inputs}, panel, outer_width<T>, 0, depth,
                           {begins ? no_bias<T> : dw + o, begins ? 0 : row_stride<T>(outputs)}, dw + o, row_stride<T>(outputs),
                           inputs, columns);
        }
}

/// dw += xᵀ · dz, or where it does not add dw = xᵀ · dz.
template <class T>
void outer_weights(const T* x, const T* dz, T* dw, std::size_t n, std::size_t inputs, std::size_t outputs, bool adds = true)
{
    if (n <= 4) outer_weights_of_few(x, dz, dw, n, inputs, outputs, adds);
    else outer_weights_of_many(x, dz, dw, n, inputs, outputs, adds);
}

}}} // namespace lamina::internals::kernels::detail
