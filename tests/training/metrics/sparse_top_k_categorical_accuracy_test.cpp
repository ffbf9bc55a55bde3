// SparseTopKCategoricalAccuracy: the example of Keras's documentation, ties, labels that are no class.
#include "catch.hpp"

#include <lamina/training/metrics/sparse_top_k_categorical_accuracy.hpp>

#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

static_assert(Metric<SparseTopKCategoricalAccuracy> &&
              SparseTopKCategoricalAccuracy::name == "sparse_top_k_categorical_accuracy");
static_assert(SparseTopKCategoricalAccuracy::kind == target_kind::class_index && SparseTopKCategoricalAccuracy{}.k == 5);

TEST_CASE("SparseTopKCategoricalAccuracy looks for the label among the k largest", "[training][metrics]")
{
    const float rows[][3]{{0.1f, 0.9f, 0.8f}, {0.05f, 0.95f, 0}};
    const std::uint8_t labels[]{2, 1};
    const auto share = [&](std::size_t k) {
        Mean counted;
        for (int i : {0, 1}) SparseTopKCategoricalAccuracy{.k = k}.add(counted, rows[i], &labels[i], 3);
        return counted.result();
    };
    CHECK(share(0) == 0);
    CHECK(share(1) == 0.5);
    CHECK(share(2) == 1);
    CHECK(share(5) == 1);
}

TEST_CASE("SparseTopKCategoricalAccuracy: ties are in, broken labels are not", "[training][metrics]")
{
    const double row[]{2, 2, 1};
    const auto right = [&](auto label) {
        Mean counted;
        SparseTopKCategoricalAccuracy{.k = 1}.add(counted, row, &label, 3);
        return counted.result();
    };
    CHECK(right(0) == 1);
    CHECK(right(1) == 1);
    CHECK(right(2) == 0);
    CHECK(right(3) == 0);
    CHECK(right(-1) == 0);
    CHECK(right(0.5) == 0);
}
