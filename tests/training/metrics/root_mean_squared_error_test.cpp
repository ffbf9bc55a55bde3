// RootMeanSquaredError: rows by hand, weights, chunks, nothing, NaN.
#include "catch.hpp"

#include <lamina/training/metrics/root_mean_squared_error.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

using namespace lamina;
using namespace lamina::internals;

static_assert(Metric<RootMeanSquaredError> && RootMeanSquaredError::name == "root_mean_squared_error" &&
              RootMeanSquaredError::kind == target_kind::same_shape);

TEST_CASE("RootMeanSquaredError by hand", "[training][metrics]")
{
    const RootMeanSquaredError metric;
    const float predictions[]{1, 2, 3, 4}, wanted[]{1, 4, 3, 0};
    const std::uint8_t bytes[]{1, 4, 3, 0};
    Mean rows;
    CHECK(metric.result(rows) == 0);
    metric.add(rows, predictions, wanted, 4); // 0, 4, 0, 16: 5
    CHECK(metric.result(rows) == Approx(std::sqrt(5)));
    metric.add(rows, predictions, wanted + 2, 2); // 4, 4: 4
    CHECK(metric.result(rows) == Approx(std::sqrt(4.5)));
    metric.add(rows, predictions, wanted, 0); // no output, no row
    CHECK(rows.count == 2);
    metric.add(rows, predictions, bytes, 4);
    CHECK(metric.result(rows) == Approx(std::sqrt(14. / 3)));
}

TEST_CASE("RootMeanSquaredError counts a row as often as its weight says, in whichever chunk it is", "[training][metrics]")
{
    const RootMeanSquaredError metric;
    const double near[]{1, 1, 1}, far[]{3, -3, 3}, wanted[]{0, 0, 0};
    Mean one, other;
    metric.add(one, near, wanted, 3, 3.0);
    metric.add(other, far, wanted, 3, 1.0);
    one.merge(other);
    CHECK(metric.result(one) == Approx(std::sqrt(3))); // (3 · 1 + 1 · 9) / 4
}

TEST_CASE("RootMeanSquaredError keeps NaN in sight", "[training][metrics]")
{
    const float predictions[]{0, std::numeric_limits<float>::quiet_NaN()}, wanted[]{0, 0};
    Mean rows;
    RootMeanSquaredError{}.add(rows, predictions, wanted, 2);
    CHECK(std::isnan(RootMeanSquaredError{}.result(rows)));
}
