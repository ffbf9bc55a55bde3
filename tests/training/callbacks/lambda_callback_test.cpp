// LambdaCallback: calls what it was given, and nothing that is empty.
#include "catch.hpp"

#include "training/callbacks/run.hpp"

#include <lamina/training/callbacks/lambda_callback.hpp>

#include <functional>
#include <memory>
#include <string>

using namespace lamina;

static_assert(Callback<LambdaCallback>);

namespace {

int plain_calls = 0;
void plain(Training&) { ++plain_calls; }

} // namespace

TEST_CASE("each function is called at its time", "[training][callbacks]")
{
    std::string calls;
    LambdaCallback callback{.on_train_begin = [&](Training&) { calls += 'T'; },
                            .on_epoch_begin = [&](Training& t) { calls += std::to_string(t.epoch); },
                            .on_batch_end = [&](Training&) { calls += 'b'; },
                            .on_epoch_end = [&](Training& t) { t.stop = t.epoch == 1; },
                            .on_train_end = [&](Training&) { calls += '.'; }};
    Training t;
    CHECK(run(callback, t, "x", {1, 2, 3}) == 2);
    lamina::detail::call_batch_end(callback, t);
    CHECK(calls == "T01.b");
}

TEST_CASE("empty functions are not called", "[training][callbacks]")
{
    LambdaCallback callback{.on_train_begin = nullptr,
                            .on_epoch_begin = {},
                            .on_batch_end = std::function<void(Training&)>(),
                            .on_epoch_end = std::function<int(Training&)>(),
                            .on_train_end = static_cast<void (*)(Training&)>(nullptr)};
    Training t;
    CHECK(run(callback, t, "x", {1, 2, 3}) == 3);
    CHECK_NOTHROW(lamina::detail::call_batch_end(callback, t));
    LambdaCallback none;
    CHECK(run(none, t, "x", {1}) == 1);
}

TEST_CASE("functions of every kind will do", "[training][callbacks]")
{
    int calls = 0;
    auto counter = std::make_shared<int>(0);
    LambdaCallback callback{.on_train_begin = plain,
                            .on_epoch_begin = [counter](auto&) mutable { ++*counter; },
                            .on_epoch_end = [&](const Training&) { return ++calls; }};
    Training t;
    auto copy = callback;
    run(copy, t, "x", {1, 2});
    CHECK(plain_calls == 1);
    CHECK(*counter == 2);
    CHECK(calls == 2);
}
