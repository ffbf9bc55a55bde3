// CategoricalAccuracy: the example of Keras's documentation, soft targets, ties, NaN.
#include "catch.hpp"

#include <lamina/training/metrics/categorical_accuracy.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;

static_assert(Metric<CategoricalAccuracy> && CategoricalAccuracy::name == "categorical_accuracy" &&
              CategoricalAccuracy::kind == target_kind::same_shape);

TEST_CASE("CategoricalAccuracy compares the places of the largest", "[training][metrics]")
{
    const float rows[][3]{{0.1f, 0.9f, 0.8f}, {0.05f, 0.95f, 0}};
    const int hot[][3]{{0, 0, 1}, {0, 1, 0}};
    Mean counted;
    for (int i : {0, 1}) CategoricalAccuracy{}.add(counted, rows[i], hot[i], 3);
    CHECK(counted.result() == 0.5);
    CHECK(counted.count == 2);
}

TEST_CASE("CategoricalAccuracy: soft targets, ties, NaN", "[training][metrics]")
{
    const auto right = [](const float(&row)[2], const float(&target)[2]) {
        Mean rows;
        CategoricalAccuracy{}.add(rows, row, target, 2);
        return rows.result();
    };
    const float nan = std::numeric_limits<float>::quiet_NaN();

    CHECK(right({3, 5}, {0.4f, 0.6f}) == 1);
    CHECK(right({2, 2}, {1, 0}) == 1); // of equal ones the first
    CHECK(right({2, 2}, {0, 1}) == 0);
    CHECK(right({2, 1}, {0, 0}) == 1);
    CHECK(right({nan, 1}, {0, 1}) == 0);
    CHECK(right({nan, 1}, {1, 0}) == 0);
    CHECK(right({nan, 1}, {nan, 1}) == 0);
}
