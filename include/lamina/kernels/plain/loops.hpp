// lamina/kernels/plain/loops.hpp: the inner loops of kernels in builds without optimization (LAMINA_PLAIN_LOOPS).
//
// Nothing is inlined there and every variable lives in memory, so a call costs as much as ten operations, and a loop's counter as much
// as its body. What stays fast is what a compiler spells out by itself: pointers, and its own vectors of 16 bytes. So these loops work
// on a line of 64 bytes, four such vectors, in local variables; kernels call one for many products. Rows of weights are padded to
// lines, so that whole lines may be read.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::plain {

/// A vector as GCC and clang know it, on 16 bytes or anywhere.
template <class T> struct quads {
    static constexpr std::size_t size = 16 / sizeof(T), line = alignment / sizeof(T);
    typedef T type __attribute__((vector_size(16), may_alias));
    typedef T anywhere __attribute__((vector_size(16), may_alias, aligned(alignof(T))));
};

/// The quads that hold the first `n` numbers of a line.
template <class T> constexpr std::size_t quads_for(std::size_t n)
{
    return n < quads<T>::line ? (n + quads<T>::size - 1) / quads<T>::size : 4;
}

/// to[j] = from[j].
template <class T> void copy(const T* from, T* to, std::size_t n)
{
    for (const T* const end = from + n; from != end; ++from, ++to) *to = *from;
}

/// to[j] = value.
template <class T> void fill(T* to, T value, std::size_t n)
{
    for (const T* const end = to + n; to != end; ++to) *to = value;
}

/// to[j] += from[j].
template <class T> void add(const T* from, T* to, std::size_t n)
{
    for (const T* const end = from + n; from != end; ++from, ++to) *to += *from;
}

/// A line that begins with `n` numbers, at most a line, and zeros behind them.
template <class T> void fill_line(const T* from, std::size_t n, T* line)
{
    for (std::size_t i = 0; i < quads<T>::line; ++i) line[i] = i < n ? from[i] : T(0);
}

/// sums[j] += numbers[0] · w[j] + numbers[1] · w[step + j] + …, for the first `Quads` quads of a line.
template <std::size_t Quads, class T>
void add_rows_times(const T* numbers, std::size_t count, const T* w, std::size_t step, T* sums)
{
    using quad = typename quads<T>::type;
    quad* const to = reinterpret_cast<quad*>(sums);
    quad a = to[0], b = to[Quads > 1], c = to[Quads > 2 ? 2 : 0], d = to[Quads > 3 ? 3 : 0];
    for (const T* const end = numbers + count; numbers != end; ++numbers, w += step) {
        const quad* const row = reinterpret_cast<const quad*>(w);
        const T number = *numbers;
        a += number * row[0];
        if constexpr (Quads > 1) b += number * row[1];
        if constexpr (Quads > 2) c += number * row[2];
        if constexpr (Quads > 3) d += number * row[3];
    }
    to[0] = a;
    if constexpr (Quads > 1) to[1] = b;
    if constexpr (Quads > 2) to[2] = c;
    if constexpr (Quads > 3) to[3] = d;
}

/// to[t] += w[t · step] · line[0] + w[t · step + 1] · line[1] + …, over the first `Quads` quads of a line, for each t below `count`.
template <std::size_t Quads, class T> void add_rows_by(const T* line, const T* w, std::size_t step, T* to, std::size_t count)
{
    using quad = typename quads<T>::type;
    const quad* const factors = reinterpret_cast<const quad*>(line);
    const quad a = factors[0], b = factors[Quads > 1], c = factors[Quads > 2 ? 2 : 0], d = factors[Quads > 3 ? 3 : 0];
    for (const T* const end = to + count; to != end; ++to, w += step) {
        const quad* const row = reinterpret_cast<const quad*>(w);
        quad sum = a * row[0];
        if constexpr (Quads > 1) sum += b * row[1];
        if constexpr (Quads > 2) sum += c * row[2];
        if constexpr (Quads > 3) sum += d * row[3];
        if constexpr (quads<T>::size == 4) *to += sum[0] + sum[2] + (sum[1] + sum[3]);
        else *to += sum[0] + sum[1];
    }
}

