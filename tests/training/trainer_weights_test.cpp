// Class and sample weights: the loss of a batch is Σ weight · loss / samples, as in Keras, and so is its gradient.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_absolute_error.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/optimizers/sgd.hpp>
#include <lamina/training/weighted_metric.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Net = Sequential<Input<4>, Dense<5, Tanh>, Dense<3, Softmax>>::as<double>;
using Data = Samples<xt::xtensor<double, 2>, xt::xtensor<std::int32_t, 1>>;

struct Step {
    std::vector<double> parameters;
    double loss, accuracy;
};

/// One step from the same start, on all samples as one batch.
Step step(const Data& samples, const std::vector<float>& weights, float rate,
          const std::map<std::int64_t, float>& class_weight = {})
{
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = rate}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    const History history =
        trainer.fit(samples, {.batch_size = samples.size(), .class_weight = class_weight, .sample_weight = weights});
    return {parameters_of(model), history["loss"][0], history["sparse_categorical_accuracy"][0]};
}

void check_near(const std::vector<double>& a, const std::vector<double>& b)
{
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).epsilon(1e-11));
}

/// The first sample twice.
Data with_first_twice(const Data& samples)
{
    Data longer{xt::xtensor<double, 2>({samples.size() + 1, 4}), xt::xtensor<std::int32_t, 1>::from_shape({samples.size() + 1})};
    std::copy_n(samples.x.data(), samples.x.size(), longer.x.data());
    std::copy_n(samples.x.data(), 4, longer.x.data() + samples.x.size());
    std::copy_n(samples.y.data(), samples.y.size(), longer.y.data());
    longer.y(samples.size()) = samples.y(0);
    return longer;
}

} // namespace

TEST_CASE("A weight of 2 is the sample twice", "[training][weights]")
{
    const auto samples = points<double>(8);
    std::vector<float> weights(8, 1.f);
    weights[0] = 2;
    const Step weighted = step(samples, weights, 0.5f), twice = step(with_first_twice(samples), {}, 0.5f * 9 / 8);
    check_near(weighted.parameters, twice.parameters);
    CHECK(weighted.loss * 8 == Approx(twice.loss * 9).epsilon(1e-12));
}

TEST_CASE("A weight of 0 leaves a sample out, but for the number that the sum is divided by", "[training][weights]")
{
    const auto samples = points<double>(8);
    std::vector<float> weights(8, 1.f);
    weights[7] = 0;
    const Step weighted = step(samples, weights, 0.5f), without = step(part_of(samples, 0, 7), {}, 0.5f * 7 / 8);
    check_near(weighted.parameters, without.parameters);
    CHECK(weighted.loss * 8 == Approx(without.loss * 7).epsilon(1e-12));
    CHECK(step(samples, std::vector<float>(8, 0.f), 0.5f).loss == 0);
}

TEST_CASE("Metrics are not weighted", "[training][weights]")
{
    const auto samples = points<double>(8);
    CHECK(step(samples, {1, 0, 3, 0, 5, 0, 7, 0}, 0.5f).accuracy == step(samples, {}, 0.5f).accuracy);
}

TEST_CASE("Class weights are sample weights by label, and both are multiplied", "[training][weights]")
{
    const auto samples = points<double>(40);
    std::vector<float> by_class, both;
    for (std::size_t i = 0; i < 40; ++i) {
        by_class.push_back(samples.y(i) == 0 ? 0.5f : samples.y(i) == 2 ? 3.f : 1.f);
        both.push_back(by_class.back() * float(i % 3));
    }
    std::vector<float> own(40);
    for (std::size_t i = 0; i < 40; ++i) own[i] = float(i % 3);
    const std::map<std::int64_t, float> factors{{0, 0.5f}, {2, 3.f}};
    CHECK(step(samples, {}, 0.5f, factors).parameters == step(samples, by_class, 0.5f).parameters);
    CHECK(step(samples, own, 0.5f, factors).parameters == step(samples, both, 0.5f).parameters);
    CHECK(step(samples, {}, 0.5f, factors).parameters != step(samples, {}, 0.5f).parameters);
}

TEST_CASE("The samples that validation_split keeps keep their weights, but not those of their class", "[training][weights]")
{
    const auto samples = points<double>(40);
    const std::vector<float> twice(40, 2.f);
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 0}, SparseCategoricalCrossentropy{});
    const double last = trainer.evaluate(part_of(samples, 30, 10))["loss"];
    CHECK(trainer.fit(samples, {.validation_split = 0.25, .sample_weight = twice})["val_loss"][0] ==
          Approx(2 * last).epsilon(1e-12));
    CHECK(trainer.fit(samples, {.validation_split = 0.25, .class_weight = {{0, 5.f}, {1, 5.f}, {2, 5.f}}})["val_loss"][0] ==
          Approx(last).epsilon(1e-12));
}

TEST_CASE("Weights follow their samples through shuffling", "[training][weights]")
{
    const auto samples = points<double>(40);
    std::vector<float> weights(40);
    for (std::size_t i = 0; i < 40; ++i) weights[i] = i < 20 ? 1.f : 0.f;
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 0}, SparseCategoricalCrossentropy{});
    const double half = trainer.evaluate(part_of(samples, 0, 20))["loss"];
    CHECK(trainer.fit(samples, {.batch_size = 7, .seed = Seed{5}, .sample_weight = weights})["loss"][0] ==
          Approx(half / 2).epsilon(1e-12));
    CHECK(trainer.evaluate(samples, {.sample_weight = weights})["loss"] == Approx(half / 2).epsilon(1e-12));
    CHECK(trainer.train_on_batch(samples.x, samples.y, weights)["loss"] == Approx(half / 2).epsilon(1e-12));
}

TEST_CASE("Validation data may have weights, for losses and weighted metrics, as evaluate has", "[training][weights]")
{
    auto model = build<Sequential<Input<3>, Dense<2>>>(Seed{1});
    xt::xtensor<float, 2> x({9, 3}), y({9, 2});
    for (std::size_t i = 0; i < x.size(); ++i) x.flat(i) = static_cast<float>(i % 7) / 4;
    for (std::size_t i = 0; i < y.size(); ++i) y.flat(i) = static_cast<float>(i % 5) / 3;
    const std::vector<float> weights{1, 0, 2, 0.5f, 1, 3, 0, 1, 1};
    auto trainer = compile(model, SGD{.learning_rate = 0.1f}, MeanSquaredError{}, WeightedMetric{MeanAbsoluteError{}});
    const auto history = trainer.fit(x, y, {.epochs = 2, .validation_data = {x, y, weights}});
    const auto logs = trainer.evaluate(x, y, {.sample_weight = weights});
    CHECK(history.epochs[1]["val_loss"] == logs["loss"]);
    CHECK(history.epochs[1]["val_mean_absolute_error"] == logs["mean_absolute_error"]);
    CHECK(logs["loss"] != trainer.evaluate(x, y)["loss"]);
    CHECK_THROWS_WITH(trainer.fit(x, y, {.validation_data = {x, y, std::vector<float>{1}}}),
                      "there are 1 sample weights for 9 samples; give one each or none");
}
