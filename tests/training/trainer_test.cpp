// Trainer: it learns, batches, shuffles, validates and weighs as it says, and calls back in order.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/layers/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/sequential.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>
#include <lamina/training/trainer.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

#include <cmath>
#include <string>

using namespace lamina;

namespace {

using Net = Sequential<Input<4>, Dense<9, Tanh>, Dense<3, Softmax>>;
using Options = FitOptions<xt::xtensor<float, 2>, xt::xtensor<std::int32_t, 1>>;

struct Trained {
    std::vector<float> parameters;
    History history;
};

Trained train(const Options& options, std::size_t n = 60)
{
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 0.1f, .momentum = 0.9f}, SparseCategoricalCrossentropy{},
                           SparseCategoricalAccuracy{});
    History history = trainer.fit(points(n), options);
    return {parameters_of(model), history};
}

} // namespace

TEST_CASE("XOR is learned", "[training][trainer]")
{
    auto model = build<Sequential<Input<2>, Dense<8, Tanh>, Dense<1, Sigmoid>>>(Seed{3});
    const Samples xor_table{xt::xtensor<float, 2>{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, xt::xtensor<float, 2>{{0}, {1}, {1}, {0}}};
    auto trainer = compile(model, Adam{.learning_rate = 0.05f}, BinaryCrossentropy{});
    const History history = trainer.fit(xor_table, {.epochs = 300});
    CHECK(history["loss"].front() > 0.5);
    CHECK(history["loss"].back() < 0.02);
    const auto classes = predict_classes(model, xor_table.x);
    CHECK(std::vector<int>(classes.begin(), classes.end()) == std::vector<int>{0, 1, 1, 0});
}

TEST_CASE("A linear model finds the line that the data lie on", "[training][trainer]")
{
    auto model = build<Sequential<Input<2>, Dense<1>>>(Seed{3});
    Samples line{xt::xtensor<float, 2>({50, 2}), xt::xtensor<float, 1>::from_shape({50})};
    for (std::size_t i = 0; i < 50; ++i) {
        line.x(i, 0) = std::sin(float(i)), line.x(i, 1) = std::cos(float(3 * i));
        line.y(i) = 2 * line.x(i, 0) - 3 * line.x(i, 1) + 0.5f;
    }
    auto trainer = compile(model, SGD{.learning_rate = 0.05f, .momentum = 0.9f}, MeanSquaredError{});
    trainer.fit(line, {.epochs = 60, .batch_size = 8});
    const auto found = parameters_of(model);
    CHECK(found[0] == Approx(2).margin(1e-3));
    CHECK(found[1] == Approx(-3).margin(1e-3));
    CHECK(found[2] == Approx(0.5).margin(1e-3));
    CHECK(trainer.evaluate(line)["loss"] < 1e-6);
}

TEST_CASE("A batch is the samples that stand together, the last may be smaller", "[training][trainer]")
{
    auto model = build<Net>(Seed{1}), other = build<Net>(Seed{1});
    const auto samples = points(20);
    auto trainer = compile(model, Adam{.learning_rate = 0.01f}, SparseCategoricalCrossentropy{});
    auto by_hand = compile(other, Adam{.learning_rate = 0.01f}, SparseCategoricalCrossentropy{});
    Diary diary;
    const History history = trainer.fit(samples, {.epochs = 2, .batch_size = 7, .shuffle = false}, diary);
    CHECK(diary.batches == std::vector<std::size_t>{1, 2, 3, 1, 2, 3});
    CHECK(diary.batches_an_epoch == 3);
    CHECK(diary.samples == 20);

    double sum = 0;
    for (int epoch = 0; epoch < 2; ++epoch) {
        sum = 0;
        for (const std::size_t first : {0u, 7u, 14u}) {
            const std::size_t n = std::min<std::size_t>(7, 20 - first);
            const auto batch = part_of(samples, first, n);
            sum += by_hand.train_on_batch(batch.x, batch.y)["loss"] * double(n);
        }
    }
    CHECK(parameters_of(model) == parameters_of(other));
    CHECK(history["loss"].back() == Approx(sum / 20).epsilon(1e-12));
    CHECK(trainer.optimizer().state.step == 6);
}

TEST_CASE("The order of samples is a function of the seed", "[training][trainer]")
{
    const auto one = train({.epochs = 2, .batch_size = 8, .seed = Seed{1}});
    CHECK(train({.epochs = 2, .batch_size = 8, .seed = Seed{1}}).parameters == one.parameters);
    CHECK(train({.epochs = 2, .batch_size = 8, .seed = Seed{1}}).history["loss"] == one.history["loss"]);
    CHECK(train({.epochs = 2, .batch_size = 8, .seed = Seed{2}}).parameters != one.parameters);
    const auto fixed = train({.epochs = 2, .batch_size = 8, .shuffle = false, .seed = Seed{1}});
    CHECK(fixed.parameters != one.parameters);

    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 1e-12f}, SparseCategoricalCrossentropy{});
    const auto first_loss = [&] {
        double loss = 0;
        trainer.fit(points(60), {.batch_size = 8}, LambdaCallback{.on_batch_end = [&](Training& t) {
                        if (t.batch == 1) loss = t.logs["loss"];
                    }});
        return loss;
    };
    CHECK(first_loss() != first_loss()); // a later fit has another order
    CHECK(train({.epochs = 2, .batch_size = 8, .shuffle = false, .seed = Seed{2}}).parameters == fixed.parameters);
}

