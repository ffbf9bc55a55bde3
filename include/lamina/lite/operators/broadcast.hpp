// lamina/lite/operators/broadcast.hpp: two tensors whose extents are equal or 1, from the last axis on, walked side by side in rows.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/ops/broadcast.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The shape that two have in common: [4, 3] and [3] give [4, 3].
[[gnu::cold]] inline Extents common_shape(const Step& step, const Extents& a, const Extents& b)
{
    Extents common;
    common.rank = std::max(a.rank, b.rank);
    for (std::size_t axis = 0; axis < common.rank; ++axis) {
        const std::size_t of_a = axis < a.rank ? a[a.rank - 1 - axis] : 1, of_b = axis < b.rank ? b[b.rank - 1 - axis] : 1;
        if (of_a != of_b && of_a != 1 && of_b != 1)
            fail_at(step, {"shapes ", a, " and ", b, " do not broadcast; extents are equal or 1, from the last axis on"});
        common[common.rank - 1 - axis] = of_a == 1 ? of_b : of_a;
    }
    return common;
}

/// The extents without leading ones, which change nothing here; more than six axes are refused.
[[gnu::cold]] inline Shape shape_of_axes(const Step& step, const Extents& extents)
{
    std::size_t first = 0;
    while (first < extents.rank && extents[first] == 1) ++first;
    if (extents.rank - first > Shape::max_rank)
        fail_at(step, {"a tensor of shape ", extents, "; it takes at most ", Shape::max_rank, " axes"});
    Shape shape;
    for (; first < extents.rank; ++first) shape.push_back(extents[first]);
    return shape;
}

/// A row of two operands and their result: where it begins in each, in numbers, how many there are, and whether an operand goes on within
/// it or has one number for all of it.
struct OperandRow {
    std::size_t a, b, y, n;
    bool a_goes_on, b_goes_on;
};

/// Calls `use(context, row)` for each row. One function for all operators: what they do stands behind a pointer.
[[gnu::cold, gnu::noinline]] inline void walk_rows(const Step& step, const Extents& a, const Extents& b, const Extents& common,
                                                   void (*use)(const void* context, const OperandRow& row), const void* context)
{
    if (a == b) return use(context, {0, 0, 0, a.size(), true, true});
    if (b.size() == 1) return use(context, {0, 0, 0, common.size(), true, false});
    if (a.size() == 1) return use(context, {0, 0, 0, common.size(), false, true});
    const Shape first = shape_of_axes(step, a), second = shape_of_axes(step, b), both = shape_of_axes(step, common);
    const ops::Rows rows(first, second, both, 1);
    rows.for_each([&](std::size_t i, std::size_t j, std::size_t k) {
        use(context, {i, j, k, rows.width(), rows.first_goes_on(), rows.second_goes_on()});
    });
}
template <class Use>
void for_each_row(const Step& step, const Extents& a, const Extents& b, const Extents& common, const Use& use)
{
    walk_rows(
        step, a, b, common, [](const void* context, const OperandRow& row) { (*static_cast<const Use*>(context))(row); }, &use);
}

}}} // namespace lamina::internals::tflite
