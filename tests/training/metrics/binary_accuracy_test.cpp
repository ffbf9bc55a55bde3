// BinaryAccuracy: the example of Keras's documentation, the threshold itself, targets between, NaN.
#include "catch.hpp"

#include <lamina/training/metrics/binary_accuracy.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;

static_assert(Metric<BinaryAccuracy> && BinaryAccuracy::name == "binary_accuracy" &&
              BinaryAccuracy::kind == target_kind::same_shape);

TEST_CASE("BinaryAccuracy is the mean over the row", "[training][metrics]")
{
    const float predictions[]{0.98f, 1, 0, 0.6f};
    const int wanted[]{1, 1, 0, 0};
    Mean rows;
    BinaryAccuracy{}.add(rows, predictions, wanted, 4);
    CHECK(rows.result() == 0.75);
    CHECK(rows.count == 1);

    BinaryAccuracy{.threshold = 0.7f}.add(rows, predictions, wanted, 4);
    CHECK(rows.result() == 0.875);

    BinaryAccuracy{}.add(rows, predictions, wanted, 0); // no output, no row
    CHECK(rows.count == 2);
}

TEST_CASE("BinaryAccuracy: what lies on the threshold, between the targets, or nowhere", "[training][metrics]")
{
    const auto right = [](double prediction, double target) {
        Mean rows;
        BinaryAccuracy{}.add(rows, &prediction, &target, 1);
        return rows.result();
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();

    CHECK(right(0.5, 0) == 1);
    CHECK(right(0.5, 1) == 0);
    CHECK(right(0.9, 0.9) == 0);
    CHECK(right(nan, 0) == 0);
    CHECK(right(nan, 1) == 0);
}
