// Trainer: it learns, batches, shuffles, validates and weighs as it says, and calls back in order.
#include "catch.hpp"
#include "data/temporary.hpp"
#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/state.hpp>
#include <lamina/training/callbacks/early_stopping.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

#include <cmath>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Net = Sequential<Input<4>, Dense<9, Tanh>, Dense<3, Softmax>>;
using Options =
    decltype(compile(std::declval<Net&>(), SGD{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{}))::Options;

struct Mixed {
    Sequential<Input<2>, Dense<3, Tanh>, Dense<1>> body;
    Variable<double, Shape{5}> scale;

    auto operator()(const auto& x) const { return body(x); }
};

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

TEST_CASE("variables of another type than the model's are kept, and not trained", "[training][trainer]")
{
    auto model = build<Mixed>(Seed{1});
    const float before = model.body.layer<0>().kernel.data()[0];
    for (std::size_t i = 0; i < 5; ++i) model.scale.data()[i] = 1 + 0.1 * double(i);
    const Samples samples{xt::xtensor<float, 2>(xt::ones<float>({70, 2})), xt::xtensor<float, 2>(xt::ones<float>({70, 1}))};
    compile(model, Adam{.clipnorm = 1.f}, MeanSquaredError{}).fit(samples, {.epochs = 2, .batch_size = 70, .threads = 2});
    CHECK(model.body.layer<0>().kernel.data()[0] != before);
    for (std::size_t i = 0; i < 5; ++i) CHECK(model.scale.data()[i] == 1 + 0.1 * double(i));
}

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
        trainer.fit(points(60), {.batch_size = 8}, LambdaCallback{.on_batch_end = [&](TrainingState& t) {
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
    Diary validated;
    trainer.fit(samples, {.batch_size = 8, .validation_split = 0.5}, validated);
    CHECK(std::string(validated.calls.begin(), validated.calls.end()) == "TEbbVvet");

    std::string order;
    Diary stopped;
    const History history = trainer.fit(samples, {.epochs = 5, .batch_size = 8},
                                        LambdaCallback{.on_batch_end = [&](TrainingState&) { order += '1'; }},
                                        LambdaCallback{.on_batch_end =
                                                           [&](TrainingState& t) {
                                                               order += '2';
                                                               CHECK(t.logs.contains("loss"));
                                                               CHECK(t.learning_rate == Approx(0.01));
                                                               CHECK(t.variables.size() == 4);
                                                               if (t.epoch == 1 && t.batch == 2)
                                                                   t.stop = true, t.stopped_by = "enough";
                                                           }},
                                        stopped);
    CHECK(order == "1212121212");
    CHECK(std::string(stopped.calls.begin(), stopped.calls.end()) == "TEbbbeEbbet");
    CHECK(history.size() == 2);
    CHECK(history.stopped_by == "enough");

    Diary never;
    CHECK(trainer.fit(samples, {.epochs = 5}, LambdaCallback{.on_train_begin = [](TrainingState& t) { t.stop = true; }}, never)
              .size() == 0);
    CHECK(std::string(never.calls.begin(), never.calls.end()) == "Tt");
    CHECK(trainer.fit(samples, {.epochs = 0}).size() == 0);
}

TEST_CASE("A figure that no epoch will have is refused before the first one", "[training][trainer]")
{
    auto model = build<Net>(Seed{1});
    const auto before = parameters_of(model);
    auto trainer = compile(model, SGD{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    const auto samples = points(20);
    CHECK(says(refusal_of([&] { trainer.fit(samples, {.epochs = 5}, EarlyStopping{}); }),
               "there is no \"val_loss\" among the figures of this run (loss, sparse_categorical_accuracy)"));
    CHECK(says(refusal_of([&] { trainer.fit(samples, {.validation_split = 0.5}, EarlyStopping{.monitor = "val_los"}); }),
               "(loss, sparse_categorical_accuracy, val_loss, val_sparse_categorical_accuracy)"));
    CHECK(parameters_of(model) == before);
    CHECK(trainer.fit(samples, {.epochs = 3, .validation_split = 0.5}, EarlyStopping{.patience = 9}).size() == 3);

    // A callback may make figures of its own, so that their names are known only after an epoch.
    const LambdaCallback score{.on_epoch_end = [](TrainingState& t) { t.logs.set("score", static_cast<double>(t.epoch)); }};
    CHECK(trainer.fit(samples, {.epochs = 3}, score, EarlyStopping{.monitor = "score", .mode = monitor_mode::max}).size() == 3);
    CHECK(
        says(refusal_of([&] { trainer.fit(samples, {.epochs = 3}, score, EarlyStopping{.monitor = "scor"}); }), "score); is it"));
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
    for (const auto& slot : trainer.optimizer().state.slot_records)
        for (std::size_t i = 0; i < slot->stored_size(); ++i)
            subnormal = subnormal || std::fpclassify(slot->template data<float>()[i]) == FP_SUBNORMAL;
#if defined(__SSE2__)
    CHECK_FALSE(subnormal);
#endif
}

namespace {

struct Body { // frozen parts before, between and behind learned ones
    Dense<6, Tanh>::on<4> first;
    Sequential<Input<6>, Dense<6, Relu>, Dense<6, Tanh>, Dense<6>> middle;
    Dense<1>::on<6> head;
    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return head(middle(h) + h);
    }
};

template <class M> auto after_a_step(const std::vector<std::string>& frozen)
{
    auto model = build<M>(Seed{3});
    auto x = xt::xtensor<float, 2>::from_shape({70, 4}), y = xt::xtensor<float, 2>::from_shape({70, 1});
    Random random(Seed{4});
    for (float& v : x) v = static_cast<float>(random.uniform(-1, 1));
    for (float& v : y) v = static_cast<float>(random.uniform(-1, 1));
    for (const auto& [name, variable] : state(model))
        for (const auto& start : frozen)
            if (name.starts_with(start)) variable.set_trainable(false);
    compile(model, SGD{.learning_rate = 0.5f}, MeanSquaredError{}).train_on_batch(x, y);
    std::map<std::string, std::vector<float>> numbers;
    for (const auto& [name, variable] : state(model))
        variable.storage()->template for_each<float>([&, &to = numbers[name]](float& v) { to.push_back(v); });
    return numbers;
}

template <class M> auto at_first()
{
    std::map<std::string, std::vector<float>> numbers;
    const auto model = build<M>(Seed{3});
    for (const auto& [name, variable] : state(model))
        variable.storage()->template for_each<float>([&, &to = numbers[name]](float& v) { to.push_back(v); });
    return numbers;
}

} // namespace

TEST_CASE("what is frozen does not change, and what is learned takes the step that it takes otherwise", "[training][trainer]")
{
    const auto check = []<class M>(std::type_identity<M>, const std::vector<std::string>& frozen) {
        const auto all = after_a_step<M>({}), some = after_a_step<M>(frozen), before = at_first<M>();
        for (const auto& [name, numbers] : some) {
            bool still = false;
            for (const auto& start : frozen) still = still || name.starts_with(start);
            INFO(name);
            CHECK((numbers == (still ? before : all).at(name)));
        }
    };
    const std::type_identity<Body> body;
    check(body, {"first"});
    check(body, {"first", "middle/0"});
    check(body, {"middle"});
    check(body, {"middle/1", "head"});
    check(body, {"first", "middle", "head/kernel"});
    check(body, {"first", "middle", "head"});
    const std::type_identity<Sequential<Input<4>, Dense<5, Tanh>, Residual<Dense<5, Relu>, Dense<5>>, Dense<3>, Dense<1>>> chain;
    check(chain, {"0/"});
    check(chain, {"0/", "1/"});
    check(chain, {"1/1", "2/"});
}
