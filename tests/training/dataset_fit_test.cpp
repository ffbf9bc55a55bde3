// fit, evaluate and predict on datasets of batches: to the bit what they are on samples, and what a dataset may do to them.
#include "catch.hpp"

#include "data/temporary.hpp"
#include "training/problems.hpp"

#include <lamina/data/any_dataset.hpp>
#include <lamina/data/sources/range.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/parallel_map.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/data/transforms/take_skip.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/regularization/activity_regularization.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict_dataset.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace lamina;

namespace {

using Net = Sequential<Input<4>, Dense<6, Tanh>, ActivityRegularization<0.01, 0.02>, Dropout<0.3>, Dense<3, Softmax>>;

using Points = decltype(points(1));
using Batch = std::tuple<xt::xtensor<float, 2>, xt::xtensor<std::int32_t, 1>>;

auto made_trainer(Net& model)
{
    return compile(model, Adam{.learning_rate = 0.02f}, SparseCategoricalCrossentropy{}, Accuracy{});
}

/// All bits that a training ends in: numbers, steps, figures.
struct Outcome {
    std::vector<float> numbers;
    std::uint64_t step = 0;
    std::vector<std::vector<double>> figures;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const Net& model, std::uint64_t step, const History& history)
{
    Outcome end{parameters_of(model), step, {}};
    for (const auto& epoch : history.epochs) {
        end.figures.emplace_back();
        for (const auto& [name, value] : epoch.entries) end.figures.back().push_back(value);
    }
    return end;
}

/// What `fit(given…)` makes of the same model.
template <class F> Outcome trained(F&& fit)
{
    auto model = build<Net>(Seed{3});
    auto trainer = made_trainer(model);
    const History history = fit(trainer);
    return outcome_of(model, trainer.optimizer().state.step, history);
}

struct Lost : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A dataset that says nothing but its batches: 5 of them, of 8 points and then 6.
struct Plain {
    using element = std::pair<xt::xtensor<float, 2>, std::vector<std::int32_t>>;
    std::size_t count = 5;

    struct Cursor {
        std::size_t at, count;
        bool next(element& to)
        {
            if (at == count) return false;
            const auto some = points(at == 4 ? 6 : 8, 8 * at);
            to.first = some.x;
            to.second.assign(some.y.begin(), some.y.end());
            ++at;
            return true;
        }
    };
    Cursor open(Pass) const { return {0, count}; }
};

/// Batches of 16 points, of which the third one in pass 1 has a fault.
struct Faulty {
    using element = Batch;
    std::function<void(Batch&)> fault;
    AnyDataset<Batch> source = slices(points(70)) | batch(16);

    struct Cursor {
        internals::cursor_of<AnyDataset<Batch>> from;
        std::function<void(Batch&)> fault;
        bool second;
        int at = 0;

        bool next(Batch& to)
        {
            if (!from.next(to)) return false;
            if (++at == 3 && second) fault(to);
            return true;
        }
    };
    Cursor open(Pass pass) const { return {source.open(pass), fault, pass.epoch == 1}; }
};

struct Labeled {
    Row<float, 1> x;
    std::int32_t y = 0;
    float weight = 1;
};

} // namespace

