// What every optimizer can: weights that decay, gradients that are accumulated, averages of weights; also one of a program's own.
#include "data/temporary.hpp"
#include "training/optimizers/records.hpp"

#include <lamina/graph/checkpoint.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/nadam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Numbers = std::vector<float>;

/// w −= rate · g, with the shared options and nothing else.
struct Descent {
    static constexpr std::string_view name = "descent";
    LearningRate learning_rate = 1;
    std::optional<float> weight_decay{};
    std::vector<std::string> exclude_from_weight_decay{};
    bool use_ema = false;
    double ema_momentum = 0.99;
    std::optional<std::size_t> ema_overwrite_frequency{}, gradient_accumulation_steps{};
    OptimizerState state{};

    std::size_t slot_count() const { return 0; }
    std::string_view slot_name(std::size_t) const { return ""; }
    template <class T> void update(T* value, const T* gradient, T* const*, std::size_t n, float rate, std::uint64_t) const
    {
        update_each(n, [=]<class V>(V& w, const V& g) { w = w - g * V(static_cast<T>(rate)); }, value, gradient);
    }
};
static_assert(Optimizer<Descent>);

/// One step on records of which each has one gradient for all its numbers.
template <class O> void step(O& optimizer, const Records& parameters, Numbers gradient)
{
    Records gradients;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        gradients.push_back(make_record("g", parameters[i]->extents()));
        gradients.back()->for_each<float>([&](float& g) { g = gradient[i]; });
    }
    apply_gradients(optimizer, parameters, gradients);
}

Records parameters_called(std::vector<std::string> names)
{
    Records all;
    for (const auto& name : names) {
        all.push_back(make_record(name, Shape{3}));
        write<float>(*all.back(), {4, -8, 16});
    }
    return all;
}

} // namespace

TEST_CASE("Weights decay before the update, but those that are excluded by a part of their names", "[training][optimizers]")
{
    const Records w = parameters_called({"0/kernel", "0/bias", "1/gamma"});
    Descent rule{.learning_rate = 0.5f, .weight_decay = 0.25f, .exclude_from_weight_decay = {"bias", "gam"}};
    step(rule, w, {1, 1, 0});
    CHECK(read(*w[0]) == Numbers{3, -7.5, 13.5}); // 4 − 4 · 0.25 · 0.5 − 0.5 · 1
    CHECK(read(*w[1]) == Numbers{3.5, -8.5, 15.5});
    CHECK(read(*w[2]) == Numbers{4, -8, 16});
    CHECK(padding_is_zero(*w[0]));
}

TEST_CASE("Several batches make one update, while what is observed takes every step", "[training][optimizers]")
{
    Records w = parameters_called({"kernel", "frozen"});
    w[1]->trainable = false;
    w.push_back(std::make_shared<record>("mean", Shape{2}, dtype::float32, stored_types::storage_kind{.observed = true}));
    Descent rule{.learning_rate = [](std::size_t batch) { return batch == 2 ? 1.f : 100.f; }, .gradient_accumulation_steps = 3};
    step(rule, w, {3, 9, 1});
    step(rule, w, {6, 9, 1});
    CHECK(read(*w[0]) == Numbers{4, -8, 16});
    CHECK(read(*w[2]) == Numbers{2, 2});
    step(rule, w, {-3, 9, 1});
    CHECK(read(*w[0]) == Numbers{2, -10, 14}); // less (3 + 6 − 3) / 3
    CHECK(read(*w[1]) == Numbers{4, -8, 16});
    CHECK(read(*w[2]) == Numbers{3, 3});
    CHECK(read(*rule.state.gradients[0]) == Numbers{0, 0, 0});
    CHECK(rule.state.step == 3);
}

