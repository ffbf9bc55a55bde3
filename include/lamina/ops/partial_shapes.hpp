// lamina/ops/partial_shapes.hpp: shapes of which some extents are known only when a graph runs: what may fit, and sums and products.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/tensor.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// Whether two extents may be the same: one that is not known yet may be any.
constexpr bool may_equal(std::size_t a, std::size_t b) { return a == b || a == unknown || b == unknown; }
constexpr bool may_equal(const Shape& a, const Shape& b)
{
    bool fits = a.rank == b.rank;
    for (std::size_t axis = 0; fits && axis < a.rank; ++axis) fits = may_equal(a[axis], b[axis]);
    return fits;
}

/// Sums and products of extents, unknown where one of them is.
constexpr std::size_t sum_of_extents(std::size_t a, std::size_t b) { return a == unknown || b == unknown ? unknown : a + b; }
constexpr std::size_t product_of_extents(std::size_t a, std::size_t b)
{
    if (a == 0 || b == 0) return 0;
    return a == unknown || b == unknown ? unknown : a * b;
}
constexpr std::size_t product_of_extents(const Shape& s)
{
    std::size_t product = 1;
    for (std::size_t axis = 0; axis < s.rank; ++axis) product = product_of_extents(product, s[axis]);
    return product;
}

/// Whether two shapes may have as many numbers: what is known of the one divides what the other has.
constexpr bool may_have_as_many(const Shape& a, const Shape& b)
{
    std::size_t known[]{1, 1};
    bool whole[]{true, true}, wraps = false;
    for (std::size_t i = 0; i < 2; ++i) {
        const Shape& s = i == 0 ? a : b;
        for (std::size_t axis = 0; axis < s.rank; ++axis) {
            if (s[axis] == unknown) whole[i] = false;
            else wraps |= __builtin_mul_overflow(known[i], s[axis], &known[i]);
        }
        if (known[i] == 0) whole[i] = true;
    }
    if (whole[0] && whole[1]) return known[0] == known[1];
    if ((!whole[0] && !whole[1]) || wraps) return true;
    const std::size_t all = known[whole[0] ? 0 : 1], share = known[whole[0] ? 1 : 0];
    return all % share == 0;
}

/// Whether two shapes of as many numbers, which look alike, are the same: at most one extent is not known, and none is 0.
constexpr bool are_same_of_as_many(const Shape& a, const Shape& b)
{
    if (a != b) return false;
    std::size_t open = 0;
    for (std::size_t axis = 0; axis < a.rank; ++axis) {
        open += a[axis] == unknown;
        if (a[axis] == 0) return is_known(a);
    }
    return open <= 1;
}

}}} // namespace lamina::internals::tensors
