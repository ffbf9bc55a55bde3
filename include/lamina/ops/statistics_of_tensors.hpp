// lamina/ops/statistics_of_tensors.hpp: reductions that are made of others: products, logsumexp, variance, deviation, norms.
//
// They are formulas in functions on tensors, so their derivatives of any order follow.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/extremes.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/slicing.hpp>
#include <lamina/ops/sums_of_tensors.hpp>
#include <lamina/ops/transpose.hpp>

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Products over axes of a tensor, over all of them if none are given. Derivatives are right where factors are 0: none is divided.
///
/// Numerics   the halves of an axis are multiplied with each other until one number is left.
/// Example    auto y = reduce_prod(constant({{1., 2.}, {3., 4.}}), {-1}); // [2. 12.]
[[gnu::cold]] inline AnyTensor reduce_prod(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    using namespace internals::tensors;
    const Reduced over(reduced_axes("reduce_prod", x.shape(), axes, keepdims));
    std::vector<std::size_t> order;
    std::size_t factors = 1;
    for (std::size_t axis = 0; axis < x.rank(); ++axis)
        if (over.has(axis)) order.push_back(axis), factors *= require_known_extent("reduce_prod", x.shape(), axis);
    Shape left;
    for (std::size_t axis = 0; axis < x.rank(); ++axis)
        if (!over.has(axis)) order.push_back(axis), left.push_back(x.shape()[axis]);
    const Shape result = over.result(x.shape());
    if (factors == 0) return full(result, 1, x.dtype());
    AnyTensor y = reshape(order.empty() ? x : transpose(x, order), {factors, product_of_extents(left)});
    for (; factors > 1; factors = (factors + 1) / 2) {
        if (factors % 2 == 1) y = pad(y, {{0, 1}}, 1);
        const std::size_t half = (factors + 1) / 2;
        y = slice_of_axis(y, 0, 0, half) * slice_of_axis(y, 0, half, half);
    }
    return reshape(y, result);
}

/// log Σ exp(x) over axes, of numbers of any size.
///
/// Example    auto y = reduce_logsumexp(constant({{0., 0.}, {1000., 0.}}), {-1}); // [log 2, 1000]
[[gnu::cold]] inline AnyTensor reduce_logsumexp(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    using namespace internals::tensors;
    const AnyTensor largest = stop_gradient(reduce_max(x, axes, true));
    const AnyTensor origin = where(less(abs(largest), std::numeric_limits<double>::infinity()), largest, 0);
    const AnyTensor sum = reduce_sum(exp(x - origin), axes, keepdims);
    return log(sum) + reshape_like(origin, sum);
}

/// The mean square distance from the mean, over axes.
///
/// Example    auto y = reduce_variance(constant({{1., 2.}, {3., 4.}}), {0}); // [1. 1.]
[[gnu::cold]] inline AnyTensor reduce_variance(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    return reduce_mean(square(x - reduce_mean(x, axes, true)), axes, keepdims);
}

/// Its root. Where all numbers are equal its gradient is NaN, as in TensorFlow.
///
/// Example    auto y = reduce_std(constant({{1., 2.}, {3., 4.}}), {0}); // [1. 1.]
[[gnu::cold]] inline AnyTensor reduce_std(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    return sqrt(reduce_variance(x, axes, keepdims));
}

/// The root of the sum of squares, over axes. Where all numbers are 0 its gradient is NaN, as in TensorFlow.
///
/// Example    auto y = norm(constant({3., 4.})); // 5
[[gnu::cold]] inline AnyTensor norm(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    return sqrt(reduce_sum(square(x), axes, keepdims));
}

/// The norm of several tensors as if they were one.
///
/// Errors     no tensor.
/// Example    auto y = global_norm({constant({3., 0.}), constant(4.)}); // 5
[[gnu::cold]] inline AnyTensor global_norm(const std::vector<AnyTensor>& all)
{
    if (all.empty()) internals::fail({"global_norm: of no tensors; give one or more"});
    AnyTensor sum = reduce_sum(square(all[0]));
    for (std::size_t i = 1; i < all.size(); ++i) sum = sum + reduce_sum(square(all[i]));
    return sqrt(sum);
}

/// x divided by its norm over axes, whose square is taken to be epsilon if it is smaller.
///
/// Example    auto y = l2_normalize(constant({{3., 4.}, {0., 2.}}), {-1}); // [[0.6 0.8] [0. 1.]]
[[gnu::cold]] inline AnyTensor l2_normalize(const AnyTensor& x, std::initializer_list<int> axes = {}, double epsilon = 1e-12)
{
    return x * rsqrt(maximum(reduce_sum(square(x), axes, true), epsilon));
}

/// The numbers, those beyond a bound being the bound. At both bounds the gradient is 1.
///
/// Errors     bounds that do not ascend.
/// Example    auto y = clip_by_value(constant({-3., 0.5, 2.}), -1, 1); // [-1. 0.5 1.]
[[gnu::cold]] inline AnyTensor clip_by_value(const AnyTensor& x, double lowest, double largest)
{
    if (!(lowest <= largest))
        internals::fail({"clip_by_value: from ", lowest, " to ", largest, "; the first bound is the smaller"});
    return maximum(minimum(x, largest), lowest);
}

/// The tensor, made shorter to a norm if its own is larger.
///
/// Errors     a norm that is not above 0.
/// Example    auto y = clip_by_norm(constant({3., 4.}), 1); // [0.6 0.8]
[[gnu::cold]] inline AnyTensor clip_by_norm(const AnyTensor& x, double largest, std::initializer_list<int> axes = {})
{
    if (!(largest > 0)) internals::fail({"clip_by_norm: to a norm of ", largest, "; it has to be above 0"});
    const AnyTensor squares = reduce_sum(square(x), axes, true), some = greater(squares, 0);
    const AnyTensor own = where(some, sqrt(where(some, squares, 1)), squares); // without a NaN at 0
    return x * largest / maximum(own, largest);
}

}} // namespace lamina