TEST_CASE("Averages begin with the first step, and take the weights' place now and then", "[training][optimizers]")
{
    const Records w = parameters_called({"kernel"});
    Descent rule{.use_ema = true, .ema_momentum = 0.5, .ema_overwrite_frequency = 3};
    step(rule, w, {2});
    CHECK(read(*rule.state.averages[0]) == Numbers{2, -10, 14});
    step(rule, w, {2});
    CHECK(read(*rule.state.averages[0]) == Numbers{1, -11, 13});
    CHECK(read(*w[0]) == Numbers{0, -12, 12});
    step(rule, w, {1});
    CHECK(read(*w[0]) == Numbers{0, -12, 12}); // (1 + −1) / 2
    CHECK(rule.state.averages[0]->name == "average/kernel");
}

TEST_CASE("fit ends with the averages, and goes on from a checkpoint to the bit", "[training][optimizers][threads]")
{
    using Net = Sequential<Input<5>, Dense<7, Tanh>, BatchNormalization<>, Dense<2>>;
    xt::xtensor<float, 2> x({50, 5}), y({50, 2});
    for (std::size_t i = 0; i < x.size(); ++i) x.flat(i) = static_cast<float>(i * 37 % 19) / 10 - 0.9f;
    for (std::size_t i = 0; i < y.size(); ++i) y.flat(i) = static_cast<float>(i * 23 % 13) / 10;
    const Nadam rule{.learning_rate = 0.01f,
                     .weight_decay = 0.01f,
                     .exclude_from_weight_decay = {"bias"},
                     .use_ema = true,
                     .ema_momentum = 0.9,
                     .gradient_accumulation_steps = 3};
    const auto weights = [](const auto& model) { return predict(model, xt::xtensor<float, 2>(xt::ones<float>({3, 5}))); };

    auto whole = build<Net>(Seed{3});
    auto trainer = compile(whole, rule, MeanSquaredError{});
    trainer.fit(x, y, {.epochs = 1, .batch_size = 8, .threads = 2});
    for (const auto& average : trainer.optimizer().state.averages)
        if (average->name == "average/0/kernel") CHECK(read(*average) == read(*records_of(whole)[0]));
    const Temporary folder("shared_options");
    const std::string path = (folder.path / "half.safetensors").string();
    Checkpoint{{"model", whole}, {"optimizer", trainer.optimizer()}}.save(path);
    trainer.fit(x, y, {.epochs = 2, .batch_size = 8});

    auto again = build<Net>(Seed{4});
    auto second = compile(again, rule, MeanSquaredError{});
    Checkpoint{{"model", again}, {"optimizer", second.optimizer()}}.restore(path);
    second.fit(x, y, {.epochs = 2, .batch_size = 8, .threads = 3});
    CHECK((weights(again) == weights(whole)));
    CHECK(second.optimizer().momentum_product == trainer.optimizer().momentum_product);
    CHECK(second.optimizer().state.step == 21);
}

TEST_CASE("Settings that make no sense are refused, one sentence each", "[training][optimizers]")
{
    const Records w = parameters_called({"kernel"});
    const auto refused = [&](auto rule) { return refusal_of([&] { prepare(rule, w); }); };
    CHECK(refused(SGD{.weight_decay = -1}) == "sgd: weight_decay is -1, it has to be a finite number and not negative");
    CHECK(refused(Adam{.gradient_accumulation_steps = 1}) ==
          "adam: gradient_accumulation_steps is 1, it has to be 2 or more; leave it out for an update each batch");
    CHECK(refused(Adam{.use_ema = true, .ema_momentum = 1.5}) == "adam: ema_momentum is 1.5, it has to be in [0, 1]");
    CHECK(refused(Adam{.use_ema = true, .ema_overwrite_frequency = 0}) ==
          "adam: ema_overwrite_frequency is 0, it has to be 1 or more, or left out");
    CHECK(refused(Adam{.ema_overwrite_frequency = 4}) ==
          "adam: ema_overwrite_frequency is set, but not use_ema, and without it there are no averages");
    CHECK(refused(AdamW{.weight_decay = std::nullopt}) == "adamw: there is no weight_decay; without one it is Adam");
    Descent rule{.use_ema = true};
    prepare(rule, w);
    rule.use_ema = false;
    CHECK(refused(rule) ==
          "descent: its state has 1 slots, 1 parameters need 0; does the state come from another model, or from other settings?");
}