/// w[t · step + j] += numbers[t] · line[j], for each t below `count` and the first `n` numbers of a line, of which `Quads` quads are
/// whole. Nothing behind them is written.
template <std::size_t Quads, class T>
void add_products(const T* numbers, std::size_t count, const T* line, std::size_t n, T* w, std::size_t step)
{
    using quad = typename quads<T>::type;
    const quad* const factors = reinterpret_cast<const quad*>(line);
    const quad a = factors[0], b = factors[Quads > 1], c = factors[Quads > 2 ? 2 : 0], d = factors[Quads > 3 ? 3 : 0];
    const T *const rest = line + Quads * quads<T>::size, *const last = line + n;
    for (const T* const end = numbers + count; numbers != end; ++numbers, w += step) {
        quad* const row = reinterpret_cast<quad*>(w);
        const T number = *numbers;
        if constexpr (Quads > 0) row[0] += number * a;
        if constexpr (Quads > 1) row[1] += number * b;
        if constexpr (Quads > 2) row[2] += number * c;
        if constexpr (Quads > 3) row[3] += number * d;
        T* to = w + Quads * quads<T>::size;
        for (const T* factor = rest; factor != last; ++factor, ++to) *to += number * *factor;
    }
}

/// The three of them for a line of `n` numbers: found once, before the loops.
template <class T> struct line_loops {
    using rows_times = void (*)(const T*, std::size_t, const T*, std::size_t, T*);
    using rows_by = void (*)(const T*, const T*, std::size_t, T*, std::size_t);
    using products = void (*)(const T*, std::size_t, const T*, std::size_t, T*, std::size_t);

    static rows_times times(std::size_t n)
    {
        constexpr rows_times known[]{add_rows_times<1, T>, add_rows_times<2, T>, add_rows_times<3, T>, add_rows_times<4, T>};
        return known[quads_for<T>(n) - 1];
    }
    static rows_by by(std::size_t n)
    {
        constexpr rows_by known[]{add_rows_by<1, T>, add_rows_by<2, T>, add_rows_by<3, T>, add_rows_by<4, T>};
        return known[quads_for<T>(n) - 1];
    }
    static products add(std::size_t n)
    {
        constexpr products known[]{add_products<0, T>, add_products<1, T>, add_products<2, T>, add_products<3, T>,
                                   add_products<4, T>};
        return known[n < quads<T>::line ? n / quads<T>::size : 4];
    }
};

/// The sum of a[j] · b[j].
template <class T> T product(const T* a, const T* b, std::size_t n)
{
    using quad = typename quads<T>::anywhere;
    constexpr std::size_t size = quads<T>::size;
    quad sum{}, other{};
    const T* const end = a + n;
    for (; end - a >= std::ptrdiff_t(2 * size); a += 2 * size, b += 2 * size) {
        const quad *const x = reinterpret_cast<const quad*>(a), *const y = reinterpret_cast<const quad*>(b);
        sum += x[0] * y[0];
        other += x[1] * y[1];
    }
    sum += other;
    T total = 0;
    for (std::size_t i = 0; i < size; ++i) total += sum[i];
    for (; a != end; ++a, ++b) total += *a * *b;
    return total;
}

/// y[j] += number · x[j].
template <class T> void add_times(T number, const T* x, T* y, std::size_t n)
{
    using quad = typename quads<T>::anywhere;
    constexpr std::size_t size = quads<T>::size;
    const T* const end = x + n;
    for (; end - x >= std::ptrdiff_t(2 * size); x += 2 * size, y += 2 * size) {
        const quad* const from = reinterpret_cast<const quad*>(x);
        quad* const to = reinterpret_cast<quad*>(y);
        to[0] += number * from[0];
        to[1] += number * from[1];
    }
    for (; x != end; ++x, ++y) *y += number * *x;
}

}}} // namespace lamina::internals::kernels::plain
