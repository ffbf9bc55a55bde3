// lamina/training/axes.hpp: the axes that a loss or a metric looks along, where that need not be the last one.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/training/reduction.hpp>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Axes as Keras counts them: 1 is the first of a sample, -1 the last; of none all are meant, that of the batch among them.
///
/// A loss that has them takes a sample as one row unless they are the last axis alone, and goes over its parts, which need not lie side by side.
class AxisList {
public:
    AxisList() = default;
    AxisList(int one) : AxisList({one}) {}
    AxisList(std::initializer_list<int> of)
    {
        for (const int axis : of)
            if (count < list.size()) list[count++] = axis;
    }

    const int* begin() const { return list.data(); }
    const int* end() const { return list.data() + count; }
    bool none() const { return count == 0; }
    bool last() const { return count == 1 && (list[0] == -1 || list[0] == last_axis); }

    /// Learns the shape of a sample; refuses axes that it does not have.
    [[gnu::cold]] void see(const Shape& sample, std::string_view name, const char* where)
    {
        last_axis = static_cast<int>(sample.rank);
        std::array<bool, Shape::max_rank> along{};
        for (const int given : *this) {
            const int axis = given < 0 ? given + last_axis + 1 : given;
            if (axis < 1 || axis > last_axis)
                fail({where, ": ", name, " has axis ", given, ", of an output ", sample, " it is one from 1 to ", last_axis,
                      " or from -", last_axis, " to -1; 0 is the batch"});
            along[static_cast<std::size_t>(axis - 1)] = true;
        }
        if (none() || last()) return;
        each = 1;
        for (std::size_t axis = 0; axis < sample.rank; ++axis) each *= along[axis] ? sample[axis] : 1;
        places.assign(sample.size(), 0);
        for (std::size_t flat = 0; flat < sample.size(); ++flat) {
            std::size_t part = 0, inside = 0, step = sample.size(), rest = flat;
            for (std::size_t axis = 0; axis < sample.rank; ++axis) {
                step /= sample[axis];
                (along[axis] ? inside : part) = (along[axis] ? inside : part) * sample[axis] + rest / step;
                rest %= step;
            }
            places[part * each + inside] = flat;
        }
    }

    /// The mean over the parts of a sample, or of a row of `width` numbers as it lies, of what `f(place, count, scale)` gives: place(k) is
    /// where number k of a part lies, and `scale` what the part's gradient is to be multiplied by.
    template <class T, class F> T over_parts(std::size_t width, Reduction reduction, T scale, const F& f) const
    {
        if (places.empty()) return f([](std::size_t k) { return k; }, width, scale);
        const std::size_t parts = places.size() / each;
        const T mean = 1 / static_cast<T>(parts); // a sum counts parts as it counts samples
        const T by = reduction == Reduction::sum || reduction == Reduction::none ? scale : scale * mean;
        T sum = 0;
        for (std::size_t part = 0; part < parts; ++part)
            sum += f([at = places.data() + part * each](std::size_t k) { return at[k]; }, each, by);
        return reduction == Reduction::sum ? sum : sum * mean;
    }

    /// In functions on tensors, which count the batch as axis 0: sums over these axes, which stay with extent 1; and what becomes of the parts
    /// of a sample.
    template <class X> X sum_over(const X& x) const
    {
        X sum = x;
        if (none()) return reduce_sum(sum);
        for (const int axis : *this) sum = reduce_sum(sum, {axis}, true);
        return sum;
    }
    template <class X> X join_parts(const X& parts, Reduction reduction) const
    {
        if (none() || last()) return parts;
        const auto n = static_cast<std::ptrdiff_t>(parts.shape()[0]); // −1: only the run of a graph knows
        std::ptrdiff_t rest = n < 0 ? 1 : -1;
        for (std::size_t at = 1; n < 0 && at < parts.rank(); ++at) rest *= static_cast<std::ptrdiff_t>(parts.shape()[at]);
        const X rows = reshape(parts, {n, rest});
        return reduction == Reduction::sum ? X(reduce_sum(rows, {-1})) : X(reduce_mean(rows, {-1}));
    }

private:
    std::array<int, Shape::max_rank> list{};
    std::size_t count = 0, each = 0; ///< each: numbers in a part
    int last_axis = 0;
    std::vector<std::size_t> places; ///< part after part; none where a row is a part
};

}}} // namespace lamina::internals
