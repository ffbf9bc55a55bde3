// Which way a figure gets better: told by its name, or refused.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/training/callbacks/monitor.hpp>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("losses, errors and cross-entropies fall, accuracies rise", "[training][callbacks]")
{
    for (const auto name :
         {"loss", "val_loss", "head_loss", "mean_squared_error", "val_mean_squared_error", "categorical_crossentropy"})
        CHECK(direction_of(name, monitor_mode::automatic) == monitor_mode::min);
    for (const auto name : {"accuracy", "val_accuracy", "val_sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"})
        CHECK(direction_of(name, monitor_mode::automatic) == monitor_mode::max);
    CHECK(direction_of("val_loss", monitor_mode::max) == monitor_mode::max);
    CHECK(direction_of("accuracy", monitor_mode::min) == monitor_mode::min);
    CHECK(says(refusal_of([] { direction_of("margin", monitor_mode::automatic); }), "cannot be told by its name"));
    CHECK_FALSE(refusal_of([] { direction_of("", monitor_mode::automatic); }).empty());
}
