// LambdaCallback: calls what it was given, and nothing that is empty.
#include "catch.hpp"

#include "training/callbacks/run.hpp"

#include <lamina/training/callbacks/lambda_callback.hpp>

#include <functional>
#include <memory>
#include <string>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<LambdaCallback>);

namespace {

int plain_calls = 0;
void plain(TrainingState&) { ++plain_calls; }

} // namespace

TEST_CASE("each function is called at its time", "[training][callbacks]")
{
    std::string calls;
    LambdaCallback callback{.on_train_begin = [&](TrainingState&) { calls += 'T'; },
                            .on_epoch_begin = [&](TrainingState& t) { calls += std::to_string(t.epoch); },
                            .on_batch_end = [&](TrainingState&) { calls += 'b'; },
                            .on_epoch_end = [&](TrainingState& t) { t.stop = t.epoch == 1; },
                            .on_train_end = [&](TrainingState&) { calls += '.'; }};
    TrainingState t;
    CHECK(run(callback, t, "x", {1, 2, 3}) == 2);
    callback_members::on_batch_end::call(callback, t);
    CHECK(calls == "T01.b");
}

TEST_CASE("empty functions are not called", "[training][callbacks]")
{
    LambdaCallback callback{.on_train_begin = nullptr,
                            .on_epoch_begin = {},
                            .on_batch_end = std::function<void(TrainingState&)>(),
                            .on_epoch_end = std::function<int(TrainingState&)>(),
                            .on_train_end = static_cast<void (*)(TrainingState&)>(nullptr)};
    TrainingState t;
    CHECK(run(callback, t, "x", {1, 2, 3}) == 3);
    CHECK_NOTHROW(callback_members::on_batch_end::call(callback, t));
    LambdaCallback none;
    CHECK(run(none, t, "x", {1}) == 1);
}

TEST_CASE("functions of every kind will do", "[training][callbacks]")
{
    int calls = 0;
    auto counter = std::make_shared<int>(0);
    LambdaCallback callback{.on_train_begin = plain,
                            .on_epoch_begin = [counter](auto&) mutable { ++*counter; },
                            .on_epoch_end = [&](const TrainingState&) { return ++calls; }};
    TrainingState t;
    auto copy = callback;
    run(copy, t, "x", {1, 2});
    CHECK(plain_calls == 1);
    CHECK(*counter == 2);
    CHECK(calls == 2);
}
