// Score: loss and metrics of chunks, merged, weighted, over one row or many, with their gradients.
#include "catch.hpp"

#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/score.hpp>

#include <cmath>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Classes = Score<SparseCategoricalCrossentropy, SparseCategoricalAccuracy>;
const lamina::internals::values<SparseCategoricalAccuracy> accuracy{};
const SparseCategoricalCrossentropy loss;

const std::vector<double> p{0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4, 0.5, 0.25, 0.25};
const std::vector<double> z = [] {
    std::vector<double> logits;
    for (const double probability : p) logits.push_back(std::log(probability) + 3);
    return logits;
}();
const std::vector<int> labels{0, 2, 2, 1};

double figure(const Classes& score, const char* name)
{
    Logs logs;
    score.report(logs, accuracy, "", Shape{3});
    return logs[name];
}

} // namespace

TEST_CASE("The loss is the mean over rows, the metrics count them", "[training][score]")
{
    Classes score;
    score.measure(loss, accuracy, Shape{3}, output_activation::none, Rows<double>{p.data(), nullptr, 4, 4}, labels.data(), {}, 0,
                  {});
    CHECK(score.loss() == Approx(-(std::log(0.7) + std::log(0.1) + std::log(0.4) + std::log(0.25)) / 4));
    CHECK(figure(score, "sparse_categorical_accuracy") == 0.5);
    CHECK(figure(score, "loss") == score.loss());
    CHECK(Classes{}.loss() == 0);
}

TEST_CASE("Parts of a batch are measured apart and merged", "[training][score]")
{
    Classes whole, one, two;
    whole.measure(loss, accuracy, Shape{3}, output_activation::none, Rows<double>{p.data(), nullptr, 4, 4}, labels.data(), {}, 0,
                  {});
    one.measure(loss, accuracy, Shape{3}, output_activation::none, Rows<double>{p.data(), nullptr, 3, 4}, labels.data(), {}, 0,
                {});
    two.measure(loss, accuracy, Shape{3}, output_activation::none, Rows<double>{p.data() + 9, nullptr, 1, 4}, labels.data(), {},
                3, {});
    one.merge(two);
    CHECK(one.loss() == Approx(whole.loss()).epsilon(1e-15));
    CHECK(figure(one, "sparse_categorical_accuracy") == 0.5);
}

TEST_CASE("Positions choose the labels and weights", "[training][score]")
{
    const std::vector<int> all{9, 1, 2, 9, 0, 2, 9};
    const std::vector<std::size_t> positions{6, 4, 2, 5, 1}; // the chunk begins at the second
    const std::vector<float> weights{9, 4, 2, 9, 1, 0, 9};
    Classes score;
    score.measure(loss, accuracy, Shape{3}, output_activation::none, Rows<double>{p.data(), nullptr, 4, 5}, all.data(), positions,
                  1, weights);
    CHECK(score.loss() == Approx(-(1 * std::log(0.7) + 2 * std::log(0.1) + 0 * std::log(0.4) + 4 * std::log(0.25)) / 4));
    CHECK(figure(score, "sparse_categorical_accuracy") == 0.5);
}

TEST_CASE("Gradients are scaled by weight and batch", "[training][score]")
{
    const std::vector<float> weights{1, 2, 0, 4};
    std::vector<double> gradient(12, 77);
    Classes score;
    score.measure(loss, accuracy, Shape{3}, output_activation::softmax,
                  Rows<double>{p.data(), gradient.data(), 4, 10, 1, z.data()}, labels.data(), {}, 0, weights);
    for (std::size_t row = 0; row < 4; ++row)
        for (std::size_t i = 0; i < 3; ++i) {
            const double wanted =
                double(weights[row]) / 10 * (p[row * 3 + i] - (int(i) == labels[row] ? 1 : 0)); // that of the logits
            CHECK(gradient[row * 3 + i] == Approx(wanted).margin(1e-15));
        }
}

TEST_CASE("An output of many rows counts each", "[training][score]")
{
    Classes score;
    std::vector<double> gradient(12);
    score.measure(loss, accuracy, Shape{2, 3}, output_activation::softmax,
                  Rows<double>{p.data(), gradient.data(), 2, 2, 1, z.data()}, labels.data(), {}, 0, {});
    CHECK(score.loss() == Approx(-(std::log(0.7) + std::log(0.1) + std::log(0.4) + std::log(0.25)) / 4));
    CHECK(gradient[0] == Approx((0.7 - 1) / 4));

    Score<MeanSquaredError> squares;
    const std::vector<double> targets{0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1};
    squares.measure(MeanSquaredError{}, lamina::internals::values<>{}, Shape{2, 3}, output_activation::none,
                    Rows<double>{p.data(), gradient.data(), 2, 2}, targets.data(), {}, 0, {});
    double mean = 0;
    for (std::size_t i = 0; i < 12; ++i) mean += (p[i] - targets[i]) * (p[i] - targets[i]) / 12;
    CHECK(squares.loss() == Approx(mean));
    for (std::size_t i = 0; i < 12; ++i) CHECK(gradient[i] == Approx(2 * (p[i] - targets[i]) / 12).margin(1e-15));
}

TEST_CASE("A loss is differentiated with an activation that it knows, unless it is given logits", "[training][score]")
{
    const auto with = []<class L>(const L& of, output_activation last) { return seen_by<float>(of, last); };
    CHECK(with(loss, output_activation::softmax) == output_activation::softmax);
    CHECK(with(loss, output_activation::sigmoid) == output_activation::none);
    CHECK(with(loss, output_activation::none) == output_activation::none);
    CHECK(with(SparseCategoricalCrossentropy{.from_logits = true}, output_activation::softmax) == output_activation::none);
    CHECK(with(BinaryCrossentropy{}, output_activation::sigmoid) == output_activation::sigmoid);
    CHECK(with(BinaryCrossentropy{}, output_activation::softmax) == output_activation::none);
    CHECK(with(BinaryCrossentropy{.from_logits = true}, output_activation::sigmoid) == output_activation::none);
    CHECK(with(BinaryCrossentropy{.probabilities_as_logits = true}, output_activation::sigmoid) == output_activation::none);
    CHECK(with(MeanSquaredError{}, output_activation::softmax) == output_activation::none);
}
