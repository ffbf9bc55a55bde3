// lamina/kernels/matmul_backward.hpp: the register tile that both gradients of a dense layer share, and its loops.
//
// Both are sums of outer products, c[r][·] = Σ a[r, k] · b[k][·], with the lanes along the inputs: a is dz, read number by number,
// b is w or x, c is dx or dw. c is cut into panels of a tile's width, and b into as many rows of a panel as the first cache holds.
#pragma once

#include <lamina/kernels/tile.hpp>

#include <algorithm>

namespace lamina::inline LAMINA_ARCHITECTURE::kernels::detail {

/// The rows and registers of a tile, its width, and the rows of b that are taken at a time: 24 KiB.
inline constexpr std::size_t outer_rows = simd::registers == 32 ? 8 : 4;
inline constexpr std::size_t outer_vectors = 3;
template <class T>
inline constexpr std::size_t outer_width = outer_vectors * simd::lanes<T>;
template <class T>
inline constexpr std::size_t outer_depth = 24 * 1024 / (outer_width<T> * sizeof(T));

/// Numbers in two dimensions, by the steps from one to the next.
template <class T>
struct grid {
    T* start;
    std::size_t row, column;
};

/// c = Σ a[r][k] · b[k][·] over `depth` steps, or c += where `adds`, for the rows from `first` to `end`. The last register of c
/// ends at `columns`; that of b is there as a whole.
template <std::size_t Rows, std::size_t Vectors, class T>
[[gnu::noinline]] void outer_tiles(grid<const T> a, const T* b, std::size_t b_step, std::size_t depth, T* c, std::size_t c_step,
                                   std::size_t first, std::size_t end, std::size_t columns, bool adds)
{
    using lanes = simd::batch<T>;
    for (; first < end; first += Rows) {
        const std::size_t rows = std::min(Rows, end - first);
        const T* numbers[Rows];
        unroll<Rows>([&](std::size_t r)
                         __attribute__((always_inline)) { numbers[r] = a.start + (first + (r < rows ? r : 0)) * a.row; });

        lanes sums[Rows * Vectors];
        unroll<Rows * Vectors>([&](std::size_t i) __attribute__((always_inline)) { sums[i] = lanes(T(0)); });
        const T* from = b;
        for (std::size_t k = 0; k < depth; ++k, from += b_step) {
            lanes values[Vectors];
            unroll<Vectors>([&](std::size_t v) __attribute__((always_inline)) {
                values[v] = simd::keep(lanes::load_unaligned(from + v * lanes::size));
            });
            unroll<Rows>([&](std::size_t r) __attribute__((always_inline)) {
                const lanes number = simd::keep(lanes(numbers[r][k * a.column]));
                unroll<Vectors>([&](std::size_t v) __attribute__((always_inline)) {
                    sums[r * Vectors + v] = simd::fma(number, values[v], sums[r * Vectors + v]);
                });
            });
        }

        constexpr std::size_t last = (Vectors - 1) * lanes::size;
        unroll<Rows>([&](std::size_t r) __attribute__((always_inline)) {
            if (r >= rows) return;
            T* const row = c + (first + r) * c_step;
            unroll<Vectors - 1>([&](std::size_t v) __attribute__((always_inline)) {
                T* const p = row + v * lanes::size;
                const lanes& sum = sums[r * Vectors + v];
                (adds ? sum + lanes::load_unaligned(p) : sum).store_unaligned(p);
            });
            const lanes& sum = sums[r * Vectors + Vectors - 1];
            store_before(adds ? sum + load_before(row + last, last, columns) : sum, row + last, last, columns);
        });
    }
}

/// The same for all rows, in tiles as wide as `columns` needs.
template <class T>
void outer_panel(grid<const T> a, const T* b, std::size_t b_step, std::size_t depth, T* c, std::size_t c_step, std::size_t rows,
                 std::size_t columns, bool adds)
{
    const std::size_t whole = (rows + outer_rows / 2 - 1) / outer_rows * outer_rows; // a rest of more than half a tile, too
    const auto cover = [&]<std::size_t Vectors>(constant<Vectors>) {
        outer_tiles<outer_rows, Vectors>(a, b, b_step, depth, c, c_step, 0, std::min(whole, rows), columns, adds);
        outer_tiles<outer_rows / 2, Vectors>(a, b, b_step, depth, c, c_step, whole, rows, columns, adds);
    };
    constexpr std::size_t lanes = simd::lanes<T>;
    if (columns > 2 * lanes) cover(constant<outer_vectors>{});
    else if (columns > lanes) cover(constant<outer_vectors - 1>{});
    else cover(constant<outer_vectors - 2>{});
}

/// Copies rows of `columns` numbers to where they lie side by side, as wide as a tile and padded with zeros to whole registers.
template <class T>
[[gnu::noinline]] void pack_rows(const T* from, std::size_t step, std::size_t depth, std::size_t columns, T* to)
{
    using lanes = simd::batch<T>;
    for (std::size_t k = 0; k < depth; ++k, from += step, to += outer_width<T>)
        for (std::size_t i = 0; i < columns; i += lanes::size) load_before(from + i, i, columns).store_aligned(to + i);
}

/// dx = dz · w.
template <class T>
void outer_data(const T* dz, const T* w, T* dx, std::size_t n, std::size_t inputs, std::size_t outputs)
{
    const std::size_t stride = padded<T>(inputs);
    for (std::size_t i = 0; n > 0 && i < inputs; i += outer_width<T>)
        for (std::size_t o = 0; o < outputs; o += outer_depth<T>)
            outer_panel<T>({dz + o, outputs, 1}, w + o * stride + i, stride, std::min(outer_depth<T>, outputs - o), dx + i,
                           inputs, n, std::min(outer_width<T>, inputs - i), o > 0);
}

/// dw += dzᵀ · x for a few samples: row after row, as dw lies in memory.
template <class T>
[[gnu::noinline]] void outer_weights_of_few(const T* x, const T* dz, T* dw, std::size_t n, std::size_t inputs,
                                            std::size_t outputs)
{
    using lanes = simd::batch<T>;
    for (std::size_t o = 0; o < outputs; ++o, dw += padded<T>(inputs))
        for (std::size_t i = 0; i < inputs; i += lanes::size) {
            lanes sum = lanes::load_aligned(dw + i);
            for (std::size_t s = 0; s < n; ++s)
                sum = simd::fma(lanes(dz[s * outputs + o]), load_before(x + s * inputs + i, i, inputs), sum);
            store_before(sum, dw + i, i, inputs);
        }
}

/// dw += dzᵀ · x. Panels of x are copied: their rows may start anywhere, and the last ends within a register.
template <class T>
void outer_weights(const T* x, const T* dz, T* dw, std::size_t n, std::size_t inputs, std::size_t outputs)
{
    if (n <= 4) return outer_weights_of_few(x, dz, dw, n, inputs, outputs);
    alignas(alignment) T panel[outer_depth<T> * outer_width<T>];
    for (std::size_t s = 0; s < n; s += outer_depth<T>)
        for (std::size_t i = 0; i < inputs; i += outer_width<T>) {
            const std::size_t depth = std::min(outer_depth<T>, n - s), columns = std::min(outer_width<T>, inputs - i);
            pack_rows(x + s * inputs + i, inputs, depth, columns, panel);
            outer_panel<T>({dz + s * outputs, 1, outputs}, panel, outer_width<T>, depth, dw + i, padded<T>(inputs), outputs,
                           columns, true);
        }
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::kernels::detail
