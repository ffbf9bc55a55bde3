// Models of several inputs and outputs in training: gradients, figures and their names, weights, threads, what is refused.
#include "catch.hpp"
#include "layers/gradient_check.hpp"
#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

using namespace lamina;
using namespace lamina::internals;
using Catch::Contains;

namespace {

/// Two inputs, a class and two numbers.
template <class T> struct Two {
    using inputs = Inputs<Input<4>, Input<2>>;
    typename Sequential<Input<4>, Dense<9, Tanh>>::template as<T> body;
    typename Dense<3, Softmax>::template on<11>::template as<T> kind;
    typename Dense<2>::template on<11>::template as<T> place;

    auto operator()(const auto& x, const auto& extra) const
    {
        const auto h = concatenate(body(x), extra);
        return std::tuple{kind(h), place(h)};
    }
};

/// The same with a first output that the second reads: its loss is not joined with the softmax; and with dropout.
template <class T> struct Behind {
    typename Dense<9, Tanh>::template on<4>::template as<T> left;
    typename Dense<9, Gelu>::template on<2>::template as<T> right;
    typename Dropout<0.3>::template on<9>::template as<T> dropped;
    typename Dense<3, Softmax>::template on<9>::template as<T> kind;
    typename Dense<2, Tanh>::template on<3>::template as<T> place;

    auto operator()(const auto& x, const auto& extra) const
    {
        const auto first = kind(dropped(left(x) + right(extra)));
        return std::tuple{first, place(first)};
    }
};

/// The points of problems.hpp with two more numbers; the class, and two numbers to be told.
template <class T> auto pairs(std::size_t n)
{
    const auto from = points<T>(n);
    xt::xtensor<T, 2> extra({n, 2}), place({n, 2});
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < 2; ++k) extra(i, k) = static_cast<T>(std::cos(double(i * 2 + k) * 0.77));
        place(i, 0) = T(0.5) * from.x(i, 0) - extra(i, 1);
        place(i, 1) = extra(i, 0) * T(0.3);
    }
    return Samples{std::tuple{from.x, extra}, std::tuple{from.y, place}};
}

/// A step follows the gradient of the total loss that evaluate gives.
template <class M> void check_step(double first_weight, double second_weight)
{
    const auto samples = pairs<double>(37);
    std::vector<float> weights(37);
    for (std::size_t i = 0; i < 37; ++i) weights[i] = 0.25f * float(i % 7);
    const Losses losses = Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.weighted(first_weight, second_weight);
    M model = build<M>(Seed{1});
    randomize(model, 2, 0.8);

    M moved = clone(model);
    auto stepper = compile(moved, SGD{.learning_rate = 1}, losses);
    stepper.train_on_batch(samples.x, samples.y, weights);
    const auto before = parameters_of(model), after = parameters_of(moved);

    auto trainer = compile(model, SGD{}, losses);
    const auto total = [&] { return trainer.evaluate(samples, {.sample_weight = weights})["loss"]; };
    const auto numbers = numbers_of(model);
    double largest = 0, off = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        constexpr double h = 1e-5;
        const double old = *numbers[i], gradient = before[i] - after[i];
        *numbers[i] = old + h;
        const double above = total();
        *numbers[i] = old - h;
        const double below = total();
        *numbers[i] = old;
        const double difference = std::fabs((above - below) / (2 * h) - gradient);
        off = difference <= off ? off : difference;
        largest = std::fmax(largest, std::fabs(gradient));
    }
    INFO("off by " << off << ", the largest gradient is " << largest);
    CHECK(largest > 1e-3);
    CHECK(off <= 1e-6 * largest);
}

/// Behind without dropout, whose evaluation is its training.
struct Dry {
    Dense<9, Tanh>::on<4>::as<double> left;
    Dense<9, Gelu>::on<2>::as<double> right;
    Dense<3, Softmax>::on<9>::as<double> kind;
    Dense<2, Tanh>::on<3>::as<double> place;

    auto operator()(const auto& x, const auto& extra) const
    {
        const auto first = kind(left(x) + right(extra));
        return std::tuple{first, place(first)};
    }
};

template <class M> struct Run {
    std::vector<float> parameters;
    std::vector<double> losses;
};

