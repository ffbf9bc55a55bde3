// What the tests of losses share: gradients against central differences in double, random rows, softmax.
#pragma once

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

/// The value of a row, without a gradient.
template <class L, class T, class Y> T value_of(const L& loss, const std::vector<T>& prediction, const Y* target)
{
    return loss.row(prediction.data(), target, prediction.size(), static_cast<T*>(nullptr), T(1));
}

template <class L, class T, class Y>
std::vector<T> gradient_of(const L& loss, const std::vector<T>& prediction, const Y* target, T scale = 1)
{
    std::vector<T> gradient(prediction.size(), std::numeric_limits<T>::quiet_NaN());
    loss.row(prediction.data(), target, prediction.size(), gradient.data(), scale);
    return gradient;
}

inline std::vector<double> softmax(const std::vector<double>& logits)
{
    std::vector<double> p(logits.size());
    const double largest = logits.empty() ? 0 : *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) sum += p[i] = std::exp(logits[i] - largest);
    for (double& x : p) x /= sum;
    return p;
}

inline std::vector<double> random_row(std::mt19937& random, std::size_t n, double low, double high)
{
    std::uniform_real_distribution<double> draw(low, high);
    std::vector<double> row(n);
    for (double& x : row) x = draw(random);
    return row;
}

/// Central differences of `value(row)` for each element; their error is about 1e-9 for rows and values near one.
template <class F> std::vector<double> differences(const F& value, std::vector<double> at)
{
    constexpr double h = 1e-6;
    std::vector<double> slopes(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) {
        const double x = at[i];
        at[i] = x + h;
        const double above = value(at);
        at[i] = x - h;
        slopes[i] = (above - value(at)) / (2 * h);
        at[i] = x;
    }
    return slopes;
}

inline void check_near(const std::vector<double>& got, const std::vector<double>& wanted, double tolerance)
{
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        INFO("element " << i << " of " << got.size());
        CHECK(std::fabs(got[i] - wanted[i]) <= tolerance * (1 + std::fabs(wanted[i])));
    }
}

/// Rows that try to break a loss: none is NaN or infinite.
inline std::vector<std::vector<float>> hard_rows()
{
    const float huge = std::numeric_limits<float>::max(), tiny = std::numeric_limits<float>::denorm_min();
    return {{0, 0, 0},
            {1, 0, 0},
            {0, 1, 0},
            {1, 1, 1},
            {tiny, 0, 0},
            {1e-37f, 0, 1e-37f},
            {1, -1, 0},
            {-1, -2, -3},
            {huge, huge, huge},
            {-huge, huge, 0},
            {1e4f, -1e4f, 88.8f},
            {2, 3, 1e30f},
            {1e-7f, 1 - 1e-7f, 0.5f}};
}
