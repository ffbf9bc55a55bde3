// Reductions of losses: what Keras learns and shows, with weights, masks, ignored classes, whatever the threads.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/lamina.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace lamina;

namespace {

using Line = Sequential<Input<1>, Dense<1, NoBias>>;

/// A line of slope 1 through six points, one epoch in batches of 4 and 2: the loss that is shown, and the slope behind it.
std::pair<double, double> after_an_epoch(Reduction reduction, const std::vector<float>& weights)
{
    auto model = build<Line>(Seed{1});
    for (const auto& [name, variable] : state(model)) variable.storage()->template for_each<float>([](float& v) { v = 1; });
    xt::xtensor<float, 2> x = xt::reshape_view(xt::arange<float>(6), {6, 1}), y = xt::ones<float>({6, 1});
    auto trainer = compile(model, SGD{.learning_rate = 1e-3f}, MeanSquaredError{.reduction = reduction});
    const auto history = trainer.fit(x, y, {.epochs = 1, .batch_size = 4, .shuffle = false, .sample_weight = weights});
    float slope = 0;
    for (const auto& [name, variable] : state(model)) variable.storage()->template for_each<float>([&](float& v) { slope = v; });
    return {history.epochs[0]["loss"], static_cast<double>(slope)};
}

void check_epoch(Reduction reduction, const std::vector<float>& weights, double loss, double slope)
{
    const auto found = after_an_epoch(reduction, weights);
    CHECK(found.first == Approx(loss).epsilon(1e-6));
    CHECK(found.second == Approx(slope).epsilon(1e-6));
}

using Words = Sequential<Input<4>, Embedding<5, 3, MaskZero>, LSTM<3, ReturnSequences>, Activation<Softmax>>;

} // namespace

TEST_CASE("A reduction learns and shows what it does in Keras", "[training][reduction]")
{
    const std::vector<float> weights{1, 2, 3, 1, 2, 0.5f};
    check_epoch(Reduction::sum_over_batch_size, {}, 5.124109268188477, 0.964164);
    check_epoch(Reduction::sum, {}, 11.995498657226562, 0.92131203);
    check_epoch(Reduction::none, {}, 4.997749328613281, 0.92131203);
    check_epoch(Reduction::mean_with_sample_weight, {}, 5.124109268188477, 0.964164);
    check_epoch(Reduction::sum_over_batch_size, weights, 5.598934173583984, 0.960267);
    check_epoch(Reduction::sum, weights, 13.464543342590332, 0.910136);
    check_epoch(Reduction::none, weights, 5.3989386558532715, 0.910136);
}

TEST_CASE("Rows of a masked step or an ignored class are no rows, whatever the reduction", "[training][reduction][threads]")
{
    auto model = build<Words>(Seed{2});
    auto x = xt::xtensor<int, 2>::from_shape({70, 4}), y = x;
    std::vector<float> weights;
    for (int s = 0; s < 70; ++s) {
        weights.push_back(0.5f + static_cast<float>(s % 3));
        for (int t = 0; t < 4; ++t) {
            x(s, t) = t <= s % 4 ? 1 + (s + t) % 4 : 0;
            y(s, t) = (s * 5 + t * 3) % 7 == 0 ? -1 : (s + t) % 3;
        }
    }
    const auto p = predict(model, x);
    double sum = 0, weight = 0, rows = 0, plain = 0;
    for (std::size_t s = 0; s < 70; ++s)
        for (std::size_t t = 0; t < 4; ++t)
            if (x(s, t) != 0 && y(s, t) >= 0) {
                const double value = -std::log(static_cast<double>(p(s, t, static_cast<std::size_t>(y(s, t)))));
                sum += value * static_cast<double>(weights[s]);
                weight += static_cast<double>(weights[s]);
                plain += value;
                rows += 1;
            }
    const auto loss = [&](Reduction reduction, const std::vector<float>& by, std::size_t threads) {
        auto copy = clone(model);
        auto trainer = compile(copy, SGD{}, SparseCategoricalCrossentropy{.ignore_class = -1, .reduction = reduction},
                               SparseCategoricalCrossentropy{.ignore_class = -1},
                               WeightedMetric{SparseCategoricalCrossentropy{.ignore_class = -1}});
        const auto figures = trainer.evaluate(x, y, {.sample_weight = by, .threads = threads});
        CHECK(figures["sparse_categorical_crossentropy"] == Approx(plain / rows).epsilon(1e-6));
        if (!by.empty()) CHECK(figures["weighted_sparse_categorical_crossentropy"] == Approx(sum / weight).epsilon(1e-6));
        CHECK(trainer.train_on_batch(x, y, by, threads)["loss"] == figures["loss"]);
        return figures["loss"];
    };
    for (const std::size_t threads : {1u, 3u}) {
        CHECK(loss(Reduction::sum_over_batch_size, weights, threads) == Approx(sum / rows).epsilon(1e-6));
        CHECK(loss(Reduction::sum, weights, threads) == Approx(sum).epsilon(1e-6));
        CHECK(loss(Reduction::none, weights, threads) == Approx(sum / 280).epsilon(1e-6));
        CHECK(loss(Reduction::mean_with_sample_weight, weights, threads) == Approx(sum / weight).epsilon(1e-6));
        CHECK(loss(Reduction::mean_with_sample_weight, {}, threads) == Approx(plain / rows).epsilon(1e-6));
    }
}

TEST_CASE("The step of a reduction is the gradient of what it sums", "[training][reduction]")
{
    auto model = build<Sequential<Input<4>, Dense<3, Softmax>>::as<double>>(Seed{1});
    const auto samples = points<double>(45);
    const auto step = [&](Reduction reduction, float times) {
        auto copy = clone(model);
        compile(copy, SGD{.learning_rate = times}, SparseCategoricalCrossentropy{.ignore_class = 1, .reduction = reduction})
            .train_on_batch(samples.x, samples.y);
        return parameters_of(copy);
    };
    std::size_t there = 0;
    for (const int label : samples.y) there += label != 1;
    const auto sum = step(Reduction::sum, 0.01f), mean = step(Reduction::sum_over_batch_size, 0.01f * static_cast<float>(there));
    for (std::size_t i = 0; i < sum.size(); ++i) CHECK(sum[i] == Approx(mean[i]).epsilon(1e-6));
    CHECK(sum == step(Reduction::none, 0.01f));
}

TEST_CASE("A loss among the metrics has no reduction, and rows that are all ignored weigh nothing", "[training][reduction]")
{
    auto model = build<Sequential<Input<4>, Dense<3, Softmax>>::as<double>>(Seed{1});
    const auto samples = points<double>(5);
    CHECK_THROWS_WITH(
        compile(model, SGD{}, SparseCategoricalCrossentropy{}, SparseCategoricalCrossentropy{.reduction = Reduction::sum}),
        "compile: sparse_categorical_crossentropy among the metrics is the mean of its rows; leave its reduction out");
    const auto before = parameters_of(model);
    auto trainer = compile(model, SGD{}, SparseCategoricalCrossentropy{.ignore_class = 7});
    const xt::xtensor<int, 1> labels{7, 7, 7, 7, 7};
    CHECK(trainer.train_on_batch(samples.x, labels)["loss"] == 0);
    CHECK(parameters_of(model) == before);
}
