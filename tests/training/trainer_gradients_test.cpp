// Trainer: the gradient of a step, read from an SGD step of rate 1 in double, is that of the loss that evaluate gives.
#include "catch.hpp"
#include "layers/gradient_check.hpp"
#include "training/problems.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::internals;

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

/// The second output reads the probabilities that are the first one.
struct Read {
    Dense<3, Softmax>::on<4>::as<double> kind;
    Dense<3, Tanh>::on<3>::as<double> place;

    auto operator()(const auto& x) const
    {
        const auto p = kind(x);
        return std::tuple{p, place(p)};
    }
};

/// The figures of a model whose logits are these, for one sample.
template <class M, class L, class Y>
Logs value_of(const std::vector<float>& logits, const L& loss, const Y& y, bool trains = false)
{
    auto model = build<M>(Seed{1});
    for_each_variable(model, [&](auto& variable) {
        const bool bias = variable.storage()->extents().rank == 1;
        std::size_t i = 0;
        variable.storage()->template for_each<float>([&](float& e) { e = bias ? logits[i++] : 0; });
    });
    auto trainer = compile(model, SGD{}, loss, loss);
    const Samples one{xt::xtensor<float, 2>({1, 2}, 1.f), y};
    return trains ? trainer.train_on_batch(one.x, one.y) : trainer.evaluate(one);
}

template <class M, class L, class Y> void check_value(const std::vector<float>& logits, const L& loss, const Y& y, double wanted)
{
    for (const bool trains : {false, true}) {
        const auto figures = value_of<M>(logits, loss, y, trains);
        INFO(L::name << " of " << logits[0] << ", training " << trains);
        CHECK(figures["loss"] == Approx(wanted).epsilon(1e-6));
        CHECK(figures[L::name] == Approx(wanted).epsilon(1e-6));
    }
}

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

template <class M, class L, class S> void check_step(const L& loss, const S& samples)
{
    M model = build<M>(Seed{1});
    randomize(model, 2, 0.8);
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
    check_step<Probabilities>(SparseCategoricalCrossentropy{.probabilities_as_logits = true}, samples);
    check_step<Answers>(BinaryCrossentropy{.from_logits = true, .probabilities_as_logits = true}, rows);
    check_step<Answers>(MeanSquaredError{}, rows);
}

TEST_CASE("A step of a struct follows the gradient of its loss", "[training][trainer][gradients]")
{
    const auto samples = points<double>(37);
    check_step<Residual>(SparseCategoricalCrossentropy{}, samples);
    check_step<Residual>(MeanSquaredError{}, Samples{samples.x, one_hot(samples.y)});
    check_step<Read>(Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}},
                     Samples{samples.x, std::tuple{samples.y, one_hot(samples.y)}});
    check_step<Read>(Losses{SparseCategoricalCrossentropy{.probabilities_as_logits = true}, MeanSquaredError{}},
                     Samples{samples.x, std::tuple{samples.y, one_hot(samples.y)}});
}

TEST_CASE("The pull on a saturated probability that another output reads is that of its logit", "[training][trainer][gradients]")
{
    Read model = build<Read>(Seed{1});
    for_each_variable(model.kind, [](auto& v) { v.storage()->template for_each<double>([](double& e) { e = 0; }); });
    std::copy_n(std::array{100., 0., 0.}.data(), 3, model.kind.bias.data());
    const Samples one{points<double>(1).x, std::tuple{xt::xtensor<int, 1>({1}, 1), xt::xtensor<double, 2>({1, 3}, 0.)}};
    const Losses losses = Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.weighted(1, 0);
    Read moved = clone(model);
    const auto figures = compile(moved, SGD{.learning_rate = 1}, losses).train_on_batch(one.x, one.y);
    CHECK(figures["loss"] == Approx(100));
    CHECK(moved.kind.bias.data()[0] == Approx(99));
    CHECK(moved.kind.bias.data()[1] == Approx(1));
}

TEST_CASE("The value of a cross-entropy behind softmax or sigmoid is that of the logits", "[training][trainer]")
{
    const xt::xtensor<float, 2> no({1, 1}, 0.f), yes({1, 1}, 1.f), hot{{0, 1, 0}};
    const xt::xtensor<int, 1> second({1}, 1);
    using One = Sequential<Input<2>, Dense<1, Sigmoid>>;
    using Apart = Sequential<Input<2>, Dense<3>, Activation<Sigmoid>>;
    using Three = Sequential<Input<2>, Dense<3, Softmax>>;
    using Flat = Sequential<Input<2>, Dense<3>, Activation<Softmax>, Reshape<1, 3>, Flatten>;
    using Pixel = Sequential<Input<2>, Reshape<1, 2, 1>, Conv2D<3, Kernel<1, 2>, Softmax>, Flatten>;
    using Image = Sequential<Input<2>, Reshape<1, 2, 1>, Conv2D<1, Kernel<1>, Sigmoid>>;
    const double sure = std::log1p(2 * std::exp(-17.));

    check_value<One>({20}, BinaryCrossentropy{}, no, 20);
    check_value<One>({17}, BinaryCrossentropy{}, yes, std::log1p(std::exp(-17.)));
    check_value<One>({-150}, BinaryCrossentropy{}, yes, 150);
    check_value<One>({20}, BinaryCrossentropy{.label_smoothing = 0.1f}, no, 20 - 20 * 0.05);
    check_value<Apart>({30, 40, 50}, BinaryCrossentropy{}, hot, (30 + 50) / 3.);
    check_value<Image>({20}, BinaryCrossentropy{}, xt::xtensor<float, 4>({1, 1, 2, 1}, 0.f), 20);
    check_value<Three>({100, 0, 0}, SparseCategoricalCrossentropy{}, second, 100);
    check_value<Three>({0, 17, 0}, SparseCategoricalCrossentropy{}, second, sure);
    check_value<Three>({100, 0, 0}, CategoricalCrossentropy{}, hot, 100);
    check_value<Three>({0, 17, 0}, CategoricalCrossentropy{}, hot, sure);
    check_value<Three>({100, 0, 0}, CategoricalCrossentropy{.label_smoothing = 0.3f}, hot, 100 * (0.8 + 0.1));
    check_value<Three>({100, 0, 0}, SparseCategoricalCrossentropy{.label_smoothing = 0.3f}, second, 100 * (0.8 + 0.1));
    check_value<Flat>({100, 0, 0}, SparseCategoricalCrossentropy{}, second, 100);
    check_value<Pixel>({100, 0, 0}, SparseCategoricalCrossentropy{}, second, 100);

    for (const float broken : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        INFO(broken);
        CHECK_FALSE(std::isfinite(value_of<Three>({broken, 0, 0}, SparseCategoricalCrossentropy{}, second)["loss"]));
        CHECK_FALSE(std::isfinite(value_of<One>({broken}, BinaryCrossentropy{}, no)["loss"]));
    }
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