template <class M> Run<M> run(std::size_t threads, std::size_t batch_size)
{
    const auto train = pairs<float>(300), test = pairs<float>(70);
    auto model = build<M>(Seed{1});
    auto trainer =
        compile(model, Adam{.learning_rate = 0.01f}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}, Accuracy{});
    const auto history =
        trainer.fit(train, {.epochs = 3, .batch_size = batch_size, .validation_data = &test, .threads = threads});
    Run<M> result{parameters_of(model), history["loss"]};
    for (const auto name : {"val_loss", "output_1_accuracy", "val_output_2_loss"})
        for (const double value : history[name]) result.losses.push_back(value);
    return result;
}

} // namespace

TEST_CASE("A step follows the gradient of the weighted sum of the losses", "[training][several][gradients]")
{
    check_step<Two<double>>(1, 1);
    check_step<Two<double>>(0.3, 2.5);
    check_step<Dry>(1, 1);
    check_step<Dry>(2, -0.7);
}

TEST_CASE("The figures of several outputs", "[training][several]")
{
    const auto samples = pairs<double>(70);
    const auto model = build<Two<double>>(Seed{1});
    auto copy = clone(model);
    auto trainer =
        compile(copy, SGD{}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.weighted(2, 0.5).named("kind", "place"),
                Metrics{Accuracy{}, SparseCategoricalCrossentropy{}}, MeanSquaredError{});
    const Logs logs = trainer.evaluate(samples);
    std::vector<std::string> names;
    for (const auto& [name, value] : logs.entries) names.push_back(name);
    CHECK(names == std::vector<std::string>{"loss", "kind_loss", "kind_accuracy", "kind_sparse_categorical_crossentropy",
                                            "place_loss", "place_mean_squared_error"});

    const auto [kinds, places] = predict(model, samples.x);
    const auto& [labels, targets] = samples.y;
    double entropy = 0, squares = 0, right = 0;
    for (std::size_t i = 0; i < 70; ++i) {
        entropy -= std::log(kinds(i, std::size_t(labels(i)))) / 70;
        const auto row = &kinds(i, 0);
        right += std::max_element(row, row + 3) - row == labels(i) ? 1.0 / 70 : 0;
        for (std::size_t k = 0; k < 2; ++k) squares += std::pow(places(i, k) - targets(i, k), 2) / 140;
    }
    CHECK(logs["kind_loss"] == Approx(entropy).epsilon(1e-12));
    CHECK(logs["place_loss"] == Approx(squares).epsilon(1e-12));
    CHECK(logs["kind_accuracy"] == Approx(right));
    CHECK(logs["loss"] == Approx(2 * entropy + 0.5 * squares).epsilon(1e-12));
    CHECK(logs["place_mean_squared_error"] == logs["place_loss"]);

    auto other = clone(model);
    auto plain =
        compile(other, SGD{}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}, Metrics{}, MeanSquaredError{});
    const Logs numbered = plain.evaluate(samples, {.threads = 2});
    CHECK(numbered["loss"] == numbered["output_1_loss"] + numbered["output_2_loss"]);
    CHECK(numbered.entries.size() == 4);
    CHECK(numbered["output_1_loss"] == logs["kind_loss"]);
}

TEST_CASE("A loss of weight 0 moves nothing that it alone depends on", "[training][several]")
{
    const auto samples = pairs<float>(64);
    auto model = build<Two<float>>(Seed{1});
    const auto before = parameters_of(model.place), kind = parameters_of(model.kind);
    auto trainer = compile(model, SGD{}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.weighted(1, 0));
    trainer.fit(samples, {.epochs = 2});
    CHECK(parameters_of(model.place) == before);
    CHECK(parameters_of(model.kind) != kind);
}

TEST_CASE("Two inputs and two outputs learn, and are validated", "[training][several]")
{
    const auto train = pairs<float>(600), test = pairs<float>(700);
    auto model = build<Two<float>>(Seed{1});
    auto trainer = compile(model, Adam{.learning_rate = 0.01f},
                           Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.named("kind", "place"), Accuracy{});
    const auto history = trainer.fit(train, {.epochs = 40, .validation_data = &test});
    CHECK(history["loss"].front() > 0.8);
    CHECK(history["val_loss"].back() < 0.15);
    CHECK(history["val_kind_accuracy"].back() > 0.95);
    CHECK(history["val_place_loss"].back() < 0.03);
    CHECK(history["val_kind_loss"].back() == trainer.evaluate(test)["kind_loss"]);
    CHECK(history.best("val_kind_accuracy") > 0);

    auto again = build<Two<float>>(Seed{1});
    auto split = compile(again, Adam{}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}});
    const auto of_split = split.fit(train, {.epochs = 1, .validation_split = 0.25});
    CHECK(std::isfinite(of_split["val_output_2_loss"][0]));
}

