// Bad data, weights and settings: one sentence each, and the model stays as it was.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/layers/dense.hpp>
#include <lamina/layers/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/sequential.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/optimizers/sgd.hpp>
#include <lamina/training/trainer.hpp>

#include <limits>

using namespace lamina;
using Catch::Contains;

namespace {

using Net = Sequential<Input<4>, Dense<5, Tanh>, Dense<3, Softmax>>;
constexpr float no_number = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();

struct Bench {
    Net model = build<Net>(Seed{1});
    std::vector<float> before = parameters_of(model);
    decltype(compile(std::declval<Net&>(), SGD{}, SparseCategoricalCrossentropy{})) trainer =
        compile(model, SGD{}, SparseCategoricalCrossentropy{});

    ~Bench()
    {
        CHECK(parameters_of(model) == before);
        CHECK(trainer.optimizer().state.step == 0);
    }
};

struct List {
    using input = Input<4>;
    std::vector<Dense<4, Tanh>::on<4>> body;
    Dense<3, Softmax>::on<4> head;
    auto operator()(const auto& x) const { return head(x); }
};

template <class F>
auto changed(F f)
{
    auto samples = points(40);
    f(samples);
    return samples;
}

} // namespace

TEST_CASE("Samples that do not fit are refused", "[training][bad_data]")
{
    Bench bench;
    auto& trainer = bench.trainer;
    const auto narrow = points<float, 3>(40);
    CHECK_THROWS_WITH(trainer.fit(narrow), Contains("fit") && Contains("[3]") && Contains("[4]"));
    CHECK_THROWS_WITH(trainer.evaluate(narrow), Contains("evaluate") && Contains("[3]") && Contains("[4]"));
    CHECK_THROWS_WITH(trainer.train_on_batch(narrow.x, narrow.y), Contains("train_on_batch") && Contains("[3]"));

    const auto empty = points(0);
    CHECK_THROWS_WITH(trainer.fit(empty), Contains("fit: there are no samples") && Contains("at least one"));
    CHECK_THROWS_WITH(trainer.evaluate(empty), Contains("evaluate: there are no samples"));
    CHECK_THROWS_WITH(trainer.train_on_batch(empty.x, empty.y), Contains("train_on_batch: there are no samples"));

    const Samples uneven{points(40).x, points(39).y};
    CHECK_THROWS_WITH(trainer.fit(uneven), Contains("40 samples and 39 labels"));
    CHECK_THROWS_WITH(trainer.evaluate(uneven), Contains("40 samples and 39 labels"));
}

TEST_CASE("Values that cannot be trained on are refused with their place", "[training][bad_data]")
{
    Bench bench;
    auto& trainer = bench.trainer;
    CHECK_THROWS_WITH(trainer.fit(changed([](auto& s) { s.y(39) = 3; })),
                      Contains("fit: y[39] is 3") && Contains("a class in [0, 3)"));
    CHECK_THROWS_WITH(trainer.fit(changed([](auto& s) { s.y(0) = -1; })), Contains("y[0] is -1"));
    CHECK_THROWS_WITH(trainer.fit(changed([](auto& s) { s.x(39, 3) = no_number; })),
                      Contains("x[39, 3] is nan") && Contains("finite"));
    CHECK_THROWS_WITH(trainer.fit(changed([](auto& s) { s.x(0, 2) = infinite; })), Contains("x[0, 2] is inf"));
    CHECK_THROWS_WITH(trainer.evaluate(changed([](auto& s) { s.x(0, 2) = no_number; })), Contains("evaluate: x[0, 2] is nan"));
    const auto bad = changed([](auto& s) { s.x(7, 1) = -infinite; });
    CHECK_THROWS_WITH(trainer.train_on_batch(bad.x, bad.y), Contains("x[7, 1] is -inf"));

    const auto good = points(40);
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_data = &bad}), Contains("validation data") && Contains("x[7, 1]"));
    const auto empty = points(0);
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_data = &empty}), Contains("validation data") && Contains("no samples"));
}

