// Losses and metrics of one's own that need more than a row and a mean: whole samples, settings for the result, weights.
#include "catch.hpp"
#include "layers/gradient_check.hpp"
#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/metrics/binary_accuracy.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <array>
#include <cmath>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// 1 − 2 Σ p·t / (Σ p + Σ t) over all outputs of a sample.
struct Dice {
    static constexpr std::string_view name = "dice";
    static constexpr target_kind kind = target_kind::same_shape;
    static constexpr bool whole_samples = true;

    template <class T, class Y> T row(const T* p, const Y* t, std::size_t width, T* gradient, T scale) const
    {
        T both = 0, sum = 0;
        for (std::size_t i = 0; i < width; ++i) {
            both += p[i] * static_cast<T>(t[i]);
            sum += p[i] + static_cast<T>(t[i]);
        }
        for (std::size_t i = 0; gradient != nullptr && i < width; ++i)
            gradient[i] = -2 * scale * (static_cast<T>(t[i]) / sum - both / (sum * sum));
        return 1 - 2 * both / sum;
    }
    template <class Y> bool accepts(const Y* t, std::size_t width) const { return losses::all_probabilities(t, width); }
    std::string needs(std::size_t width) const { return text_of({width, " probabilities"}); }
};
static_assert(Loss<Dice> && Metric<Dice>);

/// The share of samples whose outputs are all on the right side; and `power` changes the figure, which needs the setting.
struct AllRight {
    static constexpr std::string_view name = "all_right";
    static constexpr target_kind kind = target_kind::same_shape;
    static constexpr bool whole_samples = true;

    struct accumulator {
        std::array<double, 2> counts{}; // wrong, right
        void merge(const accumulator& other)
        {
            for (std::size_t i = 0; i < 2; ++i) counts[i] += other.counts[i];
        }
    };
    double power = 1;

    template <class T, class Y> void add(accumulator& to, const T* p, const Y* t, std::size_t width) const
    {
        bool right = true;
        for (std::size_t i = 0; i < width; ++i) right = right && (p[i] > T(0.5)) == (t[i] > Y(0.5));
        ++to.counts[right];
    }
    double result(const accumulator& of) const { return std::pow(of.counts[1] / (of.counts[0] + of.counts[1]), power); }
};
static_assert(Metric<AllRight>);

/// The sum of the weights it was given.
struct Weight {
    static constexpr std::string_view name = "weight";
    static constexpr target_kind kind = target_kind::same_shape;

    template <class T, class Y> void add(Mean& to, const T*, const Y*, std::size_t, double weight) const { to.add(weight); }
};
static_assert(Metric<Weight>);

/// Two rows of three outputs a sample.
using Net = Sequential<Input<4>, Dense<6, Sigmoid>, Reshape<2, 3>>::as<double>;

auto masks(std::size_t n)
{
    Samples samples{points<double>(n).x, xt::xtensor<double, 3>({n, 2, 3})};
    for (std::size_t i = 0; i < samples.y.size(); ++i) samples.y.data()[i] = std::sin(double(i) * 7.3) > 0 ? 1 : 0;
    return samples;
}

/// What the metric counts, over samples that were predicted.
double dice_of(const Net& model, const Samples<xt::xtensor<double, 2>, xt::xtensor<double, 3>>& samples)
{
    const auto p = predict(model, samples.x);
    double sum = 0;
    for (std::size_t i = 0; i < samples.size(); ++i)
        sum += Dice{}.row(p.data() + 6 * i, samples.y.data() + 6 * i, 6, static_cast<double*>(nullptr), 1.0);
    return sum / double(samples.size());
}

} // namespace

TEST_CASE("A loss of whole samples is given all outputs of one, and its step follows its gradient", "[training][score]")
{
    const auto samples = masks(37); // more than a chunk
    auto model = build<Net>(Seed{1});
    randomize(model, 2, 0.8);
    Net moved = clone(model);
    const auto before = parameters_of(model);
    compile(moved, SGD{.learning_rate = 1}, Dice{}).train_on_batch(samples.x, samples.y);
    const auto after = parameters_of(moved);

    auto trainer = compile(model, SGD{}, Dice{}, MeanSquaredError{});
    const auto figures = trainer.evaluate(samples);
    CHECK(figures["loss"] == Approx(dice_of(model, samples)).epsilon(1e-12));
    const auto numbers = numbers_of(model);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double old = *numbers[i], h = 1e-5;
        *numbers[i] = old + h;
        const double above = trainer.evaluate(samples)["loss"];
        *numbers[i] = old - h;
        const double below = trainer.evaluate(samples)["loss"];
        *numbers[i] = old;
        CHECK(before[i] - after[i] == Approx((above - below) / (2 * h)).margin(1e-9));
    }
}

