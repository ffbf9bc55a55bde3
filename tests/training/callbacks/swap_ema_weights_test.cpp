// SwapEMAWeights: the figures and weights of Keras 3.15 (tools/cases/swap_ema_weights.py), and what is in the model when.
#include "catch.hpp"

#include "data/temporary.hpp"
#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/callbacks/swap_ema_weights.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <array>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<SwapEMAWeights>);

namespace {

using Net = Dense<1>::on<2>;
using series = std::vector<float>;

const Samples train{xt::xtensor<float, 2>{{1, 2}, {-1, 0.5f}, {0.5f, -1}, {2, 1}}, xt::xtensor<float, 2>{{1}, {-1}, {2}, {0.5f}}};
const Samples test{xt::xtensor<float, 2>{{0, 1}, {-2, 1}}, xt::xtensor<float, 2>{{0}, {3}}};

auto made_net()
{
    auto net = build<Net>(Seed{1});
    const std::array<float, 3> start{0.5f, -0.25f, 0.125f};
    std::size_t i = 0;
    for (const auto& record : records_of(net)) record->template for_each<float>([&](float& w) { w = start[i++]; });
    return net;
}

SGD rule(bool use_ema = true)
{
    SGD made{.learning_rate = 0.05f, .momentum = 0.9f};
    made.use_ema = use_ema;
    made.ema_momentum = 0.8;
    return made;
}

void check_close(const series& found, const series& wanted)
{
    REQUIRE(found.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(found[i] == Approx(wanted[i]).epsilon(1e-6)); // floats of two programs
}

/// What a callback behind SwapEMAWeights sees: the kernel at the begin and the end of each epoch, and the figures.
void check_training(bool swap_on_epoch, const series& kernels)
{
    auto net = made_net();
    auto trainer = compile(net, rule(), MeanSquaredError{});
    series seen, figures;
    const auto look = [&](TrainingState&) {
        const auto all = parameters_of(net);
        seen.insert(seen.end(), all.begin(), all.begin() + 2);
    };
    SwapEMAWeights swap{.swap_on_epoch = swap_on_epoch};
    const auto history = trainer.fit(train, {.epochs = 3, .batch_size = 2, .validation_data = &test, .shuffle = false}, swap,
                                     LambdaCallback{.on_epoch_begin = look, .on_epoch_end = look});
    for (const char* name : {"loss", "val_loss"})
        for (const double value : history[name]) figures.push_back(static_cast<float>(value));
    check_close(figures, {0.833605886f, 0.74598664f, 0.638442934f, 8.73015118f, 8.98479271f, 9.37725449f});
    check_close(seen, kernels);
    check_close(parameters_of(net), {0.667923689f, -0.271750152f, 0.276952744f});
}

} // namespace

TEST_CASE("Averages are validated, and training goes on from the weights", "[training][callbacks]")
{
    check_training(false, {0.5f, -0.25f, 0.604921877f, -0.207656235f, 0.604921877f, -0.207656235f, 0.706278145f, -0.27900672f,
                           0.706278145f, -0.27900672f, 0.73825568f, -0.456478536f});
    check_training(true, {0.5f, -0.25f, 0.575984418f, -0.18153125f, 0.604921877f, -0.207656235f, 0.620695055f, -0.202110723f,
                          0.706278145f, -0.27900672f, 0.667923689f, -0.271750152f});
}

TEST_CASE("Averages stay in the model where a callback ended training", "[training][callbacks]")
{
    auto net = made_net();
    auto trainer = compile(net, rule(), MeanSquaredError{});
    trainer.fit(train, {.epochs = 3, .batch_size = 2, .shuffle = false}, SwapEMAWeights{.swap_on_epoch = true},
                LambdaCallback{.on_epoch_end = [](TrainingState& t) { t.stop = t.epoch == 1; }});
    check_close({parameters_of(net)[0], parameters_of(net)[1]}, {0.620695055f, -0.202110723f});
}

TEST_CASE("evaluate takes it as well", "[training][callbacks]")
{
    auto net = made_net();
    auto trainer = compile(net, rule(), MeanSquaredError{});
    for (std::size_t i = 0; i < 4; i += 2) trainer.train_on_batch(part_of(train, i, 2).x, part_of(train, i, 2).y);
    const auto before = parameters_of(net);
    check_close(before, {0.604921877f, -0.207656235f, before[2]});
    check_close({static_cast<float>(trainer.evaluate(test, {}, SwapEMAWeights{})["loss"])}, {8.73015118f});
    CHECK(parameters_of(net) == before);
    CHECK(trainer.evaluate(test)["loss"] != Approx(8.73015118));
}

TEST_CASE("An optimizer without averages is refused", "[training][callbacks]")
{
    auto net = made_net();
    auto trainer = compile(net, rule(false), MeanSquaredError{});
    CHECK(refusal_of([&] { trainer.fit(train, {.epochs = 1}, SwapEMAWeights{}); }) ==
          "SwapEMAWeights: sgd keeps no averages of the weights; give the optimizer .use_ema = true");
}