TEST_CASE("Threads do not change a bit of a model with several outputs", "[training][several][threads]")
{
    for (const std::size_t batch_size : {20u, 100u}) {
        INFO("batches of " << batch_size);
        const auto two = run<Two<float>>(1, batch_size);
        const auto behind = run<Behind<float>>(1, batch_size);
        for (const std::size_t threads : {2u, 3u}) {
            const auto same = run<Two<float>>(threads, batch_size);
            CHECK(same.parameters == two.parameters);
            CHECK(same.losses == two.losses);
            CHECK(run<Behind<float>>(threads, batch_size).parameters == behind.parameters);
        }
    }
}

TEST_CASE("Inputs of another type are converted, and one sample trains", "[training][several]")
{
    auto samples = pairs<float>(40);
    xt::xtensor<double, 2> wide = std::get<1>(samples.x);
    const Samples converted{std::tuple{std::get<0>(samples.x), wide}, samples.y};
    auto a = build<Two<float>>(Seed{1}), b = clone(a);
    auto first = compile(a, Adam{}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}});
    auto second = compile(b, Adam{}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}});
    first.fit(samples, {.epochs = 2});
    second.fit(converted, {.epochs = 2});
    CHECK(parameters_of(a) == parameters_of(b));
    const auto one = pairs<float>(1);
    CHECK(std::isfinite(first.fit(one, {})["loss"][0]));
    CHECK(std::isfinite(first.train_on_batch(one.x, one.y)["output_2_loss"]));
}

TEST_CASE("Data that does not fit several inputs and outputs is refused with a sentence", "[training][several]")
{
    auto model = build<Two<float>>(Seed{1});
    auto trainer = compile(model, SGD{}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}});
    const auto good = pairs<float>(40), few = pairs<float>(39);
    const auto before = parameters_of(model);

    auto bad = good;
    std::get<1>(bad.x) = std::get<1>(few.x);
    CHECK_THROWS_WITH(trainer.fit(bad), Contains("fit: input 2 has 39 samples and input 1 has 40"));
    CHECK_THROWS_WITH(trainer.evaluate(bad), Contains("evaluate: input 2 has 39"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_data = &bad}), Contains("fit, validation data: input 2"));
    bad = good;
    std::get<1>(bad.y) = std::get<1>(few.y);
    CHECK_THROWS_WITH(trainer.fit(bad), Contains("fit, output 2: there are 40 samples and 39 labels"));
    bad = good;
    std::get<0>(bad.y)(7) = 3;
    CHECK_THROWS_WITH(trainer.train_on_batch(bad.x, bad.y),
                      Contains("train_on_batch, output 1: y[7] is 3") && Contains("[0, 3)"));
    bad = good;
    std::get<1>(bad.x)(3, 1) = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH(trainer.fit(bad), Contains("fit, input 2: x[3, 1] is nan"));
    bad = good;
    std::get<0>(bad.x) = std::get<1>(bad.x);
    CHECK_THROWS_WITH(trainer.fit(bad), Contains("fit, input 1: samples of shape [2]") && Contains("[4]"));
    CHECK_THROWS_WITH(trainer.fit(good, {.class_weight = {{1, 2.f}}}), Contains("class_weight") && Contains("one output"));
    CHECK_THROWS_WITH(trainer.fit(pairs<float>(0)), Contains("no samples"));
    CHECK(parameters_of(model) == before);

    const Losses losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}};
    CHECK_THROWS_WITH(losses.weighted(1, std::numeric_limits<double>::infinity()), Contains("inf") && Contains("finite"));
    for (const std::string name : {"", "val", "val_a", "b"})
        CHECK_THROWS_WITH(losses.named(name, "b"), Contains("\"" + name + "\""));
    CHECK_THROWS_WITH(compile(model, SGD{}, Losses{SparseCategoricalCrossentropy{.label_smoothing = 2}, MeanSquaredError{}}),
                      Contains("label_smoothing"));
}
