// lamina/core/shuffle.hpp: lanes that change places, which xsimd offers too late (9 and newer) or not at all.
//
// Each function has instructions for float on x86; elsewhere the lanes go through memory.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/chunks.hpp>
#include <lamina/core/partial.hpp>
#include <lamina/core/simd_bits.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::simd {

namespace detail {

/// The lanes Start, Start + 2, Start + 4, … of a and b, one after another.
template <std::size_t Start, class T, class A>
[[gnu::always_inline]] inline batch<T, A> every_second(const batch<T, A>& a, const batch<T, A>& b)
{
    constexpr std::size_t lanes = batch<T, A>::size;
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && lanes == 16) {
        const __m512i places =
            _mm512_setr_epi32(Start, Start + 2, Start + 4, Start + 6, Start + 8, Start + 10, Start + 12, Start + 14, Start + 16,
                              Start + 18, Start + 20, Start + 22, Start + 24, Start + 26, Start + 28, Start + 30);
        return _mm512_permutex2var_ps(a, places, b);
    }
    else
#elif defined(__AVX2__)
    if constexpr (std::is_same_v<T, float> && lanes == 8) {
        const __m256 halves = _mm256_shuffle_ps(a, b, Start == 0 ? 0x88 : 0xdd); // a and b by turns, in each half
        return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(halves), 0xd8));
    }
    else
#elif defined(__SSE2__) && !defined(__AVX__)
    if constexpr (std::is_same_v<T, float> && lanes == 4) return _mm_shuffle_ps(a, b, Start == 0 ? 0x88 : 0xdd);
    else
#endif
    {
        alignas(alignment) T values[2 * lanes], chosen[lanes];
        a.store_aligned(values);
        b.store_aligned(values + lanes);
        for (std::size_t i = 0; i < lanes; ++i) chosen[i] = values[2 * i + Start];
        return batch<T, A>::load_aligned(chosen);
    }
}

/// The lanes of a and b by turns, from `first` on.
struct pair_place {
    std::size_t first, lanes;
    constexpr std::size_t operator()(std::size_t i) const { return i % 2 * lanes + first + i / 2; }
};

/// Which pair of numbers comes to lane i when `streams` registers of pairs are joined by turns: of stream 0 or `stream` where it is
/// theirs, else what is there already.
struct merge_place {
    std::size_t first, stream, streams, lanes;
    constexpr std::size_t operator()(std::size_t i) const
    {
        const std::size_t pair = first + i / 2, from = pair % streams, place = pair / streams * 2 + i % 2;
        if (from == stream) return lanes + place;
        return from == 0 && stream == 1 ? place : i;
    }
};

/// Register `V` of `Streams` registers of pairs, joined by turns.
template <std::size_t V, std::size_t Streams, class T, class A>
[[gnu::always_inline]] inline batch<T, A> merge(const batch<T, A>* pairs)
{
    constexpr std::size_t lanes = batch<T, A>::size, first = V * lanes / 2;
    batch<T, A> result = pairs[0];
    [&]<std::size_t... S>(std::index_sequence<S...>) __attribute__((always_inline)) {
        ((result = pick<merge_place{first, S + 1, Streams, lanes}>(result, pairs[S + 1])), ...);
    }(std::make_index_sequence<Streams - 1>{});
    return result;
}

/// Where the lanes of `Count` interleaved registers lie: `value(i)` is lane i / Count of register i % Count.
template <std::size_t Count, std::size_t Lanes> struct interleaving {
    struct choice {
        alignas(alignment) std::array<int, Lanes> place{}; ///< lane of the one register, or Lanes + lane of the other
        unsigned mask = 0;                                 ///< the lanes of the result that come from one of the two
    };
    static constexpr std::size_t pairs = (Count + 1) / 2;

    /// [row][pair of registers]: where a row's numbers are; [register][pair of rows]: where those of a register come from.
    std::array<std::array<choice, pairs>, Count> apart{}, together{};

    constexpr interleaving()
    {
        for (std::size_t i = 0; i < Count * Lanes; ++i) {
            const std::size_t row = i % Count, lane = i / Count, vector = i / Lanes, at = i % Lanes;
            auto& from = apart[row][vector / 2];
            from.place[lane] = static_cast<int>(vector % 2 * Lanes + at);
            from.mask |= 1u << lane;
            auto& to = together[vector][row / 2];
            to.place[at] = static_cast<int>(row % 2 * Lanes + lane);
            to.mask |= 1u << at;
        }
    }
};

