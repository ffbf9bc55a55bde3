// lamina/layers/preprocessing/bin_boundaries.hpp: boundaries between ranges that hold about equally many of some numbers.
//
// Source: Keras's Discretization, whose summary of the numbers this is, in its types, so that the boundaries are the same.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Some of the numbers, in ascending order, and how many of them each stands for: itself and those between it and the one before it.
struct summary_of_numbers {
    std::vector<float> values, weights;
};

/// The line through the points (x[i], y[i]) at a place; x ascends.
[[gnu::cold]] inline double interpolated(double at, const std::vector<float>& x, const std::vector<float>& y)
{
    if (at >= double(x.back())) return double(y.back());
    if (at < double(x.front())) return double(y.front());
    const auto above =
        std::size_t(std::upper_bound(x.begin(), x.end(), at, [](double a, float b) { return a < double(b); }) - x.begin());
    const double slope = (double(y[above]) - double(y[above - 1])) / (double(x[above]) - double(x[above - 1]));
    return slope * (at - double(x[above - 1])) + double(y[above - 1]);
}

/// A summary of 1 / epsilon numbers, unless it has fewer.
[[gnu::cold]] inline summary_of_numbers compressed(const summary_of_numbers& of, double epsilon)
{
    if (double(of.values.size()) * epsilon < 1) return of;
    std::vector<float> sums, shares;
    float sum = 0;
    for (const float weight : of.weights) sums.push_back(sum += weight);
    for (const float part : sums) shares.push_back(part / sum);
    summary_of_numbers made;
    double before = 0;
    for (double i = 0; i < std::ceil(1 / epsilon); ++i) {
        const double place = epsilon + i * epsilon, weight = interpolated(place, shares, sums);
        made.values.push_back(float(interpolated(place, shares, of.values)));
        made.weights.push_back(float(weight - before));
        before = weight;
    }
    return made;
}

/// The boundaries between `bins` ranges of the numbers, with an error of about the share `epsilon` of them: bins - 1, or fewer where the
/// numbers are fewer. Throws where there are no numbers, or one is not finite.
[[gnu::cold]] inline std::vector<float> bin_boundaries(std::vector<float> numbers, std::size_t bins, double epsilon)
{
    if (numbers.empty()) fail({"adapt: there are no numbers, at least one is needed"});
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (!is_finite(numbers[i]))
            fail({"adapt: number ", i, " is ", double(numbers[i]), ", finite numbers are needed; clean the data first"});
    std::sort(numbers.begin(), numbers.end());
    summary_of_numbers made;
    const double step = std::max(double(numbers.size()) / (1 / epsilon), 1.0);
    for (auto at = std::size_t(step - 1); at < numbers.size(); at += std::size_t(step)) {
        made.values.push_back(numbers[at]);
        made.weights.push_back(float(step));
    }
    auto boundaries = compressed(compressed(made, epsilon), 1 / double(bins)).values;
    boundaries.resize(std::min(boundaries.size(), bins) - 1); // rounding makes one more range of 49, 98, …
    return boundaries;
}

}}} // namespace lamina::internals