TEST_CASE("Weights that make no sense are refused", "[training][bad_data]")
{
    Bench bench;
    auto& trainer = bench.trainer;
    const auto good = points(4);
    CHECK_THROWS_WITH(trainer.fit(good, {.sample_weight = {1, 2, 3}}), Contains("3 sample weights") && Contains("4 samples"));
    CHECK_THROWS_WITH(trainer.fit(good, {.sample_weight = {1, -1, 3, 4}}),
                      Contains("sample_weight[1] is -1") && Contains("at least 0"));
    CHECK_THROWS_WITH(trainer.fit(good, {.sample_weight = {1, 1, no_number, 4}}), Contains("sample_weight[2] is nan"));
    CHECK_THROWS_WITH(trainer.fit(good, {.sample_weight = {1, 1, 1, infinite}}), Contains("sample_weight[3] is inf"));
    CHECK_THROWS_WITH(trainer.fit(good, {.class_weight = {{1, -2.f}}}), Contains("class_weight of class 1 is -2"));
    CHECK_THROWS_WITH(trainer.fit(good, {.class_weight = {{2, no_number}}}), Contains("class_weight of class 2 is nan"));
    CHECK_THROWS_WITH(trainer.evaluate(good, {.sample_weight = {1}}), Contains("1 sample weight"));
    CHECK_THROWS_WITH(trainer.train_on_batch(good.x, good.y, {1, 1, no_number, 4}), Contains("sample_weight[2] is nan"));
}

TEST_CASE("Settings that make no sense are refused", "[training][bad_data]")
{
    Bench bench;
    auto& trainer = bench.trainer;
    const auto good = points(4);
    CHECK_THROWS_WITH(trainer.fit(good, {.batch_size = 0}), Contains("batch_size is 0") && Contains("at least 1"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_split = 1.0}), Contains("validation_split is 1") && Contains("[0, 1)"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_split = -0.1}), Contains("validation_split is -0.1"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_split = double(no_number)}), Contains("validation_split is nan"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_split = 0.9}), Contains("validation_split leaves no sample"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_data = &good, .validation_split = 0.5}), Contains("both given"));
}

TEST_CASE("Class weights need one label a sample", "[training][bad_data]")
{
    auto model = build<Sequential<Input<4>, Dense<6>, Reshape<2, 3>>>(Seed{1});
    auto trainer = compile(model, SGD{}, SparseCategoricalCrossentropy{.from_logits = true});
    const Samples pairs{points(4).x, xt::xtensor<std::int32_t, 2>({4, 2}, 1)};
    CHECK_THROWS_WITH(trainer.fit(pairs, {.class_weight = {{1, 2.f}}}),
                      Contains("class_weight") && Contains("one label a sample") && Contains("2"));
}

TEST_CASE("A loss that makes no sense cannot be compiled", "[training][bad_data]")
{
    auto model = build<Net>(Seed{1});
    CHECK_THROWS_WITH(compile(model, SGD{}, SparseCategoricalCrossentropy{.label_smoothing = 1.5f}),
                      Contains("label_smoothing is 1.5"));
    CHECK_THROWS_WITH(compile(model, SGD{.momentum = 2}, SparseCategoricalCrossentropy{}), Contains("momentum is 2"));
}

TEST_CASE("A model that was not built cannot be compiled", "[training][bad_data]")
{
    Net model;
    CHECK_THROWS_WITH(compile(model, SGD{}, SparseCategoricalCrossentropy{}),
                      Contains("\"0/kernel\" is bound to no stored variable"));
}

TEST_CASE("A model that was moved or changed since compile is refused", "[training][bad_data]")
{
    const auto samples = points(40);
    const SparseCategoricalCrossentropy loss;
    const auto says = Contains("moved or changed since compile; compile it again");
    {
        auto model = build<Net>(Seed{1});
        auto trainer = compile(model, SGD{}, loss);
        Net elsewhere = std::move(model);
        CHECK_THROWS_AS(trainer.fit(samples), error); // what is left is bound to nothing
        CHECK_THROWS_AS(trainer.evaluate(samples), error);
        model = std::move(elsewhere);
        CHECK(trainer.fit(samples).size() == 1); // where it was
    }
    {
        auto model = build<Net>(Seed{1});
        auto trainer = compile(model, SGD{}, loss);
        model = build<Net>(Seed{2}); // other records
        CHECK_THROWS_WITH(trainer.fit(samples), says);
        CHECK_THROWS_WITH(trainer.evaluate(samples), says);
        CHECK_THROWS_WITH(trainer.train_on_batch(samples.x, samples.y), says);
    }
    {
        List model;
        model.body.resize(3);
        build(model, Seed{1});
        auto trainer = compile(model, SGD{}, loss);
        CHECK(trainer.fit(samples).size() == 1);
        auto last = std::move(model.body.back());
        model.body.pop_back();
        CHECK_THROWS_WITH(trainer.fit(samples), says);
        model.body.push_back(std::move(last));
        CHECK(trainer.fit(samples).size() == 1);
        std::swap(model.body[0], model.body[1]);
        CHECK_THROWS_WITH(trainer.fit(samples), says);
    }
}