template <std::size_t Count, std::size_t Lanes> inline constexpr interleaving<Count, Lanes> places_of{};

#if defined(__AVX512F__)
/// One register out of `Count`.
template <std::size_t Count, class Choices>
[[gnu::always_inline]] inline __m512 choose(const batch<float>* from, const Choices& choices)
{
    __m512 result = _mm512_setzero_ps();
    for (std::size_t p = 0; p < choices.size(); ++p) {
        const __m512i places = _mm512_load_si512(choices[p].place.data());
        const __m512 both = _mm512_permutex2var_ps(from[2 * p], places, from[2 * p + 1 < Count ? 2 * p + 1 : 2 * p]);
        result = _mm512_mask_mov_ps(result, static_cast<__mmask16>(choices[p].mask), both);
    }
    return result;
}
#endif

} // namespace detail

/// Whether 32 numbers can be looked up in two registers of V.
template <class V>
#if defined(__AVX512F__)
inline constexpr bool looks_up = std::is_same_v<typename V::value_type, float> && V::size == 16;
#else
inline constexpr bool looks_up = false;
#endif

/// 32 numbers in registers, looked up by the lowest five bits of an index.
template <class V> struct table {
    static_assert(looks_up<V>);
    V low, high;

    table(const float* numbers) : low(keep(V::load_aligned(numbers))), high(keep(V::load_aligned(numbers + V::size))) {}
    template <class Index> [[gnu::always_inline]] V operator[]([[maybe_unused]] const Index& index) const
    {
#if defined(__AVX512F__)
        return _mm512_permutex2var_ps(low.data, index, high.data);
#else
        return low; // never compiled: see above
#endif
    }
};

/// The bits of numbers without the lowest `Dropped`: an index into a table. (Through xsimd both of these take longer to compile.)
template <int Dropped, class T, class A> [[gnu::always_inline]] inline auto upper_bits(const batch<T, A>& x)
{
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4 && batch<T, A>::size == 16) return _mm512_srli_epi32(_mm512_castps_si512(x.data), Dropped);
    else
#endif
        return bits_of(x) >> Dropped;
}

/// y, which is not negative, with the sign of x.
template <class T, class A> [[gnu::always_inline]] inline batch<T, A> with_sign_of(const batch<T, A>& x, const batch<T, A>& y)
{
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4 && batch<T, A>::size == 16) { // y | (x & sign), which compilers make two of
        const __m512i sign = _mm512_castps_si512(_mm512_set1_ps(-0.f)), with = _mm512_castps_si512(x.data);
        return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(y.data), with, sign, 0xf8));
    }
    else
#endif
        return of_bits<T>(bits_of(y) | (bits_of(x) & bits_of(batch<T, A>(T(-0.0)))));
}

/// The even lanes of a, then those of b.
template <class T, class A> [[gnu::always_inline]] inline batch<T, A> even_lanes(const batch<T, A>& a, const batch<T, A>& b)
{
    return detail::every_second<0>(a, b);
}

/// The odd lanes of a, then those of b.
template <class T, class A> [[gnu::always_inline]] inline batch<T, A> odd_lanes(const batch<T, A>& a, const batch<T, A>& b)
{
    return detail::every_second<1>(a, b);
}

template <class T, class A> struct lane_pair {
    batch<T, A> low, high;
};

/// Every lane twice: x0 x0 x1 x1 … in two registers.
template <class T, class A> [[gnu::always_inline]] inline lane_pair<T, A> twice(const batch<T, A>& x)
{
    constexpr std::size_t lanes = batch<T, A>::size;
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && lanes == 16) {
        const __m512i low = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
        return {_mm512_permutexvar_ps(low, x), _mm512_permutexvar_ps(_mm512_add_epi32(low, _mm512_set1_epi32(8)), x)};
    }
    else
