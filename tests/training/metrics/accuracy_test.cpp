// Accuracy: takes the form that fits the loss, and is called accuracy in all of them.
#include <lamina/training/metrics/accuracy.hpp>

#include "catch.hpp"

using namespace lamina;
using namespace lamina::internals;

static_assert(Metric<Accuracy>);
static_assert(metric_for<Accuracy, target_kind::class_index>::type::name == "accuracy");
static_assert(std::is_same_v<metric_for<BinaryAccuracy, target_kind::same_shape>::type, BinaryAccuracy>);

TEST_CASE("Accuracy counts classes, one-hot rows and single numbers", "[training][metrics]")
{
    const float rows[] = {0.1f, 0.7f, 0.2f, 0.5f, 0.3f, 0.2f};

    SECTION("class indices")
    {
        const Accuracy::of<target_kind::class_index> accuracy;
        Mean mean;
        const int labels[] = {1, 2};
        accuracy.add(mean, rows, labels, 3);
        accuracy.add(mean, rows + 3, labels + 1, 3);
        CHECK(mean.result() == 0.5);
    }
    SECTION("one-hot rows")
    {
        const Accuracy::of<target_kind::same_shape> accuracy;
        Mean mean;
        const float labels[] = {0, 1, 0, 1, 0, 0};
        accuracy.add(mean, rows, labels, 3);
        accuracy.add(mean, rows + 3, labels + 3, 3);
        CHECK(mean.result() == 1);
    }
    SECTION("one number")
    {
        const Accuracy::of<target_kind::same_shape> accuracy;
        Mean mean;
        const float labels[] = {0, 0, 1};
        for (int i = 0; i < 3; ++i) accuracy.add(mean, rows + i, labels + i, 1);
        CHECK(mean.result() == 1.0 / 3);
    }
}
