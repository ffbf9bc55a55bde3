// lamina/kernels/tile.hpp: cutting an axis into register tiles, with sizes known at compile time or at run time.
//
// A kernel's inner loop has constant tiles, so that its accumulators live in registers; its bounds are extents. What joins
// the two stands here: `tiles` cuts an axis, `LAMINA_UNROLL` spells out a loop over a tile, `part` takes a size out of an aggregate.
#pragma once

#include <lamina/core/extent.hpp>
#include <lamina/core/simd.hpp>

#include <cstddef>
#include <functional>
#include <type_traits>

/// A kernel that takes its sizes as numbers, so that all layers share it: g++ -O3 would copy it for each of them, whose sizes are
/// constants.
#if defined(__GNUC__) && !defined(__clang__)
#define LAMINA_ONE_COPY [[gnu::noinline, gnu::noclone]]
#else
#define LAMINA_ONE_COPY [[gnu::noinline]]
#endif

namespace lamina::inline LAMINA_ARCHITECTURE::kernels {

/// The accumulators that a tile may hold: the registers, less those for what is loaded.
inline constexpr std::size_t accumulators = simd::registers == 32 ? 24 : 10;

/// A size out of an aggregate of sizes, by member or by function: a constant if the aggregate is one, else a number.
template <auto Size, class S>
constexpr auto part(const S& sizes)
{
    const auto get = [](const auto& plain) {
        if constexpr (std::is_member_pointer_v<decltype(Size)>) return plain.*Size;
        else return Size(plain);
    };
    if constexpr (is_constant<S>) return constant<get(S::value)>{};
    else return get(sizes);
}

/// The tile for an axis of `n`, at most `most`: a large divisor where there is one, else tiles of nearly one size.
constexpr std::size_t tile_of(std::size_t n, std::size_t most)
{
    if (n <= most) return n;
    for (std::size_t tile = most; 3 * tile >= 2 * most; --tile)
        if (n % tile == 0) return tile;
    const std::size_t count = (n + most - 1) / most;
    return (n + count - 1) / count;
}

/// Covers 0 … n with f(start, constant<tile>{}), tiles of at most `Most`. A constant `n` needs at most two kinds of tile, a
/// number one kind for each halving of `Most`.
template <std::size_t Most, extent E, class F>
[[gnu::always_inline]] inline void tiles(E n, F&& f)
{
    if constexpr (is_constant<E>) {
        constexpr std::size_t size = E::value, tile = tile_of(size, Most);
        if constexpr (size > 0) {
            for (std::size_t i = 0; i + tile <= size; i += tile) f(i, constant<tile>{});
            if constexpr (size % tile != 0) f(size - size % tile, constant<size % tile>{});
        }
    }
    else {
        std::size_t i = 0;
        const auto cover = [&]<std::size_t Tile>(const auto& self, constant<Tile> tile) {
            for (; i + Tile <= n; i += Tile) f(i, tile);
            if constexpr (Tile > 1) self(self, constant<Tile / 2>{});
        };
        cover(cover, constant<Most>{});
    }
}

/// The number of registers that `n` values take, the last perhaps partly filled: a constant if `n` is one.
template <class T, extent E>
constexpr auto vectors(E n)
{
    if constexpr (is_constant<E>) return constant<(E::value + simd::lanes<T> - 1) / simd::lanes<T>>{};
    else return (n + simd::lanes<T> - 1) / simd::lanes<T>;
}

/// Stores the lanes of `x` that lie before `n`, where lane 0 is value number `i`.
template <class T, class A>
[[gnu::always_inline]] inline void store_before(const simd::batch<T, A>& x, T* p, std::size_t i, std::size_t n)
{
    if (i + simd::batch<T, A>::size <= n) x.store_unaligned(p);
    else simd::store_partial(x, p, n - i);
}

/// Loads the values that lie before `n`, where lane 0 is value number `i`; zeros behind them.
template <class T>
[[gnu::always_inline]] inline simd::batch<T> load_before(const T* p, std::size_t i, std::size_t n)
{
    if (i + simd::lanes<T> <= n) return simd::batch<T>::load_unaligned(p);
    return simd::load_partial(p, n - i);
}

/// As `load_before`, but with whatever follows behind the values, as long as that lies before `end`: cheaper than zeros.
template <class T>
[[gnu::always_inline]] inline simd::batch<T> load_within(const T* p, std::size_t i, std::size_t n, const T* end)
{
    if (i + simd::lanes<T> <= n || std::size_t(end - p) >= simd::lanes<T>) return simd::batch<T>::load_unaligned(p);
    return simd::load_partial(p, n - i);
}

/// store(i, finish(sum(i))) for N accumulators. An activation is not spelled out for each of them: that would take long to
/// compile, and the processor overlaps the turns of the loop just as well.
template <class T, std::size_t N, class F, class Sum, class Store>
[[gnu::always_inline]] inline void finish_each(const F& finish, const Sum& sum, const Store& store)
{
    if constexpr (std::is_same_v<F, std::identity>)
        LAMINA_UNROLL (i, N) store(i, sum(i));
    else {
        simd::batch<T> sums[N]; // beside the accumulators, which stay in registers
        LAMINA_UNROLL (i, N) sums[i] = sum(i);
        for (std::size_t i = 0; i < N; ++i) store(i, simd::batch<T>(finish(sums[i])));
    }
}

/// Rows × Vectors accumulators that stay in registers: the inner part of every matrix product and convolution here.
template <class T, std::size_t Rows, std::size_t Vectors>
class register_tile {
public:
    using lanes = simd::batch<T>;

