// lamina/kernels/dense_any.hpp: dense layers whose sizes are known at run time only, their weights in blocks of units that threads share.
//
// Contract: `w` is what `pack_dense` writes, on 64 bytes. No output overlaps an input; `n` may be 0, inputs and outputs not.
// Numerics: as matmul.hpp; an output's bits depend neither on the batch nor on the parts. The clamp keeps NaN.
// Reference: kernels/reference/dense_any.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/kernels/pixel_list.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// The units of a block: whole tiles of one row and of several, in any width of register.
#if LAMINA_PLAIN_LOOPS
constexpr std::size_t block_units(const dense_sizes& s) { return s.outputs; }
#else
constexpr std::size_t block_units(const dense_sizes&) { return 384; }
#endif

/// The units of a block, and where its weights begin.
template <class T> struct dense_block {
    std::size_t first, count, place;

    constexpr dense_block(const dense_sizes& s, std::size_t number)
        : first(number * block_units(s)), count(std::min(block_units(s), s.outputs - first)),
          place(number * s.inputs * row_stride<T>(block_units(s)))
    {}
};

} // namespace detail

constexpr std::size_t dense_blocks(const dense_sizes& s)
{
    return (s.outputs + detail::block_units(s) - 1) / detail::block_units(s);
}

/// The numbers of packed weights.
template <class T> constexpr std::size_t dense_packed_size(const dense_sizes& s)
{
    if (s.outputs == 1) return row_stride<T>(s.inputs);
    const detail::dense_block<T> last(s, dense_blocks(s) - 1);
    return last.place + s.inputs * row_stride<T>(last.count);
}

/// Weights in blocks, each as matmul.hpp wants them.
///
/// Shapes  w [outputs][inputs], of any alignment.
template <class T> [[gnu::cold]] void pack_dense(const T* w, T* packed, const dense_sizes& s)
{
    std::fill_n(packed, dense_packed_size<T>(s), T(0));
    if (s.outputs == 1) std::copy_n(w, s.inputs, packed);
    else
        for (std::size_t b = 0; b < dense_blocks(s); ++b) {
            const detail::dense_block<T> block(s, b);
            for (std::size_t o = 0; o < block.count; ++o)
                for (std::size_t i = 0; i < s.inputs; ++i)
                    packed[block.place + i * row_stride<T>(block.count) + o] = w[(block.first + o) * s.inputs + i];
        }
}

/// Some numbers, clamped.
template <class T> void clamp_numbers(T* y, std::size_t n, const clamp_bounds<T>& within)
{
    constexpr T most = std::numeric_limits<T>::max();
    if (within.low < -most && within.high > most) return;
#if LAMINA_PLAIN_LOOPS
    for (T* const end = y + n; y != end; ++y) *y = *y < within.low ? within.low : *y > within.high ? within.high : *y;
#else
    using lanes = simd::batch<T>;
    transform(y, y, n, [low = lanes(within.low), high = lanes(within.high)](const lanes& v) {
        return simd::at_most(simd::at_least(v, low), high);
    });
#endif
}

/// y = clamp(x · w + bias) for the samples from `first` to `last` and one block of units.
///
/// Shapes  x [n][inputs], bias [outputs] or null, y [n][outputs].
template <class T>
LAMINA_ONE_COPY void dense_any_forward(const T* x, const T* w, const T* bias, T* y, const dense_sizes& s, std::size_t first,
                                       std::size_t last, std::size_t number, const clamp_bounds<T>& within)
{
    const detail::dense_block<T> block(s, number);
    const std::size_t n = last - first;
    if (n == 0) return;
    x += first * s.inputs, y += first * s.outputs + block.first;
    w += block.place;
    if (bias) bias += block.first;
#if LAMINA_PLAIN_LOOPS
    dense_forward(x, w, bias, y, n, s);
#else
    if (s.outputs == 1) dense_forward(x, w, bias, y, n, s);
    else if (block.count > 1 && n == 1) detail::outer_row<T>(x, w, bias, y, s.inputs, block.count);
    else detail::outer_product<T>(x, w, bias, y, n, s.inputs, block.count, s.outputs);
#endif
    if (dense_blocks(s) == 1) return clamp_numbers(y, n * s.outputs, within);
    for (std::size_t i = 0; i < n; ++i) clamp_numbers(y + i * s.outputs, block.count, within);
}

}}} // namespace lamina::internals::kernels
