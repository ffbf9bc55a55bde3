// lamina/kernels/columns.hpp: rows of numbers and numbers that belong to a column: sums over rows, and functions of an element and
// its column.
//
// Contract: arrays of any alignment; an output may be an input. `f` is a generic function of registers, which arrays and columns give it
// in this order; it also sees numbers that are no elements, whose results are thrown away.
// Reference: kernels/reference/columns.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// Short rows taken several at once, so that registers are full: the width of a whole number of rows that is one of registers too. It
/// is the width itself where that would be too long, or gains little.
template <class T> constexpr std::size_t period(std::size_t width)
{
    const std::size_t common = std::lcm(width, simd::lanes<T>);
    return common <= 256 ? common : width;
}

/// Columns repeated to a period.
template <class T, std::size_t Columns> struct RepeatedColumns {
    alignas(alignment) std::array<std::array<T, 256>, Columns> values;
    std::array<const T*, Columns> at{};

    RepeatedColumns(const std::array<const T*, Columns>& columns, std::size_t width, std::size_t count)
    {
        for (std::size_t c = 0; c < Columns; ++c) {
            at[c] = values[c].data();
            for (std::size_t i = 0; i < count; ++i) values[c][i] = columns[c][i % width];
        }
    }
};

/// f(x[0], …, c[0], …).
template <class F, class V, std::size_t Arrays, std::size_t Columns>
[[gnu::always_inline]] inline auto apply(const F& f, const std::array<V, Arrays>& x, const std::array<V, Columns>& c)
{
    return [&]<std::size_t... A, std::size_t... C>(std::index_sequence<A...>, std::index_sequence<C...>) {
        return f(x[A]..., c[C]...);
    }(std::make_index_sequence<Arrays>{}, std::make_index_sequence<Columns>{});
}

template <class T, std::size_t Arrays, std::size_t Columns, class F>
void sum_whole_columns(double* sums, std::size_t rows, std::size_t width, std::size_t true_width,
                       const std::array<const T*, Arrays>& x, const std::array<const T*, Columns>& columns, const F& f)
{
#if LAMINA_PLAIN_LOOPS
    for (std::size_t i = 0; i < rows * width; ++i) {
        std::array<T, Arrays> values{};
        std::array<T, Columns> of_column{};
        for (std::size_t a = 0; a < Arrays; ++a) values[a] = x[a][i];
        for (std::size_t c = 0; c < Columns; ++c) of_column[c] = columns[c][i % width];
        sums[i % width % true_width] += double(apply(f, values, of_column));
    }
#else
    using lanes = simd::batch<T>;
    constexpr std::size_t streams = 4, block = 256; // rows that are summed in T
    for (std::size_t first = 0; first < rows; first += block) {
        const std::size_t last = std::min(rows, first + block);
        for (std::size_t j = 0; j < width; j += lanes::size) {
            std::array<lanes, Columns> c;
            for (std::size_t k = 0; k < Columns; ++k) c[k] = load_before(columns[k] + j, j, width);
            lanes partial[streams];
            LAMINA_UNROLL (s, streams) partial[s] = lanes(T(0));
            const auto at = [&](std::size_t row) {
                std::array<lanes, Arrays> values;
                for (std::size_t a = 0; a < Arrays; ++a)
                    values[a] = load_within(x[a] + row * width + j, j, width, x[a] + rows * width);
                return lanes(apply(f, values, c));
            };
            std::size_t row = first;
            for (; row + streams <= last; row += streams)
                LAMINA_UNROLL (s, streams) partial[s] = partial[s] + at(row + s);
            for (; row < last; ++row) partial[0] = partial[0] + at(row);
            alignas(alignment) T found[lanes::size];
            ((partial[0] + partial[1]) + (partial[2] + partial[3])).store_aligned(found);
            for (std::size_t k = 0; k < lanes::size && j + k < width; ++k) sums[(j + k) % true_width] += double(found[k]);
        }
    }
#endif
}