#elif defined(__AVX__)
    if constexpr (std::is_same_v<T, float> && lanes == 8) {
        const __m256 outer = _mm256_unpacklo_ps(x, x), inner = _mm256_unpackhi_ps(x, x); // 0 0 1 1 4 4 5 5, 2 2 3 3 6 6 7 7
        return {_mm256_permute2f128_ps(outer, inner, 0x20), _mm256_permute2f128_ps(outer, inner, 0x31)};
    }
    else
#elif defined(__SSE2__)
    if constexpr (std::is_same_v<T, float> && lanes == 4) return {_mm_unpacklo_ps(x, x), _mm_unpackhi_ps(x, x)};
    else
#endif
    {
        alignas(alignment) T values[lanes], doubled[2 * lanes];
        x.store_aligned(values);
        for (std::size_t i = 0; i < 2 * lanes; ++i) doubled[i] = values[i / 2];
        return {batch<T, A>::load_aligned(doubled), batch<T, A>::load_aligned(doubled + lanes)};
    }
}

/// to[i · Count + c] = lane i of rows[c], for the first n lanes; nothing behind them is written. Tables say where they come from
/// where registers are permuted by such; else an even number of rows is joined two by two, then by pairs of numbers.
template <std::size_t Count, class T> [[gnu::always_inline]] inline void interleave(const batch<T>* rows, T* to, std::size_t n)
{
    constexpr std::size_t lanes = batch<T>::size;
    const auto put = [&](const batch<T>& x, std::size_t v) __attribute__((always_inline)) {
        if ((v + 1) * lanes <= n * Count) x.store_unaligned(to + v * lanes);
        else if (v * lanes < n * Count) store_partial(x, to + v * lanes, n * Count - v * lanes);
    };
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && lanes == 16)
        for (std::size_t v = 0; v < Count; ++v) put(detail::choose<Count>(rows, detail::places_of<Count, lanes>.together[v]), v);
    else
#endif
    {
        if constexpr (Count % 2 == 0 && lanes > 2) {
            constexpr std::size_t streams = Count / 2;
            batch<T> pairs[2][streams], joined[Count];
            for (std::size_t p = 0; p < streams; ++p) {
                pairs[0][p] = detail::pick<detail::pair_place{0, lanes}>(rows[2 * p], rows[2 * p + 1]);
                pairs[1][p] = detail::pick<detail::pair_place{lanes / 2, lanes}>(rows[2 * p], rows[2 * p + 1]);
            }
            [&]<std::size_t... V>(std::index_sequence<V...>) __attribute__((always_inline)) {
                ((joined[V] = detail::merge<V % streams, streams>(pairs[V / streams])), ...);
            }(std::make_index_sequence<Count>{});
            LAMINA_UNROLL (v, Count) put(joined[v], v);
        }
        else {
            alignas(alignment) T values[Count * lanes];
            for (std::size_t c = 0; c < Count; ++c) rows[c].store_aligned(values + c * lanes);
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t c = 0; c < Count; ++c) to[i * Count + c] = values[c * lanes + i];
        }
    }
}

/// Lane i of rows[c] = from[i · Count + c], for the first n lanes, and 0 behind them.
template <std::size_t Count, class T> void deinterleave(const T* from, batch<T>* rows, std::size_t n)
{
    constexpr std::size_t lanes = batch<T>::size;
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && lanes == 16) {
        batch<T> parts[Count];
        for (std::size_t v = 0; v < Count; ++v) {
            const std::size_t rest = n * Count > v * lanes ? n * Count - v * lanes : 0;
            parts[v] = rest >= lanes ? batch<T>::load_unaligned(from + v * lanes) : load_partial(from + v * lanes, rest);
        }
        for (std::size_t c = 0; c < Count; ++c) rows[c] = detail::choose<Count>(parts, detail::places_of<Count, lanes>.apart[c]);
    }
    else
#endif
    {
        alignas(alignment) T values[Count * lanes];
        for (std::size_t i = 0; i < lanes; ++i)
            for (std::size_t c = 0; c < Count; ++c) values[c * lanes + i] = i < n ? from[i * Count + c] : T(0);
        for (std::size_t c = 0; c < Count; ++c) rows[c] = batch<T>::load_aligned(values + c * lanes);
    }
}

}}} // namespace lamina::internals::simd
