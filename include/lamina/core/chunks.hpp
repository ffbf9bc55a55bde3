// lamina/core/chunks.hpp: registers seen as rows of chunks of four numbers (two where a register has no more).
//
// A chunk of float is one 128-bit lane of an x86 register: moving whole chunks, and adding within them, are its cheap shuffles.
// g++ 11, compilers that are neither GCC nor Clang, and other processors go through memory.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

// g++ 11 has no __builtin_shufflevector.
#if defined(__has_builtin) && (defined(__x86_64__) || defined(__i386__) || defined(__aarch64__))
#define LAMINA_SHUFFLES __has_builtin(__builtin_shufflevector)
#else
#define LAMINA_SHUFFLES 0
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::simd {

/// The numbers in a chunk, and the chunks in a register.
template <class T> inline constexpr std::size_t chunk_size = lanes<T> < 4 ? lanes<T> : 4;
template <class T> inline constexpr std::size_t chunk_count = lanes<T> / chunk_size<T>;

namespace detail {

/// Lane i of the result is lane Place(i) of a and b, one after the other.
template <auto Place, class T, class A> [[gnu::always_inline]] inline batch<T, A> pick(const batch<T, A>& a, const batch<T, A>& b)
{
    constexpr std::size_t lanes = batch<T, A>::size;
#if LAMINA_SHUFFLES
    return [&]<std::size_t... At>(std::index_sequence<At...>) __attribute__((always_inline)) {
        return batch<T, A>(__builtin_shufflevector(a.data, b.data, static_cast<int>(Place(At))...));
    }(std::make_index_sequence<lanes>{});
#elif defined(__GNUC__) && !defined(__clang__)
    using whole = std::conditional_t<sizeof(T) == 4, int, long long>;
    typedef whole places __attribute__((vector_size(sizeof(T) * lanes)));
    return [&]<std::size_t... At>(std::index_sequence<At...>) __attribute__((always_inline)) {
        return batch<T, A>(__builtin_shuffle(a.data, b.data, places{static_cast<whole>(Place(At))...}));
    }(std::make_index_sequence<lanes>{});
#else
    alignas(alignment) T values[2 * lanes], chosen[lanes];
    a.store_aligned(values);
    b.store_aligned(values + lanes);
    for (std::size_t i = 0; i < lanes; ++i) chosen[i] = values[Place(i)];
    return batch<T, A>::load_aligned(chosen);
#endif
}

/// The same with a result that is narrower or wider than x, for which it is filled from x alone.
template <auto Place, class V, class T, class A> [[gnu::always_inline]] inline V pick_from(const batch<T, A>& x)
{
#if LAMINA_SHUFFLES
    return [&]<std::size_t... At>(std::index_sequence<At...>) __attribute__((always_inline)) {
        return V(__builtin_shufflevector(x.data, x.data, static_cast<int>(Place(At))...));
    }(std::make_index_sequence<V::size>{});
#else
    alignas(alignment) T values[batch<T, A>::size], chosen[V::size];
    x.store_aligned(values);
    for (std::size_t i = 0; i < V::size; ++i) chosen[i] = values[Place(i)];
    return V::load_aligned(chosen);
#endif
}

} // namespace detail

/// The chunk at `p`, of any alignment, in every chunk of a register.
template <class T> [[gnu::always_inline]] inline batch<T> repeat_chunk(const T* p)
{
    constexpr std::size_t count = chunk_count<T>;
    if constexpr (count == 1) return batch<T>::load_unaligned(p);
#if defined(__AVX512F__)
    else if constexpr (std::is_same_v<T, float> && count == 4) return _mm512_broadcast_f32x4(_mm_loadu_ps(p));
    else if constexpr (std::is_same_v<T, double> && count == 2) return _mm512_broadcast_f64x4(_mm256_loadu_pd(p));
#elif defined(__AVX__)
    else if constexpr (std::is_same_v<T, float> && count == 2) {
        const __m128 chunk = _mm_loadu_ps(p);
        return _mm256_insertf128_ps(_mm256_castps128_ps256(chunk), chunk, 1);
    }
#endif
    else {
        alignas(alignment) T values[lanes<T>];
        for (std::size_t i = 0; i < lanes<T>; ++i) values[i] = p[i % chunk_size<T>];
        return batch<T>::load_aligned(values);
    }
}

/// Lane k of chunk c of the result: the sum of chunk c of rows[k]. `rows` are `chunk_size` registers. A sum is
/// (0 + 2) + (1 + 3), whatever k and c.
template <class T> [[gnu::always_inline]] inline batch<T> sum_chunks(const batch<T>* rows)
{
    constexpr std::size_t n = lanes<T>;
    // In words for four rows a b c d: a0 b0 a1 b1, then a2 b2 a3 b3; of what they add up to, a b of two registers, twice.
    constexpr auto first = [](std::size_t i) { return i / 4 * 4 + i % 4 / 2 + i % 2 * n; };
    constexpr auto last = [](std::size_t i) { return i / 4 * 4 + i % 4 / 2 + i % 2 * n + 2; };
    constexpr auto low = [](std::size_t i) { return i / 4 * 4 + i % 2 + i % 4 / 2 * n; };
    constexpr auto high = [](std::size_t i) { return i / 4 * 4 + i % 2 + i % 4 / 2 * n + 2; };
    constexpr auto even = [](std::size_t i) { return i * n; };
    constexpr auto odd = [](std::size_t i) { return i * n + 1; };

    if constexpr (chunk_size<T> == 4) {
        const batch<T> ab = detail::pick<first>(rows[0], rows[1]) + detail::pick<last>(rows[0], rows[1]);
        const batch<T> cd = detail::pick<first>(rows[2], rows[3]) + detail::pick<last>(rows[2], rows[3]);
        return detail::pick<low>(ab, cd) + detail::pick<high>(ab, cd);
    }
    else if constexpr (chunk_size<T> == 2) return detail::pick<even>(rows[0], rows[1]) + detail::pick<odd>(rows[0], rows[1]);
    else return rows[0];
}

/// The sum of a register's chunks: its halves are added until one is left.
template <class T, class A> [[gnu::always_inline]] inline auto fold_chunks(const batch<T, A>& x)
{
    constexpr std::size_t half = batch<T, A>::size / 2;
    constexpr auto low = [](std::size_t i) { return i; };
    constexpr auto high = [](std::size_t i) { return i + half; };
    if constexpr (half < chunk_size<T>) return x;
    else {
        using narrow = sized<T, half>;
        return fold_chunks(detail::pick_from<low, narrow>(x) + detail::pick_from<high, narrow>(x));
    }
}

/// The sum of a chunk's numbers, in each of its lanes.
template <class T, class A> [[gnu::always_inline]] inline batch<T, A> sum_chunk(batch<T, A> x)
{
    constexpr std::size_t n = batch<T, A>::size;
    constexpr auto half = [](std::size_t i) { return i ^ (n / 2); };
    constexpr auto neighbor = [](std::size_t i) { return i ^ 1; };
    static_assert(n == chunk_size<T>);
    if constexpr (n > 2) x = x + detail::pick<half>(x, x);
    if constexpr (n > 1) x = x + detail::pick<neighbor>(x, x);
    return x;
}

/// Number `K` of x in every lane of a V.
template <std::size_t K, class V, class T, class A> [[gnu::always_inline]] inline V repeat_number(const batch<T, A>& x)
{
    constexpr std::size_t chunk = chunk_size<T>;
    constexpr auto chunk_of_k = [](std::size_t i) { return K / chunk * chunk + i % chunk; };
    constexpr auto within = [](std::size_t i) { return i / chunk * chunk + K % chunk; };
    const V chunks = detail::pick_from<chunk_of_k, V>(x); // the same for the numbers of a chunk; what moves within one is cheap
    return detail::pick<within>(chunks, chunks);
}

/// Chunk c of rows[r] changes places with chunk r of rows[c], in `chunk_count` registers.
template <class T> [[gnu::always_inline]] inline void transpose_chunks(batch<T>* rows)
{
    constexpr std::size_t n = lanes<T>, count = chunk_count<T>;
    static_assert(count == 1 || count == 2 || count == 4);
    constexpr auto front = [](std::size_t i) { return i % (n / 2) + i / (n / 2) * n; };
    constexpr auto back = [](std::size_t i) { return i % (n / 2) + i / (n / 2) * n + n / 2; };
    constexpr auto even = [](std::size_t i) { return i / 4 * 8 + i % 4; };
    constexpr auto odd = [](std::size_t i) { return i / 4 * 8 + i % 4 + 4; };

    if constexpr (count == 2) {
        const batch<T> a = rows[0], b = rows[1];
        rows[0] = detail::pick<front>(a, b);
        rows[1] = detail::pick<back>(a, b);
    }
    else if constexpr (count == 4) {
        const batch<T> ab = detail::pick<front>(rows[0], rows[1]), cd = detail::pick<front>(rows[2], rows[3]);
        const batch<T> ab_back = detail::pick<back>(rows[0], rows[1]), cd_back = detail::pick<back>(rows[2], rows[3]);
        rows[0] = detail::pick<even>(ab, cd);
        rows[1] = detail::pick<odd>(ab, cd);
        rows[2] = detail::pick<even>(ab_back, cd_back);
        rows[3] = detail::pick<odd>(ab_back, cd_back);
    }
}

}}} // namespace lamina::internals::simd
