// lamina/kernels/softmax.hpp: softmax and its logarithm along rows, and their gradients.
//
// Contract: [rows][width], dense, of any alignment; `width` at least 1, a constant or a number. x may be y, and dy may be dx;
// arrays do not overlap otherwise. Each row is shifted by its maximum: nothing overflows. A row that holds NaN or +infinity, or
// nothing but -infinity, gives NaN; a single -infinity gives 0 (its logarithm: -infinity).
// Numerics: in T. With c = 8 + sqrt(width), |got - reference| is at most
//   softmax_forward      (c + |x - max|) · epsilon · y            softmax_backward      c · epsilon · y · (|dy| + sum of |y · dy|)
//   log_softmax_forward  c · epsilon · (1 + |y|)                  log_softmax_backward  c · epsilon · (|dy| + exp(y) · sum of |dy|)
// Reference: kernels/reference/softmax.hpp.
#pragma once

#include <lamina/core/architecture.hpp>

#if LAMINA_PLAIN_LOOPS
#include <lamina/kernels/plain/softmax.hpp>
#else
#include <lamina/kernels/math.hpp>
#include <lamina/kernels/tile.hpp>

#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// f(i, inputs…) for each register of a row; behind the row's end the inputs are `fill`.
template <class T, extent E, class F, class... Inputs>
[[gnu::always_inline]] inline void each_register(E width, T fill, const F& f, const Inputs*... inputs)
{
    using lanes = simd::batch<T>;
    std::size_t i = 0;
    for (; i + lanes::size <= width; i += lanes::size) f(i, lanes::load_unaligned(inputs + i)...);
    if (i < width) f(i, simd::load_partial(inputs + i, width - i, fill)...);
}

/// Whether a row is known to fit into a register.
template <class T, class E> inline constexpr bool fits_register = false;
template <class T, auto Width> inline constexpr bool fits_register<T, fixed<Width>> = Width <= simd::lanes<T>;

/// A row's maximum. A NaN may be lost here: it shows in the sum.
template <class T, extent E> T row_max(const T* x, E width)
{
    using lanes = simd::batch<T>;
    constexpr T least = -std::numeric_limits<T>::infinity();
    lanes most(least);
    each_register(width, least, [&](std::size_t, const lanes& value) { most = xsimd::max(most, value); }, x);
    return simd::reduce_max(most);
}

/// The sum of exp(x - most) over a row; f(i, e) sees each register of them. Behind the row's end x counts as `most`: exp(-infinity)
/// would take long on processors that are slow with subnormal numbers, as it passes through them.
template <class T, extent E, class F> [[gnu::always_inline]] inline T exp_sum(const T* x, E width, T most, const F& f)
{
    using lanes = simd::batch<T>;
    lanes sum(T(0));
    each_register(
        width, most,
        [&](std::size_t i, const lanes& value) {
            const lanes e = math::exp(value - lanes(most));
            f(i, e);
            sum = sum + (i + lanes::size <= width ? e : simd::first_lanes(e, width - i));
        },
        x);
    return simd::reduce_add(sum);
}

} // namespace detail

/// y = exp(x) / (sum of exp(x)), for each row.
template <class T, extent E> void softmax_forward(const T* x, T* y, std::size_t rows, E width)
{
    using lanes = simd::batch<T>;
    constexpr T least = -std::numeric_limits<T>::infinity();
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        if constexpr (detail::fits_register<T, E>) { // it never leaves it
            const T most = simd::reduce_max(simd::load_partial(x, width, least));
            const lanes e = simd::first_lanes(math::exp(simd::load_partial(x, width, most) - lanes(most)), width);
            store_before(e * lanes(T(1) / simd::reduce_add(e)), y, 0, width);
        }
        else {
            const auto put = [&](std::size_t i, const lanes& e) { store_before(e, y + i, i, width); };
            const T sum = detail::exp_sum(x, width, detail::row_max(x, width), put);
            const lanes scale(T(1) / sum);
            detail::each_register(
                width, T(0), [&](std::size_t i, const lanes& e) { store_before(e * scale, y + i, i, width); }, y);
        }
    }
}

/// dx = y · (dy - sum of y · dy), for each row; y is what forward wrote.
template <class T, extent E> void softmax_backward(const T* y, const T* dy, T* dx, std::size_t rows, E width)
{
    using lanes = simd::batch<T>;
    for (std::size_t row = 0; row < rows; ++row, y += width, dy += width, dx += width) {
        lanes products(T(0));
        detail::each_register(
            width, T(0), [&](std::size_t, const lanes& p, const lanes& d) { simd::add_product(products, p, d); }, y, dy);
        const lanes sum(simd::reduce_add(products));
        detail::each_register(
            width, T(0), [&](std::size_t i, const lanes& p, const lanes& d) { store_before(p * (d - sum), dx + i, i, width); }, y,
            dy);
    }
}

/// y = x - log(sum of exp(x)), for each row.
template <class T, extent E> void log_softmax_forward(const T* x, T* y, std::size_t rows, E width)
{
    using lanes = simd::batch<T>;
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        const T most = detail::row_max(x, width);
        const lanes shift(math::log(detail::exp_sum(x, width, most, [](std::size_t, const lanes&) {})));
        detail::each_register(
            width, most, [&](std::size_t i, const lanes& value) { store_before(value - lanes(most) - shift, y + i, i, width); },
            x);
    }
}

/// dx = dy - exp(y) · sum of dy, for each row; y is what forward wrote.
template <class T, extent E> void log_softmax_backward(const T* y, const T* dy, T* dx, std::size_t rows, E width)
{
    using lanes = simd::batch<T>;
    for (std::size_t row = 0; row < rows; ++row, y += width, dy += width, dx += width) {
        lanes total(T(0));
        detail::each_register(width, T(0), [&](std::size_t, const lanes& d) { total = total + d; }, dy);
        const lanes sum(simd::reduce_add(total));
        detail::each_register(
            width, T(0),
            [&](std::size_t i, const lanes& p, const lanes& d) { store_before(d - math::exp(p) * sum, dx + i, i, width); }, y,
            dy);
    }
}

}}} // namespace lamina::internals::kernels

#endif // LAMINA_PLAIN_LOOPS