    /// Each register starts as start(v), the same for all rows.
    template <class F>
    [[gnu::always_inline]] explicit register_tile(F start)
    {
        LAMINA_UNROLL (v, Vectors) {
            const lanes value = start(v);
            LAMINA_UNROLL (r, Rows) sums[r][v] = value;
        }
    }

    [[gnu::always_inline]] register_tile() : register_tile([](std::size_t) __attribute__((always_inline)) { return lanes(T(0)); })
    {}

    /// Adds an outer product: the number at scalar(r) times the register vector(v).
    template <class F, class G>
    [[gnu::always_inline]] void add(F scalar, G vector)
    {
        lanes values[Vectors];
        LAMINA_UNROLL (v, Vectors) values[v] = simd::keep(lanes(vector(v)));
        LAMINA_UNROLL (r, Rows) {
            // A number that is used once had better be a memory operand of its multiplication.
            const T* number = scalar(r);
            const lanes factor = Vectors > 1 ? simd::keep(lanes(*number)) : lanes(*number);
            LAMINA_UNROLL (v, Vectors) simd::add_product(sums[r][v], factor, values[v]);
        }
    }

    /// f(r, v, sum) for each register, which it may change.
    template <class F>
    [[gnu::always_inline]] void change(F f)
    {
        LAMINA_UNROLL (i, Rows * Vectors) f(i / Vectors, i % Vectors, sums[i / Vectors][i % Vectors]);
    }

    /// f(r, v, sum) for each register.
    template <class F>
    [[gnu::always_inline]] void each(F f) const
    {
        LAMINA_UNROLL (i, Rows * Vectors) f(i / Vectors, i % Vectors, sums[i / Vectors][i % Vectors]);
    }

    /// f(r, v, finish(sum)) for each register.
    template <class Finish, class F>
    [[gnu::always_inline]] void each_finished(const Finish& finish, F f) const
    {
        finish_each<T, Rows * Vectors>(
            finish, [&](std::size_t i) __attribute__((always_inline)) { return sums[i / Vectors][i % Vectors]; },
            [&](std::size_t i, const lanes& sum) __attribute__((always_inline)) { f(i / Vectors, i % Vectors, sum); });
    }

private:
    lanes sums[Rows][Vectors];
};

} // namespace lamina::inline LAMINA_ARCHITECTURE::kernels
