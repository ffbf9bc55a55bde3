// lamina/training/losses/overlap.hpp: what Dice and Tversky share: how far two sets cover each other, of a batch or of parts of samples.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/axes.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::losses {

/// Σ t·p, Σ t and Σ p: all that such a loss depends on.
struct OverlapSums {
    double both = 0, wanted = 0, predicted = 0;

    void merge(const OverlapSums& other)
    {
        both += other.both;
        wanted += other.wanted;
        predicted += other.predicted;
    }
};

/// A loss of these sums, and its derivatives for Σ t·p and Σ p.
struct OverlapValue {
    double value, by_both, by_predicted;
};

template <class T, class Y, class Place>
void add_overlap(OverlapSums& to, const T* prediction, const Y* target, std::size_t n, const Place& place)
{
    for (std::size_t i = 0; i < n; ++i) {
        const double p = static_cast<double>(prediction[place(i)]), t = static_cast<double>(target[place(i)]);
        to.both += t * p;
        to.wanted += t;
        to.predicted += p;
    }
}

template <class T, class Y, class Place>
void overlap_gradient(const OverlapValue& of, const Y* target, std::size_t n, const Place& place, T* gradient, T scale)
{
    const T both = scale * static_cast<T>(of.by_both), predicted = scale * static_cast<T>(of.by_predicted);
    for (std::size_t i = 0; i < n; ++i) gradient[place(i)] = both * static_cast<T>(target[place(i)]) + predicted;
}

/// The loss of a sample, or of a row, with `value(sums)`, an OverlapValue.
template <class T, class Y, class Value>
T overlap_row(const AxisList& axis, Reduction reduction, const T* prediction, const Y* target, std::size_t width, T* gradient,
              T scale, const Value& value)
{
    return axis.over_parts(width, reduction, scale, [&](const auto& place, std::size_t n, T by) {
        OverlapSums sums;
        add_overlap(sums, prediction, target, n, place);
        const OverlapValue found = value(sums);
        if (gradient != nullptr) overlap_gradient(found, target, n, place, gradient, by);
        return static_cast<T>(found.value);
    });
}

}}} // namespace lamina::internals::losses
