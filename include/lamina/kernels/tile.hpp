// lamina/kernels/tile.hpp: cutting an axis into register tiles, with sizes known at compile time or at run time.
//
// A kernel's inner loop has constant tiles, so that its accumulators live in registers; its bounds are extents. What joins
// the two stands here: `tiles` cuts an axis, `LAMINA_UNROLL` spells out a loop over a tile, `part` takes a size out of an aggregate.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/partial.hpp>

#include <algorithm>
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

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// first … last on an axis, the last not included.
struct range {
    std::size_t first, last;

    constexpr std::size_t size() const { return last - first; }
    constexpr bool contains(std::size_t i) const { return first <= i && i < last; }
};

} // namespace detail

/// The accumulators that a tile may hold: the registers, less those for what is loaded.
inline constexpr std::size_t accumulators = simd::registers == 32 ? 24 : 10;

/// A size out of an aggregate of sizes, by member or by function: a constant if the aggregate is one, else a number.
template <auto Size, class S> constexpr auto part(const S& sizes)
{
    const auto get = [](const auto& plain) {
        if constexpr (std::is_member_pointer_v<decltype(Size)>) return plain.*Size;
        else return Size(plain);
    };
    if constexpr (is_fixed<S>) return fixed<get(S::value)>{};
    else return get(sizes);
}

/// The tile for an axis of `n`, at most `most`: a large divisor where there is one, else tiles of nearly one size.
constexpr std::size_t tile_of(std::size_t n, std::size_t most)
{
    if (n <= most) return n;
    for (std::size_t tile = most; 4 * tile >= 3 * most; --tile)
        if (n % tile == 0) return tile;
    const std::size_t count = (n + most - 1) / most;
    return (n + count - 1) / count;
}

/// Covers 0 … n with f(start, constant<tile>{}), tiles of at most `Most`. A constant `n` needs at most two kinds of tile, a
/// number one kind for each halving of `Most`.
template <std::size_t Most, extent E, class F> [[gnu::always_inline]] inline void tiles(E n, F&& f)
{
    if constexpr (is_fixed<E>) {
        constexpr std::size_t size = E::value, tile = tile_of(size, Most);
        if constexpr (size > 0) {
            if constexpr (size % tile == 0)
                for (std::size_t i = 0; i < size; i += tile) f(i, fixed<tile>{});
            else { // the last ones are one smaller
                constexpr std::size_t count = (size + tile - 1) / tile, whole = size - count * (tile - 1);
                for (std::size_t i = 0; i < whole * tile; i += tile) f(i, fixed<tile>{});
                for (std::size_t i = whole * tile; i < size; i += tile - 1) f(i, fixed<tile - 1>{});
            }
        }
    }
    else {
        std::size_t i = 0;
        const auto cover = [&]<std::size_t Tile>(const auto& self, fixed<Tile> tile) {
            for (; i + Tile <= n; i += Tile) f(i, tile);
            if constexpr (Tile > 1) self(self, fixed<Tile / 2>{});
        };
        cover(cover, fixed<Most>{});
    }
}

/// The same for what may be computed twice: where that is little, the last tile begins early enough to be like the others, so
/// that one kind is compiled.
template <std::size_t Most, std::size_t N, class F> [[gnu::always_inline]] inline void overlapping_tiles(fixed<N> n, F&& f)
{
    constexpr std::size_t tile = tile_of(N, Most);
    if constexpr (N > 0 && 16 * (round_up(N, tile) - N) <= N)
        for (std::size_t i = 0; i < N; i += tile) f(std::min(i, N - tile), fixed<tile>{});
    else tiles<Most>(n, f);
}

/// The number of registers that `n` values take, the last perhaps partly filled: a constant if `n` is one.
template <class T, extent E> constexpr auto vectors(E n)
{
    if constexpr (is_fixed<E>) return fixed<(E::value + simd::lanes<T> - 1) / simd::lanes<T>>{};
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
template <class T> [[gnu::always_inline]] inline simd::batch<T> load_before(const T* p, std::size_t i, std::size_t n)
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

/// A number in every lane. One that is used once had better be a memory operand of its multiplication.
template <std::size_t Uses, class T> [[gnu::always_inline]] inline simd::batch<T> broadcast(const T& number)
{
    if constexpr (Uses > 1) return simd::keep(simd::batch<T>(number));
    else return simd::batch<T>(number);
}

/// A function of registers as a loop applies it: with its constants in registers, `f.ready<V>()`, where it has that.
template <class V, class F> [[gnu::always_inline]] inline auto made_ready(const F& f)
{
    if constexpr (requires { f.template ready<V>(); }) return f.template ready<V>();
    else return f;
}

/// store(r, v, finish(sums[r][v])) for the accumulators of a tile. An activation is not spelled out for each of them: that would
/// take long to compile, and the processor overlaps the turns of the loop just as well.
template <class F, class T, class A, std::size_t Rows, std::size_t Vectors, class Store>
[[gnu::always_inline]] inline void finish_each(const F& finish, const simd::batch<T, A> (&sums)[Rows][Vectors],
                                               const Store& store)
{
    if constexpr (std::is_same_v<F, std::identity>)
        LAMINA_UNROLL (i, Rows * Vectors) store(i / Vectors, i % Vectors, sums[i / Vectors][i % Vectors]);
    else {
        const auto ready = made_ready<simd::batch<T, A>>(finish);
        simd::batch<T, A> aside[Rows * Vectors]; // the accumulators themselves stay in registers
        LAMINA_UNROLL (i, Rows * Vectors) aside[i] = sums[i / Vectors][i % Vectors];
        for (std::size_t i = 0; i < Rows * Vectors; ++i) store(i / Vectors, i % Vectors, simd::batch<T, A>(ready(aside[i])));
    }
}

}}} // namespace lamina::internals::kernels
