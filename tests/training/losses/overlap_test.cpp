// Losses over axes: Dice and Tversky of a batch, of samples, of parts; CosineSimilarity along any axis. Values by hand, gradients by differences.
#include "layers/gradient_check.hpp"
#include "training/losses/differences.hpp"
#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/cosine_similarity.hpp>
#include <lamina/training/losses/dice.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/tversky.hpp>
#include <lamina/training/metrics/pearson_correlation.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<Dice> && Loss<Tversky> && Loss<CosineSimilarity> && Metric<Dice>);

namespace {

/// A loss that knows the shape of a sample, as the trainer tells it.
template <class L> L seen(L loss, const Shape& shape)
{
    loss.axis.see(shape, L::name, "test");
    return loss;
}

template <class L> void check_parts(const L& loss)
{
    std::mt19937 random(5);
    const auto p = random_row(random, 24, 0.1, 0.9), t = random_row(random, 24, 0, 1);
    check_near(gradient_of(loss, p, t.data()), differences([&](const auto& q) { return value_of(loss, q, t.data()); }, p), 1e-7);
}

using Net = Sequential<Input<4>, Dense<6, Sigmoid>, Reshape<2, 3>>::as<double>;

auto pictures(std::size_t n)
{
    Samples samples{points<double>(n).x, xt::xtensor<double, 3>({n, 2, 3})};
    for (std::size_t i = 0; i < samples.y.size(); ++i) samples.y.data()[i] = std::sin(double(i) * 7.3) > 0 ? 1 : 0;
    return samples;
}

/// Dice of all that is predicted.
double dice_of(const Net& model, const Samples<xt::xtensor<double, 2>, xt::xtensor<double, 3>>& samples)
{
    const auto p = predict(model, samples.x);
    double both = 0, sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        both += p.data()[i] * samples.y.data()[i];
        sum += p.data()[i] + samples.y.data()[i];
    }
    return 1 - 2 * both / (sum + 1e-7);
}

} // namespace

TEST_CASE("Dice and Tversky by hand", "[training][losses]")
{
    const std::vector<double> p{0.5, 1, 0, 0.5};
    const std::vector<int> t{1, 1, 0, 0};
    CHECK(value_of(Dice{}, p, t.data()) == Approx(1 - 2 * 1.5 / 4));
    CHECK(value_of(Tversky{}, p, t.data()) == Approx(1 - 2 * 1.5 / 4));
    CHECK(value_of(Tversky{.alpha = 0.25f, .beta = 2}, p, t.data()) == Approx(1 - 1.5 / (1.5 + 0.25 * 0.5 + 2 * 0.5)));
    CHECK(value_of(Dice{}, std::vector<double>{0, 0}, std::vector<int>{0, 0}.data()) == Approx(1));
    CHECK_THROWS_AS(Tversky{.alpha = -1}.check_settings(), error);
    // Two parts, 0.5 0 and 1 0.5.
    CHECK(value_of(seen(Dice{.axis = 1}, Shape{2, 2}), p, t.data()) == Approx((1 - 1 / 1.5 + 1 - 2 / 2.5) / 2));
    CHECK(value_of(seen(Dice{.axis = 1, .reduction = Reduction::sum}, Shape{2, 2}), p, t.data()) ==
          Approx(2 - 1 / 1.5 - 2 / 2.5));
}

TEST_CASE("Gradients over axes agree with differences", "[training][losses]")
{
    const Shape shape{2, 3, 4};
    for (const AxisList& axis : {AxisList{1, 2, 3}, AxisList{1}, AxisList{2}, AxisList{-3, 3}, AxisList{1, 2}}) {
        check_parts(seen(Dice{.axis = axis}, shape));
        check_parts(seen(Dice{.axis = axis, .reduction = Reduction::sum}, shape));
        check_parts(seen(Tversky{.alpha = 0.3f, .beta = 1.2f, .axis = axis}, shape));
        check_parts(seen(CosineSimilarity{.axis = axis}, shape));
    }
    const auto refused = [&](const AxisList& axis) { seen(Dice{.axis = axis}, shape); };
    CHECK_THROWS_WITH(refused(0),
                      "test: dice has axis 0, of an output [2, 3, 4] it is one from 1 to 3 or from -3 to -1; 0 is the batch");
    CHECK_THROWS_AS(refused({1, 4}), error);
    CHECK_THROWS_WITH(CosineSimilarity{.axis = {}}.check_settings(),
                      "cosine_similarity: there is no axis; name one, -1 is the last");
}