TEST_CASE("an epoch of a dataset is one of its samples to the bit", "[training][dataset][threads]")
{
    const auto train = points(70), test = points(45, 200);
    std::vector<float> weights(70);
    for (std::size_t i = 0; i < 70; ++i) weights[i] = static_cast<float>(i % 5) / 2;
    const auto batches = slices(train) | batch(32);
    for (const std::size_t n : {std::size_t{1}, std::size_t{4}}) {
        const Outcome whole = trained([&](auto& t) {
            return t.fit(train, {.epochs = 3, .validation_data = &test, .shuffle = false, .seed = Seed{5}, .threads = n});
        });
        REQUIRE((whole.figures.size() == 3 && whole.figures[0].size() == 4));
        CHECK(whole == trained([&](auto& t) {
                  return t.fit(batches, {.epochs = 3, .validation = slices(test) | batch(32), .seed = Seed{5}, .threads = n});
              }));
        CHECK(whole == trained([&](auto& t) {
                  const auto checked = slices(test) | batch(64);
                  const AnyDataset<Batch> any = batches | prefetch(2);
                  return t.fit(any, {.epochs = 3, .validation = &checked, .seed = Seed{5}, .threads = n});
              }));
        CHECK(whole == trained([&](auto& t) { // the validation may be of the other kind
                  return t.fit(batches, {.epochs = 3, .validation = test, .seed = Seed{5}, .threads = n});
              }));
        CHECK(whole == trained([&](auto& t) {
                  const auto checked = slices(test) | batch(32);
                  return t.fit(train, {.epochs = 3, .validation_data = checked, .shuffle = false, .seed = Seed{5}, .threads = n});
              }));

        const Outcome weighted = trained([&](auto& t) {
            return t.fit(train,
                         {.epochs = 2, .shuffle = false, .class_weight = {{1, 3.f}}, .sample_weight = weights, .threads = n});
        });
        CHECK(weighted != whole);
        xt::xtensor<double, 1> column = xt::xtensor<double, 1>::from_shape({70});
        std::copy(weights.begin(), weights.end(), column.begin());
        CHECK(weighted == trained([&](auto& t) {
                  return t.fit(slices(train.x, train.y, column) | batch(32),
                               {.epochs = 2, .class_weight = {{1, 3.f}}, .threads = n});
              }));
        CHECK(weighted == trained([&](auto& t) { // a struct, whose fields are x, y and weights in this order
                  const auto labeled = [](Row<float, 1> x, std::int32_t y, double w) { return Labeled{x, y, float(w)}; };
                  return t.fit(slices(train.x, train.y, column) | map(labeled) | batch(32),
                               {.epochs = 2, .class_weight = {{1, 3.f}}, .threads = n});
              }));
    }
}

TEST_CASE("evaluate and predict take datasets", "[training][dataset]")
{
    auto model = build<Net>(Seed{3});
    auto trainer = made_trainer(model);
    const auto test = points(75);
    const auto batches = slices(test) | batch(32);
    const Logs whole = trainer.evaluate(test), by_batches = trainer.evaluate(batches, {.threads = 2});
    CHECK(whole["loss"] == by_batches["loss"]);
    CHECK(whole["accuracy"] == by_batches["accuracy"]);
    CHECK(trainer.evaluate(batches, {.steps = 1})["loss"] == trainer.evaluate(part_of(test, 0, 32))["loss"]);
    CHECK(trainer.evaluate(batches | repeat(), {.steps = 3})["loss"] == whole["loss"]);
    Diary diary;
    trainer.evaluate(batches, {}, diary);
    CHECK(diary.calls == std::vector<char>{'V', 'v'});

    const auto expected = predict(model, test.x);
    CHECK((predict(model, batches) == expected));
    CHECK((predict(model, batches | prefetch(1), {.threads = 2}) == expected));
    CHECK((predict_classes(model, batches) == predict_classes(model, test.x)));
    const auto only_x = batches | map([](Batch& both) { return std::get<0>(both); });
    CHECK((predict(model, only_x) == expected));
    CHECK(refusal_of([&] { predict(model, batches | repeat()); }) ==
          "predict: the dataset never ends; add take(n), or leave out its repeat()");
    CHECK(refusal_of([&] { predict(model, batches | take(0)); }) ==
          "predict: the dataset has no batches, at least one is needed");
    CHECK(refusal_of([&] { trainer.evaluate(batches | repeat()); }) ==
          "evaluate: the dataset never ends; give steps, or leave out its repeat()");
    CHECK(refusal_of([&] { trainer.evaluate(batches | take(0)); }) ==
          "evaluate: the dataset has no batches, at least one is needed");
}

TEST_CASE("steps_per_epoch cuts passes, which follow each other", "[training][dataset]")
{
    const auto batches = slices(points(70)) | shuffle(70, Seed{4}) | batch(16); // 5 batches a pass
    const auto passes = trained([&](auto& t) { return t.fit(batches, {.epochs = 6}); });
    Position position;
    std::vector<std::size_t> counts;
    LambdaCallback count{.on_epoch_begin = [&](TrainingState& t) { counts.push_back(t.batches); },
                         .on_epoch_end = [&](TrainingState& t) { counts.push_back(t.batch); }};
    const auto steps =
        trained([&](auto& t) { return t.fit(batches, {.epochs = 10, .steps_per_epoch = 3, .position = &position}, count); });
    CHECK(steps.numbers == passes.numbers);
    CHECK((position.epoch == 5 && position.given == 5));
    CHECK(counts == std::vector<std::size_t>(20, 3));
    CHECK(steps == trained([&](auto& t) { return t.fit(batches | repeat(), {.epochs = 10, .steps_per_epoch = 3}); }));

    // Validation of so many batches, from the first one each time.
    const auto some =
        trained([&](auto& t) { return t.fit(batches, {.epochs = 2, .validation = batches | repeat(), .validation_steps = 2}); });
    CHECK(some == trained([&](auto& t) { return t.fit(batches, {.epochs = 2, .validation = batches | take(2)}); }));
}

