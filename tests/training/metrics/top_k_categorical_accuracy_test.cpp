// TopKCategoricalAccuracy: the example of Keras's documentation, k from none to all.
#include "catch.hpp"

#include <lamina/training/metrics/top_k_categorical_accuracy.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;

static_assert(Metric<TopKCategoricalAccuracy> && TopKCategoricalAccuracy::name == "top_k_categorical_accuracy");
static_assert(TopKCategoricalAccuracy::kind == target_kind::same_shape && TopKCategoricalAccuracy{}.k == 5);

TEST_CASE("TopKCategoricalAccuracy looks for the target among the k largest", "[training][metrics]")
{
    const float rows[][3]{{0.1f, 0.9f, 0.8f}, {0.05f, 0.95f, 0}};
    const int hot[][3]{{0, 0, 1}, {0, 1, 0}};
    const auto share = [&](std::size_t k) {
        Mean counted;
        for (int i : {0, 1}) TopKCategoricalAccuracy{.k = k}.add(counted, rows[i], hot[i], 3);
        return counted.result();
    };
    CHECK(share(0) == 0);
    CHECK(share(1) == 0.5);
    CHECK(share(2) == 1);
    CHECK(share(5) == 1);
}

TEST_CASE("TopKCategoricalAccuracy: NaN in the prediction or the target is wrong", "[training][metrics]")
{
    const float good[]{1, 0}, broken[]{1, std::numeric_limits<float>::quiet_NaN()};
    Mean rows;
    TopKCategoricalAccuracy{}.add(rows, broken, good, 2);
    TopKCategoricalAccuracy{}.add(rows, good, broken, 2);
    CHECK(rows.result() == 0);
    CHECK(rows.count == 2);
}
