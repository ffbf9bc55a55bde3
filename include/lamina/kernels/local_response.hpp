// lamina/kernels/local_response.hpp: every channel divided by what its neighbors hold.
//
// Contract: rows of `width` channels, dense, of any alignment; `scratch` holds local_response_scratch<T> values. No output overlaps an input.
// Numerics: accumulated in T, and a power of the sum q is exp(-beta · log(q)): |got - reference| <= (size + 8 + beta · (4 + |log q|)) ·
// epsilon · |reference|, of a gradient times the sum of |terms|.
// Reference: kernels/reference/local_response.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/lanes_over.hpp>
#include <lamina/kernels/math.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// y_c = x_c / q_c^beta with q_c = k + alpha / size · Σ x_j², over the channels j from c - size / 2 on, `size` of them; those that do not exist are 0.
struct local_response {
    std::size_t size;
    double alpha, beta, k;
};

namespace detail {

/// Σ row[0] + … + row[size - 1], for each position that `load` loads.
template <class T, class Load> auto window_sum(const T* row, std::size_t size, const Load& load)
{
    auto sum = load(row);
    for (std::size_t i = 1; i < size; ++i) sum = sum + load(row + i);
    return sum;
}

/// q from the squares, and its power.
template <class T, class Load> auto response_of(const T* squares, const local_response& s, const Load& load)
{
    const auto sum = window_sum(squares, s.size, load);
    using V = std::remove_const_t<decltype(sum)>;
    return V(sum * V(T(s.alpha / double(s.size))) + V(T(s.k)));
}
template <class T, class V> V power(const V& q, double exponent) { return math::exp(V(math::log(q) * V(T(exponent)))); }

template <class T> void squares_of(const T* x, T* squares, std::size_t width)
{
    lanes_over<T>(width, [&](auto load, auto store) { store(load(x) * load(x), squares); });
}

} // namespace detail

/// A row with what lies on both sides of it: twice for the gradient.
template <class T> constexpr std::size_t local_response_row(std::size_t width, std::size_t size)
{
    return padded<T>(width + size - 1);
}
template <class T> constexpr std::size_t local_response_scratch(std::size_t width, std::size_t size)
{
    return 2 * local_response_row<T>(width, size);
}

/// Shapes   x, y [rows][width].
template <class T>
void local_response_forward(const T* x, T* y, T* scratch, std::size_t rows, std::size_t width, const local_response& s)
{
    std::fill_n(scratch, local_response_row<T>(width, s.size), T(0));
    for (const T* const end = x + rows * width; x != end; x += width, y += width) {
        detail::squares_of(x, scratch + s.size / 2, width);
        lanes_over<T>(width, [&](auto load, auto store) {
            store(load(x) * detail::power<T>(detail::response_of(scratch, s, load), -s.beta), y);
        });
    }
}

/// dx_c = dy_c / q_c^beta - 2 · alpha · beta / size · x_c · Σ dy_j y_j / q_j, over the channels j whose windows hold c; written.
///
/// Shapes   x, dy, dx [rows][width].
template <class T>
void local_response_backward(const T* x, const T* dy, T* dx, T* scratch, std::size_t rows, std::size_t width,
                             const local_response& s)
{
    T* const shares = scratch + local_response_row<T>(width, s.size);
    std::fill_n(scratch, local_response_scratch<T>(width, s.size), T(0));
    for (const T* const end = x + rows * width; x != end; x += width, dy += width, dx += width) {
        detail::squares_of(x, scratch + s.size / 2, width);
        lanes_over<T>(width, [&](auto load, auto store) {
            const auto q = detail::response_of(scratch, s, load);
            const auto direct = load(dy) * detail::power<T>(q, -s.beta);
            store(direct, dx);
            store(direct * load(x) / q, shares + (s.size - 1) / 2);
        });
        lanes_over<T>(width, [&](auto load, auto store) {
            const auto sum = detail::window_sum(shares, s.size, load);
            using V = std::remove_const_t<decltype(sum)>;
            store(load(dx) - V(T(2 * s.alpha * s.beta / double(s.size))) * load(x) * sum, dx);
        });
    }
}

}}} // namespace lamina::internals::kernels
