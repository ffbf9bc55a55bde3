// SparseCategoricalAccuracy: the example of Keras's documentation, ties, labels that are no class, NaN.
#include "catch.hpp"

#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>

#include <cstdint>
#include <limits>

using namespace lamina;
using namespace lamina::internals;

static_assert(Metric<SparseCategoricalAccuracy> && !Loss<SparseCategoricalAccuracy>);
static_assert(SparseCategoricalAccuracy::name == "sparse_categorical_accuracy" &&
              SparseCategoricalAccuracy::kind == target_kind::class_index);

TEST_CASE("SparseCategoricalAccuracy counts rows whose largest is at the label", "[training][metrics]")
{
    const SparseCategoricalAccuracy accuracy;
    const float rows[][3]{{0.1f, 0.6f, 0.3f}, {0.05f, 0.95f, 0}};
    const std::int64_t labels[]{2, 1};
    Mean first, second;
    accuracy.add(first, rows[0], &labels[0], 3);
    accuracy.add(second, rows[1], &labels[1], 3);
    first.merge(second);
    CHECK(first.result() == 0.5);
    CHECK(first.count == 2);
}

TEST_CASE("SparseCategoricalAccuracy: ties, broken labels, NaN", "[training][metrics]")
{
    const auto right = [](const double(&row)[2], auto label) {
        Mean rows;
        SparseCategoricalAccuracy{}.add(rows, row, &label, 2);
        return rows.result();
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();

    CHECK(right({1, 1}, 0) == 1);
    CHECK(right({1, 1}, 1) == 0);
    CHECK(right({0, 1}, std::uint8_t{1}) == 1);
    CHECK(right({0, 1}, 1.f) == 1);
    CHECK(right({0, 1}, 2) == 0);
    CHECK(right({1, 0}, -1) == 0);
    CHECK(right({nan, 1}, 0) == 0);
    CHECK(right({nan, 1}, 1) == 0);
    CHECK(right({nan, 1}, 2) == 0); // neither wins the row nor names a class
}