TEST_CASE("It stands among the metrics too, beside a loss of rows", "[training][score]")
{
    const auto samples = masks(37);
    auto model = build<Net>(Seed{1});
    auto rows = compile(model, SGD{}, MeanSquaredError{}, Dice{});
    auto whole = compile(model, SGD{}, Dice{}, MeanSquaredError{});
    const auto a = rows.evaluate(samples), b = whole.evaluate(samples);
    CHECK(a["dice"] == Approx(b["loss"]).epsilon(1e-12));
    CHECK(a["loss"] == Approx(b["mean_squared_error"]).epsilon(1e-12));
}

TEST_CASE("Its targets are checked sample by sample", "[training][score]")
{
    auto samples = masks(5);
    samples.y(3, 1, 1) = 2;
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{}, Dice{});
    CHECK_THROWS_WITH(trainer.evaluate(samples), Catch::Contains("y[3, 0, 0]") && Catch::Contains("dice needs 6 probabilities"));
}

TEST_CASE("A metric makes its figure with its settings", "[training][score]")
{
    const auto samples = masks(64);
    auto model = build<Net>(Seed{1});
    const auto p = predict(model, samples.x);
    double right = 0;
    for (std::size_t i = 0; i < 64; ++i) {
        bool all = true;
        for (std::size_t k = 6 * i; k < 6 * i + 6; ++k) all = all && (p.data()[k] > 0.5) == (samples.y.data()[k] > 0.5);
        right += all;
    }
    REQUIRE(right > 0);
    CHECK(compile(model, SGD{}, Dice{}, AllRight{}).evaluate(samples)["all_right"] == Approx(right / 64));
    CHECK(compile(model, SGD{}, Dice{}, AllRight{.power = 2}).evaluate(samples)["all_right"] == Approx(right * right / 64 / 64));
}

TEST_CASE("Weighted metrics count rows by the weights of their samples", "[training][weights]")
{
    const auto samples = masks(40);
    std::vector<float> weights(40);
    for (std::size_t i = 0; i < 40; ++i) weights[i] = static_cast<float>(i % 3);
    auto model = build<Net>(Seed{1});
    const auto p = predict(model, samples.x);
    double right = 0, errors = 0, sum = 0;
    for (std::size_t k = 0; k < p.size(); ++k) {
        const double off = p.data()[k] - samples.y.data()[k], weight = double(weights[k / 6]) / 3;
        right += weight * ((p.data()[k] > 0.5) == (samples.y.data()[k] > 0.5));
        errors += weight * off * off;
        sum += weight;
    }
    auto trainer = compile(model, SGD{}, MeanSquaredError{}, BinaryAccuracy{}, WeightedMetric{BinaryAccuracy{}},
                           WeightedMetric{MeanSquaredError{}}, Weight{});
    const auto weighted = trainer.evaluate(samples, {.sample_weight = weights}), plain = trainer.evaluate(samples);
    CHECK(weighted["weighted_binary_accuracy"] == Approx(right / sum));
    CHECK(weighted["mean_squared_error"] == Approx(errors / sum)); // alone it keeps its name
    CHECK(weighted["weight"] == Approx(sum / 80));
    CHECK(weighted["binary_accuracy"] == plain["binary_accuracy"]);
    CHECK(plain["weighted_binary_accuracy"] == plain["binary_accuracy"]);
    CHECK(plain["weight"] == 1);
    CHECK(trainer.evaluate(samples, {.sample_weight = std::vector<float>(40, 0.f)})["weighted_binary_accuracy"] == 0);
}

TEST_CASE("A weighted metric takes the form that fits the loss, and the weights of classes", "[training][weights]")
{
    const auto samples = points<double>(30);
    using Classes = Sequential<Input<4>, Dense<3, Softmax>>::as<double>;
    auto model = build<Classes>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 0}, SparseCategoricalCrossentropy{}, WeightedMetric{Accuracy{}});
    const auto figures = trainer.fit(samples, {.batch_size = 7, .class_weight = {{0, 3.f}, {1, 0.f}, {2, 1.f}}}).epochs.front();
    const auto p = predict_classes(model, samples.x);
    double right = 0, sum = 0;
    for (std::size_t i = 0; i < 30; ++i) {
        const double weight = samples.y(i) == 0 ? 3 : samples.y(i) == 1 ? 0 : 1;
        right += weight * (int(p(i)) == samples.y(i));
        sum += weight;
    }
    CHECK(figures["accuracy"] == Approx(right / sum));
}
