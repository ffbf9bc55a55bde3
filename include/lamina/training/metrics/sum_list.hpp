// lamina/training/metrics/sum_list.hpp: what metrics of many counts add up in.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::metrics {

/// Sums that lie one behind another: as many as were asked for, zero at first. How many there are depends on a metric's settings and on
/// the number of outputs, so it is known when the first row is added.
struct Sums {
    std::vector<double> sums;

    /// The first of at least n sums.
    double* first(std::size_t n)
    {
        if (sums.size() < n) sums.resize(n);
        return sums.data();
    }
    std::size_t size() const { return sums.size(); }
    double operator[](std::size_t i) const { return i < sums.size() ? sums[i] : 0; }

    void merge(const Sums& other)
    {
        double* const to = first(other.sums.size());
        for (std::size_t i = 0; i < other.sums.size(); ++i) to[i] += other.sums[i];
    }
};

/// a / b, and 0 where b is.
inline double share(double a, double b) { return b == 0 ? 0 : a / b; }

}}} // namespace lamina::internals::metrics