TEST_CASE("Along another axis a vector's numbers lie apart", "[training][losses]")
{
    const std::vector<double> p{1, 0, 0, 2, 0, 1},
        t{1, 0, 1, 2, 0, 0}; // [2, 3] along the first axis: (1 2)(1 2), (0 0)(0 0), (0 1)(1 0)
    CHECK(value_of(seen(CosineSimilarity{.axis = 1}, Shape{2, 3}), p, t.data()) == Approx(-1. / 3));
    CHECK(value_of(seen(CosineSimilarity{.axis = 2}, Shape{2, 3}), p, t.data()) != Approx(-1. / 3)); // the last: a row
    Mean rows;
    const std::vector<double> q{1, 5, 2, 3, 9, 1}, w{1, 3, 2, 1, 4, 4};
    const PearsonCorrelation metric = seen(PearsonCorrelation{.axis = 1}, Shape{3, 2});
    metric.add(rows, q.data(), w.data(), 6);
    Mean each;
    for (const auto& [a, b] : {std::pair{std::vector{1., 2., 9.}, std::vector{1., 2., 4.}},
                               std::pair{std::vector{5., 3., 1.}, std::vector{3., 1., 4.}}})
        PearsonCorrelation{}.add(each, a.data(), b.data(), 3);
    CHECK(rows.result() == Approx(each.result()));
}

TEST_CASE("A loss of a batch is that of all its samples, and its step follows its gradient", "[training][score][threads]")
{
    const auto samples = pictures(70); // more than two chunks
    auto model = build<Net>(Seed{1});
    randomize(model, 2, 0.8);
    const auto before = parameters_of(model);
    std::vector<double> after;
    for (const std::size_t threads : {1u, 3u}) {
        Net moved = clone(model);
        auto trainer = compile(moved, SGD{.learning_rate = 1}, Dice{}, MeanSquaredError{});
        CHECK(trainer.evaluate(samples, {.threads = threads})["loss"] == Approx(dice_of(model, samples)).epsilon(1e-12));
        CHECK(trainer.train_on_batch(samples.x, samples.y, {}, threads)["loss"] ==
              Approx(dice_of(model, samples)).epsilon(1e-12));
        if (!after.empty()) CHECK(parameters_of(moved) == after);
        after = parameters_of(moved);
    }
    const auto numbers = numbers_of(model);
    for (std::size_t i = 0; i < numbers.size(); i += 3) {
        const double old = *numbers[i], h = 1e-5;
        *numbers[i] = old + h;
        const double above = dice_of(model, samples);
        *numbers[i] = old - h;
        const double below = dice_of(model, samples);
        *numbers[i] = old;
        CHECK(before[i] - after[i] == Approx((above - below) / (2 * h)).margin(1e-9));
    }
}

TEST_CASE("A loss of a batch in an epoch, with weights, beside samples by themselves", "[training][score]")
{
    const auto samples = pictures(50);
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 0}, Dice{});
    const double first = dice_of(model, part_of(samples, 0, 40)), last = dice_of(model, part_of(samples, 40, 10));
    const auto figures = trainer.fit(samples, {.epochs = 1, .batch_size = 40, .shuffle = false}).epochs[0];
    CHECK(figures["loss"] == Approx((40 * first + 10 * last) / 50));
    // Keras multiplies the one number by each weight.
    std::vector<float> weights(50, 1.f);
    weights[7] = 6;
    const double all = dice_of(model, samples);
    const auto weighted = [&](Reduction reduction) {
        return compile(model, SGD{}, Dice{.reduction = reduction}).evaluate(samples, {.sample_weight = weights})["loss"];
    };
    CHECK(weighted(Reduction::sum_over_batch_size) == Approx(all * 55 / 50));
    CHECK(weighted(Reduction::sum) == Approx(all * 55));
    CHECK(weighted(Reduction::mean_with_sample_weight) == Approx(all));
    CHECK(compile(model, SGD{}, Dice{.reduction = Reduction::sum}).evaluate(samples)["loss"] == Approx(all));

    const auto by_samples = compile(model, SGD{}, Dice{.axis = {1, 2}}, Dice{.axis = {1, 2}}).evaluate(samples);
    double mean = 0;
    for (std::size_t i = 0; i < 50; ++i) mean += dice_of(model, part_of(samples, i, 1)) / 50;
    CHECK(by_samples["loss"] == Approx(mean));
    CHECK(by_samples["dice"] == Approx(mean));
    CHECK_THROWS_WITH(compile(model, SGD{}, Dice{.axis = 3}), Catch::Contains("dice has axis 3, of an output [2, 3]"));
}
