// lamina/training/mean.hpp: a running mean: what most metrics accumulate in.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace protocols {

/// The mean of what was added, kept in double: each value counts as often as its weight says. Of nothing it is 0.
struct Mean {
    double sum = 0;
    double count = 0; ///< of the values, or the sum of their weights

    void add(double value, double weight = 1)
    {
        sum += weight * value;
        count += weight;
    }
    void merge(const Mean& other)
    {
        sum += other.sum;
        count += other.count;
    }
    double result() const { return count > 0 ? sum / count : 0; }
};

}}} // namespace lamina::protocols