template <class T, std::size_t Arrays, std::size_t Columns, class F>
void map_whole_columns(T* y, std::size_t rows, std::size_t width, const std::array<const T*, Arrays>& x,
                       const std::array<const T*, Columns>& columns, const F& f)
{
    for (std::size_t row = 0; row < rows; ++row) {
#if LAMINA_PLAIN_LOOPS
        for (std::size_t j = 0; j < width; ++j) {
            std::array<T, Arrays> values{};
            std::array<T, Columns> of_column{};
            for (std::size_t a = 0; a < Arrays; ++a) values[a] = x[a][row * width + j];
            for (std::size_t c = 0; c < Columns; ++c) of_column[c] = columns[c][j];
            y[row * width + j] = apply(f, values, of_column);
        }
#else
        using lanes = simd::batch<T>;
        const auto at = [&](std::size_t j, auto load) {
            std::array<lanes, Arrays> values;
            std::array<lanes, Columns> c;
            for (std::size_t a = 0; a < Arrays; ++a) values[a] = load(x[a] + row * width + j);
            for (std::size_t k = 0; k < Columns; ++k) c[k] = load(columns[k] + j);
            return lanes(apply(f, values, c));
        };
        std::size_t j = 0;
        for (; j + lanes::size <= width; j += lanes::size)
            at(j, [](const T* p) { return lanes::load_unaligned(p); }).store_unaligned(y + row * width + j);
        if (j < width)
            simd::store_partial(at(j, [&](const T* p) { return simd::load_partial(p, width - j); }), y + row * width + j,
                                width - j);
#endif
    }
}

} // namespace detail

/// sums[j] += Σ over `rows` of f(x[0][row][j], …, columns[0][j], …), for rows of `width` values.
///
/// Numerics: 256 rows at a time are accumulated in T, in an order that depends on the sizes alone, and these sums in double:
/// |got - reference| <= 70 · epsilon · (sum of |terms|), besides what f rounds.
template <class T, std::size_t Arrays, std::size_t Columns, class F>
void sum_columns(double* sums, std::size_t rows, std::size_t width, const std::array<const T*, Arrays>& x,
                 const std::array<const T*, Columns>& columns, const F& f)
{
    const std::size_t wide = detail::period<T>(width), whole = rows * width / wide, rest = rows * width - whole * wide;
    if (wide == width) return detail::sum_whole_columns(sums, rows, width, width, x, columns, f);
    const detail::RepeatedColumns<T, Columns> repeated(columns, width, whole > 0 ? wide : rest);
    detail::sum_whole_columns(sums, whole, wide, width, x, repeated.at, f);
    auto behind = x;
    for (auto& p : behind) p += whole * wide;
    detail::sum_whole_columns(sums, rest > 0 ? 1 : 0, rest, width, behind, repeated.at, f);
}

/// y[row][j] = f(x[0][row][j], …, columns[0][j], …), for `rows` of `width` values.
///
/// Numerics: what f rounds; an element's bits depend neither on its row nor on how many there are.
template <class T, std::size_t Arrays, std::size_t Columns, class F>
void map_columns(T* y, std::size_t rows, std::size_t width, const std::array<const T*, Arrays>& x,
                 const std::array<const T*, Columns>& columns, const F& f)
{
    const std::size_t wide = detail::period<T>(width), whole = rows * width / wide, rest = rows * width - whole * wide;
    if (wide == width) return detail::map_whole_columns(y, rows, width, x, columns, f);
    const detail::RepeatedColumns<T, Columns> repeated(columns, width, whole > 0 ? wide : rest);
    detail::map_whole_columns(y, whole, wide, x, repeated.at, f);
    auto behind = x;
    for (auto& p : behind) p += whole * wide;
    detail::map_whole_columns(y + whole * wide, rest > 0 ? 1 : 0, rest, behind, repeated.at, f);
}

}}} // namespace lamina::internals::kernels
