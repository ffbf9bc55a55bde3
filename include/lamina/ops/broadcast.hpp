// lamina/ops/broadcast.hpp: two shapes that share their axes from the last one on, as numpy has it: an extent of 1 is repeated.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/op.hpp>

#include <array>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// The extent of an axis that is counted from the last one, which is 0; 1 where there is none.
constexpr std::size_t extent_from_the_end(const Shape& s, std::size_t axis) { return axis < s.rank ? s[s.rank - 1 - axis] : 1; }

/// An extent that is known at run time alone: it fits to all, and is what the other is unless that is 1.
inline constexpr std::size_t unknown_extent = ~std::size_t{0};

/// The shape that two shapes have in common: [4, 3] and [3] give [4, 3], [4, 1] and [5] give [4, 5].
constexpr verdict broadcast(const std::array<Shape, 2>& in)
{
    Shape out = in[0].rank < in[1].rank ? in[1] : in[0];
    for (std::size_t axis = 0; axis < out.rank; ++axis) {
        const std::size_t a = extent_from_the_end(in[0], axis), b = extent_from_the_end(in[1], axis);
        if (a != b && a != 1 && b != 1 && a != unknown_extent && b != unknown_extent)
            return refuses(misfit::shapes_do_not_broadcast__extents_are_equal_or_1_from_the_last_axis_on);
        out.extents[out.rank - 1 - axis] = a == 1 || (a == unknown_extent && b != 1) ? b : a;
    }
    return accepts(out);
}

/// How the numbers of a value lie: one sample behind the other, or the same for all of them; dense, or with these strides.
struct Lying {
    const Shape& extents;
    bool shared = false;
    const std::size_t* strides = nullptr;

    Lying(const Shape& s) : extents(s) {}
    Lying(const Shape& s, const std::size_t* steps) : extents(s), shared(true), strides(steps) {}

    /// The step of an axis that is counted from the last one; `dense` is that of a dense array.
    std::size_t step(std::size_t axis, std::size_t dense) const
    {
        if (extent_from_the_end(extents, axis) == 1) return 0;
        return strides ? strides[extents.rank - 1 - axis] : dense;
    }
};

/// The rows of two arrays side by side, over n samples of the shape that they have in common.
///
/// Neighboring axes that are walked alike are one: of [4, 3] and [4, 3], with all samples, nothing but one row is left.
class Rows {
public:
    /// The numbers in a row; and whether the arrays go on within it, or have one number for all of it.
    std::size_t width() const { return axes[0].extent; }
    bool first_goes_on() const { return axes[0].first != 0; }
    bool second_goes_on() const { return axes[0].second != 0; }

    Rows(const Lying& first, const Lying& second, const Shape& common, std::size_t n)
    {
        std::size_t step_of_first = 1, step_of_second = 1;
        for (std::size_t axis = 0; axis < common.rank; ++axis) {
            add({extent_from_the_end(common, axis), first.step(axis, step_of_first), second.step(axis, step_of_second)});
            step_of_first *= extent_from_the_end(first.extents, axis);
            step_of_second *= extent_from_the_end(second.extents, axis);
        }
        add({n, first.shared ? 0 : step_of_first, second.shared ? 0 : step_of_second});
        if (count == 0) axes[count++] = {1, 1, 1};
    }

    /// f(where in the first, where in the second, where in what they have in common) for each row.
    template <class F> void for_each(const F& f) const
    {
        std::size_t at[Shape::max_rank + 1]{}, first = 0, second = 0, rows = 1;
        for (std::size_t axis = 0; axis < count; ++axis) rows *= axes[axis].extent;
        if (rows == 0) return;
        rows /= width();
        for (std::size_t row = 0; row < rows; ++row) {
            f(first, second, row * width());
            for (std::size_t axis = 1; axis < count; ++axis) {
                first += axes[axis].first;
                second += axes[axis].second;
                if (++at[axis] < axes[axis].extent) break;
                at[axis] = 0;
                first -= axes[axis].first * axes[axis].extent;
                second -= axes[axis].second * axes[axis].extent;
            }
        }
    }

private:
    struct Axis {
        std::size_t extent, first, second; ///< and the steps of the arrays
    };

    /// One more axis, outside of those before it.
    void add(const Axis& axis)
    {
        if (axis.extent == 1) return;
        if (count > 0) {
            Axis& inner = axes[count - 1];
            if (axis.first == inner.first * inner.extent && axis.second == inner.second * inner.extent) {
                inner.extent *= axis.extent;
                return;
            }
        }
        axes[count++] = axis;
    }

    Axis axes[Shape::max_rank + 1]{}; ///< the innermost first
    std::size_t count = 0;
};

}}} // namespace lamina::internals::ops
