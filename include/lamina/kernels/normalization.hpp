// lamina/kernels/normalization.hpp: rows of numbers with their mean and their length taken out, and the gradients.
//
// Contract: [rows][width], dense, of any alignment; `width` at least 1, a constant or a number; x may be y, and dy may be dx. `gamma` and
// `beta` are one row each, or null: then they are 1 and 0.
// Numerics: sums in T, over several registers at once. With c = 16 + width / 16, |got - reference| is at most
//   normalize_rows            c · epsilon · (|x̂| + |mean| / deviation) · |gamma| + epsilon · |beta|
//   normalize_rows_backward   c · epsilon · (sum of |terms|) · (1 + |mean| / deviation)
// Reference: kernels/reference/normalization.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// What a row is divided by: the root of (its mean of squares + epsilon), or of its sum of squares, which is at least epsilon. `centers`:
/// squares are those of the distances to its mean, which is taken out.
struct row_norm {
    bool centers, of_mean;
    double epsilon;
};

namespace detail {

template <class T> T inverse_norm(const row_norm& norm, T squares, std::size_t width)
{
    const double sum = double(squares);
    return T(1 / std::sqrt(norm.of_mean ? sum / double(width) + norm.epsilon : std::max(sum, norm.epsilon)));
}

/// The share of a norm's change that belongs to each number: 0 where epsilon has taken its place.
template <class T> T norm_share(const row_norm& norm, T inverse, std::size_t width)
{
    if (norm.of_mean) return T(1) / T(width);
    return double(inverse) * double(inverse) * norm.epsilon >= 1 - 1e-6 ? T(0) : T(1);
}

#if LAMINA_PLAIN_LOOPS
template <class T, class F> T sum_row(std::size_t width, const F& f)
{
    T sum = 0;
    for (std::size_t i = 0; i < width; ++i) sum += f(i, std::size_t(1));
    return sum;
}
template <class T, class F> void each_in_row(std::size_t width, const F& f)
{
    for (std::size_t i = 0; i < width; ++i) f(i, std::size_t(1));
}
template <class T> T in_row(const T* p, std::size_t) { return *p; }
template <class T> void put_in_row(T x, T* p, std::size_t) { *p = x; }
template <class T> using row_lanes = T;
#else
template <class T> using row_lanes = simd::batch<T>;

/// f(i, numbers left) for each register of a row.
template <class T, class E, class F> [[gnu::always_inline]] inline void each_in_row(E width, const F& f)
{
    for (std::size_t i = 0; i < width; i += simd::lanes<T>) f(i, width - i);
}

/// The sum of f(i, numbers left) over the registers of a row; behind the row's end it does not count.
template <class T, class E, class F> [[gnu::always_inline]] inline T sum_row(E width, const F& f)
{
    using lanes = simd::batch<T>;
    constexpr std::size_t streams = 4;
    lanes sums[streams];
    LAMINA_UNROLL (s, streams) sums[s] = lanes(T(0));
    std::size_t i = 0;
    for (; i + streams * lanes::size <= width; i += streams * lanes::size)
        LAMINA_UNROLL (s, streams) sums[s] = sums[s] + f(i + s * lanes::size, width - i - s * lanes::size);
    for (; i + lanes::size <= width; i += lanes::size) sums[0] = sums[0] + f(i, width - i);
    if (i < width) sums[1] = sums[1] + simd::first_lanes(f(i, width - i), width - i);
    return simd::reduce_add((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

template <class T> [[gnu::always_inline]] inline simd::batch<T> in_row(const T* p, std::size_t left)
{
    return load_before(p, 0, left);
}
template <class T> [[gnu::always_inline]] inline void put_in_row(const simd::batch<T>& x, T* p, std::size_t left)
{
    store_before(x, p, 0, left);
}
#endif

} // namespace detail

/// y = gamma · (x - mean) / norm + beta, for each row. `kept` [rows][2] gets mean and 1 / norm, unless it is null.
template <class T, extent E>
void normalize_rows(const T* x, T* y, std::size_t rows, E width, const row_norm& norm, const T* gamma, const T* beta, T* kept)
{
    using lanes = detail::row_lanes<T>;
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        T mean = 0;
        if (norm.centers)
            mean = detail::sum_row<T>(width, [&](std::size_t i, std::size_t left) { return detail::in_row(x + i, left); }) /
                   T(width);
        const lanes middle(mean);
        const T squares = detail::sum_row<T>(width, [&](std::size_t i, std::size_t left) {
            const lanes off = detail::in_row(x + i, left) - middle;
            return lanes(off * off);
        });
        const T inverse = detail::inverse_norm(norm, squares, width);
        if (kept) *kept++ = mean, *kept++ = inverse;
        const lanes scale(inverse);
        detail::each_in_row<T>(width, [&](std::size_t i, std::size_t left) {
            lanes result = (detail::in_row(x + i, left) - middle) * scale;
            if (gamma) result = result * detail::in_row(gamma + i, left);
            if (beta) result = result + detail::in_row(beta + i, left);
            detail::put_in_row(result, y + i, left);
        });
    }
}

/// dx = the gradient of normalize_rows, unless it is null; dgamma and dbeta, unless they are null, get theirs added.
template <class T, extent E>
void normalize_rows_backward(const T* x, const T* dy, T* dx, std::size_t rows, E width, const row_norm& norm, const T* gamma,
                             const T* kept, T* dgamma, T* dbeta)
{
    using lanes = detail::row_lanes<T>;
    for (std::size_t row = 0; row < rows; ++row, x += width, dy += width, kept += 2) {
        const T inverse = kept[1];
        const lanes middle(kept[0]), scale(inverse);
        const auto normal = [&](std::size_t i, std::size_t left) {
            return lanes((detail::in_row(x + i, left) - middle) * scale);
        };
        const auto slope = [&](std::size_t i, std::size_t left) {
            const lanes d = detail::in_row(dy + i, left);
            return gamma ? lanes(d * detail::in_row(gamma + i, left)) : d;
        };
        if (dgamma || dbeta)
            detail::each_in_row<T>(width, [&](std::size_t i, std::size_t left) {
                const lanes d = detail::in_row(dy + i, left);
                if (dgamma) detail::put_in_row(lanes(detail::in_row(dgamma + i, left) + d * normal(i, left)), dgamma + i, left);
                if (dbeta) detail::put_in_row(lanes(detail::in_row(dbeta + i, left) + d), dbeta + i, left);
            });
        if (!dx) continue;
        const T share = detail::norm_share(norm, inverse, width);
        const lanes along(share * detail::sum_row<T>(width, [&](std::size_t i, std::size_t left) {
                              return lanes(slope(i, left) * normal(i, left));
                          }));
        const lanes constant(norm.centers ? share * detail::sum_row<T>(width, slope) : T(0));
        detail::each_in_row<T>(width, [&](std::size_t i, std::size_t left) {
            detail::put_in_row(lanes((slope(i, left) - normal(i, left) * along - constant) * scale), dx + i, left);
        });
        dx += width;
    }
}

}}} // namespace lamina::internals::kernels
