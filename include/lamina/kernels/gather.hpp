// lamina/kernels/gather.hpp: numbers that only change their places: padding, cropping, repeating, permuting axes, and their gradients.
//
// Contract: samples are dense, one after another, of any alignment; no output overlaps an input. An axis of the output has `before`
// zeros, `count` numbers that lie `stride` apart in the input, each `repeat` times, and zeros up to its `extent`.
// Numerics: forward exact; a gradient is the sum of those of a number's copies, in T and in their order.
// Reference: kernels/reference/gather.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// Where an axis of the output comes from. `skipped` numbers of the input's axis lie before the first one.
struct gather_axis {
    std::size_t extent, count, stride;
    std::size_t before = 0, skipped = 0, repeat = 1;
    std::size_t step = 1; ///< from one place to the next in the output

    /// Whether input and output are one piece, where that is so of `run` numbers at each place.
    constexpr bool in_a_row(std::size_t run) const { return repeat == 1 && stride == run; }
};

/// How an output is gathered: its axes without the last ones that are copied as they are, which are a `run`. The first axis stays.
struct gather_plan {
    static constexpr std::size_t most = 6;
    gather_axis axes[most]{};
    std::size_t rank = 0, run = 1, first = 0, in = 1, out = 1;
};

/// The plan for an output of these axes, at most six, and samples of `in` numbers.
constexpr gather_plan plan_gather(std::size_t in, const gather_axis* axes, std::size_t rank)
{
    gather_plan plan;
    plan.in = in;
    while (plan.rank < rank) {
        const gather_axis& axis = axes[plan.rank];
        plan.axes[plan.rank++] = axis;
        plan.out *= axis.extent;
        plan.first += axis.skipped * axis.stride;
    }
    const auto untouched = [&](const gather_axis& a) { return a.in_a_row(plan.run) && a.before == 0 && a.count == a.extent; };
    while (plan.rank > 1 && untouched(plan.axes[plan.rank - 1])) plan.run *= plan.axes[--plan.rank].extent;
    std::size_t step = plan.run;
    for (std::size_t a = plan.rank; a-- > 0; step *= plan.axes[a].extent) plan.axes[a].step = step;
    return plan;
}
constexpr gather_plan plan_gather(std::size_t in, std::initializer_list<gather_axis> axes)
{
    return plan_gather(in, axes.begin(), axes.size());
}

namespace detail {

/// line(to, from, axis) for the places of each last axis, zeros(to, count) for what comes from nowhere.
template <class Line, class Zeros>
LAMINA_ONE_COPY void walk_gather(const gather_plan& plan, std::size_t at, std::size_t to, std::size_t from, const Line& line,
                                 const Zeros& zeros)
{
    const gather_axis& axis = plan.axes[at];
    const std::size_t filled = axis.count * axis.repeat;
    zeros(to, axis.before * axis.step);
    to += axis.before * axis.step;
    if (at + 1 == plan.rank) line(to, from, axis);
    else
        for (std::size_t i = 0; i < filled; ++i)
            walk_gather(plan, at + 1, to + i * axis.step, from + i / axis.repeat * axis.stride, line, zeros);
    zeros(to + filled * axis.step, (axis.extent - axis.before - filled) * axis.step);
}

/// A few numbers are faster than the call of a function for many.
template <class T> void copy_run(const T* from, T* to, std::size_t n)
{
    if (n > 32) std::copy_n(from, n, to);
    else
        for (std::size_t i = 0; i < n; ++i) to[i] = from[i];
}

} // namespace detail

/// y = the numbers of x in their new places, and zeros.
///
/// Shapes  x [n][plan.in], y [n][plan.out].
template <class T> LAMINA_ONE_COPY void gather_forward(const T* x, T* y, std::size_t n, const gather_plan& plan)
{
    const auto line = [&](std::size_t to, std::size_t from, const gather_axis& axis) {
        const T* source = x + from;
        T* place = y + to;
        if (axis.in_a_row(plan.run)) std::copy_n(source, axis.count * plan.run, place);
        else if (plan.run == 1)
            for (std::size_t i = 0; i < axis.count; ++i, source += axis.stride)
                for (std::size_t r = 0; r < axis.repeat; ++r) *place++ = *source;
        else
            for (std::size_t i = 0; i < axis.count; ++i, source += axis.stride)
                for (std::size_t r = 0; r < axis.repeat; ++r, place += plan.run) detail::copy_run(source, place, plan.run);
    };
    const auto zeros = [&](std::size_t to, std::size_t count) { std::fill_n(y + to, count, T(0)); };
    for (std::size_t sample = 0; sample < n; ++sample)
        detail::walk_gather(plan, 0, sample * plan.out, sample * plan.in + plan.first, line, zeros);
}

/// dx = for each number the sum of the gradients of its copies; 0 where it has none.
///
/// Shapes  dy as y, dx as x.
template <class T> LAMINA_ONE_COPY void gather_backward(const T* dy, T* dx, std::size_t n, const gather_plan& plan)
{
    std::fill_n(dx, n * plan.in, T(0));
    const auto line = [&](std::size_t to, std::size_t from, const gather_axis& axis) {
        const T* source = dy + to;
        T* place = dx + from;
        if (axis.in_a_row(plan.run)) add(source, place, axis.count * plan.run);
        else if (plan.run == 1)
            for (std::size_t i = 0; i < axis.count; ++i, place += axis.stride)
                for (std::size_t r = 0; r < axis.repeat; ++r) *place += *source++;
        else
            for (std::size_t i = 0; i < axis.count; ++i, place += axis.stride)
                for (std::size_t r = 0; r < axis.repeat; ++r, source += plan.run) add(source, place, plan.run);
    };
    for (std::size_t sample = 0; sample < n; ++sample)
        detail::walk_gather(plan, 0, sample * plan.out, sample * plan.in + plan.first, line, [](std::size_t, std::size_t) {});
}

}}} // namespace lamina::internals::kernels
