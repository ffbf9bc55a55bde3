// Trainer: the gradient of a step, read from an SGD step of rate 1 in double, is that of the loss that evaluate gives.
#include "catch.hpp"
#include "layers/gradient_check.hpp"
#include "training/problems.hpp"

#include <lamina/layers/activation.hpp>
#include <lamina/layers/dense.hpp>
#include <lamina/layers/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/sequential.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/optimizers/sgd.hpp>
#include <lamina/training/trainer.hpp>

using namespace lamina;

namespace {

using Probabilities = Sequential<Input<4>, Dense<5, Tanh>, Dense<3, Softmax>>::as<double>;
using Answers = Sequential<Input<4>, Dense<5, Tanh>, Dense<3, Sigmoid>>::as<double>;
using Logits = Sequential<Input<4>, Dense<5, Tanh>, Dense<3>>::as<double>;

/// A residual connection, a layer used twice, and softmax at the end.
struct Residual {
    Dense<5, Tanh>::on<4>::as<double> first;
    Dense<5, Sigmoid>::on<5>::as<double> again;
    Dense<3>::on<5>::as<double> last;
    Activation<Softmax>::on<3>::as<double> softmax;

    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return softmax(last(h + again(again(h))));
    }
};

auto one_hot(const xt::xtensor<std::int32_t, 1>& labels)
{
    xt::xtensor<double, 2> rows({labels.size(), 3}, 0.05);
    for (std::size_t i = 0; i < labels.size(); ++i) rows(i, std::size_t(labels(i))) = 0.9;
    return rows;
}

/// The gradient that a step on all samples follows.
template <class M, class L, class S>
std::vector<double> gradient_of(const M& model, const L& loss, const S& samples, std::size_t threads = 1)
{
    M moved = clone(model);
    auto trainer = compile(moved, SGD{.learning_rate = 1}, loss);
    trainer.train_on_batch(samples.x, samples.y, std::vector<float>{}, threads);
    const auto before = parameters_of(model), after = parameters_of(moved);
    std::vector<double> gradient;
    for (std::size_t i = 0; i < before.size(); ++i) gradient.push_back(before[i] - after[i]);
    return gradient;
}

template <class M, class L, class S>
void check_step(const L& loss, const S& samples)
{
    INFO(L::name);
    M model = build<M>(Seed{1});
    randomise(model, 2, 0.8);
    const auto gradient = gradient_of(model, loss, samples);
    auto trainer = compile(model, SGD{}, loss);
    const auto numbers = numbers_of(model);
    double largest = 0, off = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        constexpr double h = 1e-5;
        const double old = *numbers[i];
        *numbers[i] = old + h;
        const double above = trainer.evaluate(samples)["loss"];
        *numbers[i] = old - h;
        const double below = trainer.evaluate(samples)["loss"];
        *numbers[i] = old;
        const double difference = std::fabs((above - below) / (2 * h) - gradient[i]);
        off = difference <= off ? off : difference;
        largest = std::fmax(largest, std::fabs(gradient[i]));
    }
    INFO("off by " << off << ", the largest gradient is " << largest);
    CHECK(largest > 1e-3);
    CHECK(off <= 1e-6 * largest);
}

} // namespace

TEST_CASE("A step follows the gradient of its loss", "[training][trainer][gradients]")
{
    const auto samples = points<double>(37);
    const Samples rows{samples.x, one_hot(samples.y)};
    check_step<Probabilities>(SparseCategoricalCrossentropy{}, samples);
    check_step<Probabilities>(SparseCategoricalCrossentropy{.label_smoothing = 0.1f}, samples);
    check_step<Probabilities>(CategoricalCrossentropy{}, rows);
    check_step<Logits>(SparseCategoricalCrossentropy{.from_logits = true}, samples);
    check_step<Logits>(CategoricalCrossentropy{.from_logits = true}, rows);
    check_step<Logits>(MeanSquaredError{}, rows);
    check_step<Logits>(BinaryCrossentropy{.from_logits = true}, rows);
    check_step<Answers>(BinaryCrossentropy{}, rows);
    check_step<Answers>(BinaryCrossentropy{.label_smoothing = 0.2f}, rows);
}

TEST_CASE("A step follows the gradient of a loss that does not know the last activation", "[training][trainer][gradients]")
{
    const auto samples = points<double>(37);
    const Samples rows{samples.x, one_hot(samples.y)};
    check_step<Probabilities>(MeanSquaredError{}, rows);
    check_step<Probabilities>(BinaryCrossentropy{}, rows);
    check_step<Probabilities>(SparseCategoricalCrossentropy{.from_logits = true}, samples);
    check_step<Answers>(BinaryCrossentropy{.from_logits = true}, rows);
    check_step<Answers>(MeanSquaredError{}, rows);
}

TEST_CASE("A step of a struct follows the gradient of its loss", "[training][trainer][gradients]")
{
    const auto samples = points<double>(37);
    check_step<Residual>(SparseCategoricalCrossentropy{}, samples);
    check_step<Residual>(MeanSquaredError{}, Samples{samples.x, one_hot(samples.y)});
}

TEST_CASE("The loss of an output of many rows is the mean over them", "[training][trainer][gradients]")
{
    using Rows = Sequential<Input<4>, Dense<6>, Reshape<2, 3>, Activation<Softmax>>::as<double>;
    const auto samples = points<double>(37);
    xt::xtensor<std::int32_t, 2> labels({37, 2});
    for (std::size_t i = 0; i < 37; ++i) labels(i, 0) = samples.y(i), labels(i, 1) = std::int32_t(i % 3);
    check_step<Rows>(SparseCategoricalCrossentropy{}, Samples{samples.x, labels});
}

TEST_CASE("A large batch's gradient is the mean of its samples'", "[training][trainer][gradients]")
{
    for (const std::size_t n : {33u, 100u, 300u}) {
        INFO(n << " samples");
        const auto samples = points<double>(n);
        const auto model = build<Probabilities>(Seed{1});
        const SparseCategoricalCrossentropy loss;
        const auto whole = gradient_of(model, loss, samples);
        std::vector<double> mean(whole.size());
        for (std::size_t i = 0; i < n; ++i) {
            const auto one = gradient_of(model, loss, part_of(samples, i, 1));
            for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += one[k] / double(n);
        }
        for (std::size_t k = 0; k < mean.size(); ++k) CHECK(whole[k] == Approx(mean[k]).margin(1e-13));
        CHECK(gradient_of(model, loss, samples, 3) == whole);
    }
}

TEST_CASE("A struct with a residual connection and a layer used twice learns in fit", "[training][trainer]")
{
    Residual model = build<Residual>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 0.3f, .momentum = 0.9f}, SparseCategoricalCrossentropy{});
    const auto history = trainer.fit(points<double>(100), {.epochs = 60});
    CHECK(history["loss"].front() > 0.5);
    CHECK(history["loss"].back() < 0.1);
}