TEST_CASE("Without a learning rate an epoch is an evaluation", "[training][trainer]")
{
    auto model = build<Net>(Seed{1});
    const auto before = parameters_of(model);
    const auto samples = points(150), test = points(70, 1000);
    auto trainer = compile(model, SGD{.learning_rate = 0}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{},
                           SparseCategoricalCrossentropy{});
    const Logs wanted = trainer.evaluate(samples), wanted_of_test = trainer.evaluate(test);
    CHECK(wanted["loss"] > 0);
    CHECK(wanted["sparse_categorical_accuracy"] > 0);
    CHECK(wanted["sparse_categorical_crossentropy"] == Approx(wanted["loss"]).epsilon(1e-5)); // as a metric it clips

    const History plain = trainer.fit(samples, {.epochs = 1, .batch_size = 32, .validation_data = &test, .shuffle = false});
    CHECK(plain["loss"][0] == wanted["loss"]);
    CHECK(plain["val_loss"][0] == wanted_of_test["loss"]);
    CHECK(plain["val_sparse_categorical_accuracy"][0] == wanted_of_test["sparse_categorical_accuracy"]);
    const History mixed = trainer.fit(samples, {.epochs = 2, .batch_size = 7}); // every sample once, in some order
    CHECK(mixed["loss"][1] == Approx(wanted["loss"]).epsilon(1e-12));
    CHECK(mixed["sparse_categorical_accuracy"][1] == wanted["sparse_categorical_accuracy"]);
    CHECK(parameters_of(model) == before);

    const auto p = predict(model, samples.x);
    double loss = 0, right = 0;
    for (std::size_t i = 0; i < 150; ++i) {
        loss -= std::log(double(p(i, std::size_t(samples.y(i))))) / 150;
        right += std::max_element(&p(i, 0), &p(i, 0) + 3) - &p(i, 0) == samples.y(i);
    }
    CHECK(wanted["loss"] == Approx(loss).epsilon(1e-6));
    CHECK(wanted["sparse_categorical_accuracy"] == Approx(right / 150));
}

TEST_CASE("validation_split keeps the last samples, before shuffling", "[training][trainer]")
{
    const auto all = points(60);
    const auto first = part_of(all, 0, 45), last = part_of(all, 45, 15);
    auto a = build<Net>(Seed{1}), b = build<Net>(Seed{1});
    auto split = compile(a, SGD{}, SparseCategoricalCrossentropy{}), given = compile(b, SGD{}, SparseCategoricalCrossentropy{});
    const History one = split.fit(all, {.epochs = 3, .batch_size = 8, .validation_split = 0.25});
    const History two = given.fit(first, {.epochs = 3, .batch_size = 8, .validation_data = &last});
    CHECK(parameters_of(a) == parameters_of(b));
    CHECK(one["loss"] == two["loss"]);
    CHECK(one["val_loss"] == two["val_loss"]);

    const auto trained_of = [&](std::size_t n, double part) {
        Diary diary;
        split.fit(points(n), {.validation_split = part}, diary);
        return diary.samples;
    };
    CHECK(trained_of(10, 0.25) == 7); // as Keras: ⌊10 · 0.75⌋
    CHECK(trained_of(5, 0.1) == 4);
    CHECK(trained_of(100, 0.2) == 80);
    CHECK(trained_of(10, 0) == 10);
}

