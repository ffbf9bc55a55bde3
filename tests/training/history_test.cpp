// History: one figure over the epochs, the best epoch, and how it prints.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/training/history.hpp>

#include <limits>
#include <sstream>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

History history_of(const std::string& name, const std::vector<double>& values)
{
    History history;
    for (const double value : values) history.epochs.push_back({{{name, value}}});
    return history;
}

} // namespace

TEST_CASE("a figure is a series over the epochs", "[training][history]")
{
    const auto history = history_of("val_loss", {3, 1, 2});
    CHECK(history.size() == 3);
    CHECK(history["val_loss"] == std::vector<double>{3, 1, 2});
    CHECK(says(refusal_of([&] { history["val_los"]; }), "there is no \"val_los\" among the figures of this run (val_loss)"));
    CHECK(History{}["loss"].empty());
}

TEST_CASE("the best epoch is the smallest loss and the largest accuracy", "[training][history]")
{
    CHECK(history_of("val_loss", {3, 1, 2, 1}).best("val_loss") == 1);
    CHECK(history_of("mean_squared_error", {3, 1}).best("mean_squared_error") == 1);
    CHECK(history_of("val_binary_crossentropy", {3, 1}).best("val_binary_crossentropy") == 1);
    CHECK(history_of("val_sparse_categorical_accuracy", {.3, .9, .9}).best("val_sparse_categorical_accuracy") == 1);
    CHECK(history_of("margin", {.3, .9}).best("margin", monitor_mode::max) == 1);
    CHECK(history_of("margin", {.3, .9}).best("margin", monitor_mode::min) == 0);
    CHECK(history_of("loss", {no_number, 2, no_number, 1, no_number}).best("loss") == 3);
    CHECK(history_of("accuracy", {no_number, 2, no_number, 1}).best("accuracy") == 1);
    CHECK(says(refusal_of([] { history_of("margin", {1}).best("margin"); }), "whether \"margin\" gets better"));
    CHECK(says(refusal_of([] { history_of("loss", {no_number}).best("loss"); }), "a number in none of 1 epochs"));
    CHECK(says(refusal_of([] { History{}.best("loss"); }), "none of 0 epochs"));
}

TEST_CASE("a history prints a line an epoch and why it ended", "[training][history]")
{
    auto history = history_of("loss", {0.5, 0.25});
    std::ostringstream text;
    text << history;
    CHECK(text.str() == "epoch 1: loss 0.5000\nepoch 2: loss 0.2500\n");
    history.stopped_by = "enough";
    text.str("");
    text << history;
    CHECK(text.str() == "epoch 1: loss 0.5000\nepoch 2: loss 0.2500\nenough\n");
}
