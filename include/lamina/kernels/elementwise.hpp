// lamina/kernels/elementwise.hpp: one function over a whole array, and the sums that go over arrays.
//
// Contract: arrays of any alignment; the output may be one of the inputs, but must not overlap one otherwise. `n` may be 0.
// An element's bits do not depend on its position: a tail goes through the same vector function as all else.
// Reference: kernels/reference/elementwise.hpp; bounds at each function.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// y = f(inputs…), with f on registers.
template <class T, class F, class... Inputs> void transform_each(T* y, std::size_t n, const F& function, const Inputs*... inputs)
{
#if LAMINA_PLAIN_LOOPS
    if constexpr (requires { requires F::takes_numbers; })
        for (std::size_t k = 0; k < n; ++k) y[k] = function(inputs[k]...);
    else
#endif
    { // registers; where numbers do they are not compiled, since without optimization a compiler may lack what xsimd needs
        using lanes = simd::batch<T>;
        const auto f = made_ready<lanes>(function);
        std::size_t i = 0;
        for (; i + lanes::size <= n; i += lanes::size) lanes(f(lanes::load_unaligned(inputs + i)...)).store_unaligned(y + i);
        if (i < n) simd::store_partial(lanes(f(simd::load_partial(inputs + i, n - i)...)), y + i, n - i);
    }
}

} // namespace detail

/// y[i] = f(x[i]). `f` takes and returns simd::batch<T>; it also sees zeros, whose results are thrown away.
template <class T, class F> void transform(const T* x, T* y, std::size_t n, F f) { detail::transform_each(y, n, f, x); }

/// y[i] = f(x0[i], x1[i]).
template <class T, class F> void transform(const T* x0, const T* x1, T* y, std::size_t n, F f)
{
    detail::transform_each(y, n, f, x0, x1);
}

/// y[i] = f(x0[i], x1[i], x2[i]).
template <class T, class F> void transform(const T* x0, const T* x1, const T* x2, T* y, std::size_t n, F f)
{
    detail::transform_each(y, n, f, x0, x1, x2);
}

/// y[i] = f(x0[i], x1[i], x2[i], x3[i]).
template <class T, class F> void transform(const T* x0, const T* x1, const T* x2, const T* x3, T* y, std::size_t n, F f)
{
    detail::transform_each(y, n, f, x0, x1, x2, x3);
}

/// y = x0 + x1.
template <class T> void add(const T* x0, const T* x1, T* y, std::size_t n)
{
#if LAMINA_PLAIN_LOOPS
    for (const T* const end = y + n; y != end; ++x0, ++x1, ++y) *y = *x0 + *x1;
#else
    transform(x0, x1, y, n, [](const auto& a, const auto& b) { return a + b; });
#endif
}

/// y += x.
template <class T> void add(const T* x, T* y, std::size_t n) { add(x, y, y, n); }

/// y[i] *= x[i].
template <class T> void scale_by(const T* x, T* y, std::size_t n)
{
#if LAMINA_PLAIN_LOOPS
    for (const T* const end = y + n; y != end; ++x, ++y) *y *= *x;
#else
    transform(x, y, y, n, [](const auto& a, const auto& b) { return a * b; });
#endif
}

/// y[i] = value.
template <class T> void fill(T* y, T value, std::size_t n) { std::fill_n(y, n, value); }

/// f(x[0]) + f(x[1]) + …, in double and in an order that depends on `n` alone, not on the width of a register.
template <class T, class F> double sum_of(const T* x, std::size_t n, const F& f)
{
    constexpr std::size_t streams = 16;
    double sums[streams] = {};
    std::size_t i = 0;
    for (; i + streams <= n; i += streams)
        for (std::size_t j = 0; j < streams; ++j) sums[j] += f(double(x[i + j]));
    for (; i < n; ++i) sums[i % streams] += f(double(x[i]));

    double total = 0;
    for (const double sum : sums) total += sum;
    return total;
}

/// x[0]² + x[1]² + …, likewise.
///
/// Numerics: |got - reference| <= (2 + n / 16) · epsilon of double · result.
template <class T> double sum_of_squares(const T* x, std::size_t n)
{
    return sum_of(x, n, [](double v) { return v * v; });
}

/// sums[j] += the sum over `rows` of x[row][j], for rows of `width` values: the gradient of a bias.
///
/// Numerics: accumulated in T; |got - reference| <= (2 + sqrt(rows + 1)) · epsilon · (sum of |terms|).
template <class T> LAMINA_ONE_COPY void add_rows(const T* x, T* sums, std::size_t rows, std::size_t width)
{
#if LAMINA_PLAIN_LOOPS
    for (const T* const end = x + rows * width; x != end;)
        for (std::size_t j = 0; j < width; ++j) sums[j] += *x++;
#else
    using lanes = simd::batch<T>;
    constexpr std::size_t streams = 8;

    const T* end = x + rows * width;
    for (std::size_t j = 0; j < width; j += lanes::size) {
        // Rows of which a whole register may be read, though it goes on into the next ones.
        const std::size_t whole = rows - std::min(rows, (j + lanes::size - 1) / width);
        lanes partial[streams];
        LAMINA_UNROLL (s, streams) partial[s] = lanes(T(0));
        std::size_t row = 0;
        for (; row + streams <= whole; row += streams)
            LAMINA_UNROLL (s, streams) partial[s] = partial[s] + lanes::load_unaligned(x + (row + s) * width + j);
        for (; row < rows; ++row) partial[0] = partial[0] + load_within(x + row * width + j, j, width, end);
        for (std::size_t half = streams / 2; half > 0; half /= 2)
            for (std::size_t s = 0; s < half; ++s) partial[s] = partial[s] + partial[s + half];
        store_before(partial[0] + load_before(sums + j, j, width), sums + j, j, width);
    }
#endif
}

}}} // namespace lamina::internals::kernels