TEST_CASE("what a dataset does not tell is seen in its first epoch", "[training][dataset]")
{
    Diary diary;
    std::vector<std::size_t> known;
    auto model = build<Net>(Seed{3});
    auto trainer = made_trainer(model);
    LambdaCallback look{.on_epoch_begin = [&](TrainingState& t) { known.insert(known.end(), {t.batches, t.samples}); }};
    CHECK(trainer.fit(Plain{}, {.epochs = 2}, look, diary).size() == 2);
    CHECK(known == std::vector<std::size_t>{0, 0, 5, 38});
    known.clear();
    trainer.fit(slices(points(38)) | batch(8), look);
    CHECK(known == std::vector<std::size_t>{5, 0});
    CHECK(refusal_of([&] { trainer.fit(Plain{0}); }) == "fit: the dataset has no batches, at least one is needed");
    decltype(trainer)::DatasetOptions kept{.epochs = 2};
    CHECK(trainer.fit(Plain{}, kept, look).size() == 2);
}

TEST_CASE("a batch that does not fit is refused before its step", "[training][dataset]")
{
    auto model = build<Net>(Seed{3});
    auto trainer = made_trainer(model);
    const auto with = [&](auto change) { // a fault in the third batch of the second epoch
        const auto before = trainer.optimizer().state.step;
        const auto text = refusal_of([&] { trainer.fit(Faulty{change}, {.epochs = 3}); });
        CHECK(trainer.optimizer().state.step == before + 7);
        return text;
    };
    const std::string place = "fit: batch 3 of epoch 2: ";
    CHECK(with([](Batch& b) { std::get<0>(b)(2, 1) = std::numeric_limits<float>::quiet_NaN(); }) ==
          place + "x[2, 1] is nan, the model needs finite numbers of its type; clean the data first");
    CHECK(with([](Batch& b) { std::get<1>(b)(4) = 3; }).starts_with(place + "y[4] is 3, "));
    CHECK(with([](Batch& b) { std::get<1>(b) = xt::xtensor<std::int32_t, 1>{0, 1}; }) ==
          place + "there are 16 samples and 2 labels; each sample needs one");
    CHECK(with([](Batch& b) { std::get<0>(b) = xt::xtensor<float, 2>({16, 5}, 0.f); }).starts_with(place));
    CHECK(with([](Batch& b) { std::get<0>(b) = xt::xtensor<float, 2>({0, 4}); }) ==
          place + "there are no samples, at least one is needed");

    const auto batches = slices(points(70)) | batch(16);
    const auto weighted = [&](float weight) {
        const xt::xtensor<float, 1> weights({70}, weight);
        const auto all = points(70);
        return refusal_of([&] { trainer.fit(slices(all.x, all.y, weights) | batch(16)); });
    };
    CHECK(weighted(1).empty());
    CHECK(weighted(-1) == "fit: batch 1 of epoch 1: sample_weight[0] is -1, a weight is a finite number of at least 0");
    CHECK(refusal_of([&] { trainer.fit(batches | repeat()); }) ==
          "fit: the dataset never ends; give steps_per_epoch, or leave out its repeat()");
    CHECK(refusal_of([&] { trainer.fit(batches, {.validation = batches | repeat()}); }) ==
          "fit, validation data: the dataset never ends; give validation_steps, or leave out its repeat()");
    CHECK(refusal_of([&] { trainer.fit(batches, {.validation = batches | take(0)}); }) ==
          "fit, validation data: the dataset has no batches, at least one is needed");
    CHECK(refusal_of([&] { trainer.fit(batches, {.validation = points(9), .validation_steps = 2}); }) ==
          "fit: validation_steps counts batches of a dataset, and the validation is Samples");
    CHECK(refusal_of([&] { trainer.fit(batches, {.class_weight = {{7, 1.f}}}); }).starts_with("fit: class_weight names class 7"));
    const auto step = trainer.optimizer().state.step;
    CHECK(refusal_of([&] { // before the first step
              const auto bad = batches | map([](Batch& b) {
                                   std::get<1>(b).fill(9);
                                   return b;
                               });
              trainer.fit(batches, {.validation = bad});
          })
              .starts_with("fit, validation data: batch 1: y[0] is 9, "));
    CHECK(trainer.optimizer().state.step == step);
}