TEST_CASE("Samples may be a view of others", "[training][trainer]")
{
    const auto all = points(60), middle = part_of(all, 20, 30);
    auto a = build<Net>(Seed{1}), b = build<Net>(Seed{1});
    auto viewing = compile(a, SGD{}, SparseCategoricalCrossentropy{}),
         copying = compile(b, SGD{}, SparseCategoricalCrossentropy{});
    const Samples view{xt::view(all.x, xt::range(20, 50)), xt::view(all.y, xt::range(20, 50))};
    CHECK(viewing.evaluate(view)["loss"] == copying.evaluate(middle)["loss"]);
    CHECK(viewing.fit(view, {.epochs = 2, .batch_size = 8})["loss"] ==
          copying.fit(middle, {.epochs = 2, .batch_size = 8})["loss"]);
    CHECK(parameters_of(a) == parameters_of(b));
}

TEST_CASE("Frozen variables stay", "[training][trainer]")
{
    auto model = build<Net>(Seed{1});
    const auto before = clone(model);
    model.layer<0>().kernel.storage()->trainable = false;
    model.layer<1>().bias.storage()->trainable = false;
    auto trainer = compile(model, Adam{.learning_rate = 0.1f}, SparseCategoricalCrossentropy{});
    trainer.fit(points(40), {.epochs = 2});
    const auto same = [](const auto& a, const auto& b) {
        return std::equal(a.data(), a.data() + a.storage()->stored_size(), b.data());
    };
    CHECK(same(model.layer<0>().kernel, before.layer<0>().kernel));
    CHECK(same(model.layer<1>().bias, before.layer<1>().bias));
    CHECK_FALSE(same(model.layer<0>().bias, before.layer<0>().bias));
    CHECK_FALSE(same(model.layer<1>().kernel, before.layer<1>().kernel));
}

TEST_CASE("Callbacks are called in order, and may stop", "[training][trainer]")
{
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{}, SparseCategoricalCrossentropy{});
    const auto samples = points(20);
    Diary diary;
    trainer.fit(samples, {.epochs = 2, .batch_size = 8}, diary);
    CHECK(std::string(diary.calls.begin(), diary.calls.end()) == "TEbbbeEbbbet");

    std::string order;
    Diary stopped;
    const History history =
        trainer.fit(samples, {.epochs = 5, .batch_size = 8}, LambdaCallback{.on_batch_end = [&](Training&) { order += '1'; }},
                    LambdaCallback{.on_batch_end =
                                       [&](Training& t) {
                                           order += '2';
                                           CHECK(t.logs.contains("loss"));
                                           CHECK(t.learning_rate == Approx(0.01));
                                           CHECK(t.variables.size() == 4);
                                           if (t.epoch == 1 && t.batch == 2) t.stop = true, t.stopped_by = "enough";
                                       }},
                    stopped);
    CHECK(order == "1212121212");
    CHECK(std::string(stopped.calls.begin(), stopped.calls.end()) == "TEbbbeEbbet");
    CHECK(history.size() == 2);
    CHECK(history.stopped_by == "enough");

    Diary never;
    CHECK(
        trainer.fit(samples, {.epochs = 5}, LambdaCallback{.on_train_begin = [](Training& t) { t.stop = true; }}, never).size() ==
        0);
    CHECK(std::string(never.calls.begin(), never.calls.end()) == "Tt");
    CHECK(trainer.fit(samples, {.epochs = 0}).size() == 0);
}

TEST_CASE("A part without a gradient leaves no subnormal numbers behind", "[training][trainer]")
{
    // The second input is 1 in the first step and 0 from then on, so that Adam's moments for it only shrink.
    auto model = build<Sequential<Input<2>, Dense<1>>>(Seed{1});
    Adam adam;
    auto trainer = compile(model, adam, MeanSquaredError{});
    xt::xtensor<float, 2> x{{1.f, 1.f}}, y{{2.f}};
    for (int step = 0; step < 1200; ++step, x(0, 1) = 0) trainer.train_on_batch(x, y);
    bool subnormal = false;
    for (const auto& slot : trainer.optimizer().state.slots)
        for (std::size_t i = 0; i < slot->stored_size(); ++i)
            subnormal = subnormal || std::fpclassify(slot->template data<float>()[i]) == FP_SUBNORMAL;
#if defined(__SSE2__)
    CHECK_FALSE(subnormal);
#endif
}