TEST_CASE("what a dataset throws comes out of fit as it is", "[training][dataset][threads]")
{
    auto model = build<Net>(Seed{3});
    auto trainer = made_trainer(model);
    const auto lost = [](Row<float, 1> x, std::int32_t y) { // the point 40 cannot be read
        static const float at_40 = points(70).x(40, 0);
        return x[0] == at_40 ? throw Lost("a file is gone") : std::tuple(x, y);
    };
    const auto source = slices(points(70));
    Position position;
    CHECK_THROWS_AS(trainer.fit(source | map(lost) | batch(16), {.position = &position}), Lost);
    CHECK((position.epoch == 0 && position.given == 2));
    CHECK(trainer.optimizer().state.step == 2);
    CHECK_THROWS_AS(trainer.fit(source | map(lost, threads(2), {.run = 3}) | batch(16) | prefetch(2)), Lost);
    CHECK_THROWS_AS(trainer.evaluate(source | map(lost) | batch(16)), Lost);
    CHECK_THROWS_AS(predict(model, source | map(lost) | batch(16)), Lost);
    CHECK(trainer.fit(source | batch(16)).size() == 1); // the trainer is as usable as before
}

TEST_CASE("a training that was left goes on at a position to the bit", "[training][dataset][threads]")
{
    const auto scaled = [](Row<float, 1> x, std::int32_t y) {
        xt::xtensor<float, 1> row = xt::xtensor<float, 1>::from_shape({x.size()});
        std::transform(x.begin(), x.end(), row.begin(), [](float v) { return v * 0.5f; });
        return std::tuple(std::move(row), y);
    };
    const auto batches =
        slices(points(70)) | shuffle(40, Seed{4}) | map(scaled, threads(2), {.run = 3}) | batch(16) | prefetch(2);
    for (const std::size_t steps : {std::size_t{0}, std::size_t{4}}) { // 5 batches a pass
        const auto whole =
            trained([&](auto& t) { return t.fit(batches, {.epochs = 3, .steps_per_epoch = steps, .seed = Seed{6}}); });
        for (const std::size_t leave : std::initializer_list<std::size_t>{1, 4, 5, 7, 12}) {
            std::size_t done = 0;
            LambdaCallback stop{.on_batch_end = [&](TrainingState&) {
                if (++done == leave) throw Lost("left");
            }};
            Position position;
            const auto parts = trained([&](auto& t) {
                const auto all = [&](auto&&... callbacks) {
                    return t.fit(batches, {.epochs = 3, .steps_per_epoch = steps, .position = &position, .seed = Seed{6}},
                                 callbacks...);
                };
                try {
                    all(stop);
                }
                catch (const Lost&) {
                }
                CHECK(position.epoch * 5 + position.given == leave);
                all();
                CHECK(all().size() == 0); // all epochs are over
                return all();
            });
            CHECK(parts.numbers == whole.numbers);
            CHECK(parts.step == whole.step);
        }
    }
    Position wrong{2, 1};
    CHECK(refusal_of([&] {
              trained([&](auto& t) { return t.fit(batches | repeat(), {.steps_per_epoch = 4, .position = &wrong}); });
          }) == "fit: the position is in pass 2 of a dataset whose pass 0 never ends; is it of another dataset?");

    Position stopped; // by a callback, which leaves the epoch
    const auto left = [&](auto& t) {
        LambdaCallback stop{.on_batch_end = [&](TrainingState& s) { s.stop = s.epoch == 1 && s.batch == 2; }};
        return t.fit(batches, {.epochs = 3, .position = &stopped}, stop);
    };
    trained(left);
    CHECK((stopped.epoch == 1 && stopped.given == 2));
}
