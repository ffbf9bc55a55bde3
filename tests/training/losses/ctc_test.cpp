// CTC: all ways through few steps by hand, gradients by differences, labels that do not fit, a model that learns a sequence.
#include "training/losses/differences.hpp"

#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/ctc.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <utility>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<CTC> && Metric<CTC>);

namespace {

/// −log of the sum over all ways: every choice of a class at each step whose repetitions and blanks, left out, spell the labels.
double by_all_ways(const std::vector<double>& logits, const std::vector<int>& labels, std::size_t classes)
{
    const std::size_t steps = logits.size() / classes;
    std::vector<std::vector<double>> p;
    for (std::size_t t = 0; t < steps; ++t)
        p.push_back(softmax({logits.begin() + std::ptrdiff_t(t * classes), logits.begin() + std::ptrdiff_t((t + 1) * classes)}));
    std::size_t ways = 1;
    for (std::size_t t = 0; t < steps; ++t) ways *= classes;
    double sum = 0;
    for (std::size_t way = 0; way < ways; ++way) {
        double likely = 1;
        std::vector<int> spelled;
        int before = -1;
        for (std::size_t t = 0, rest = way; t < steps; ++t, rest /= classes) {
            const int c = static_cast<int>(rest % classes);
            likely *= p[t][std::size_t(c)];
            if (c != 0 && c != before) spelled.push_back(c);
            before = c;
        }
        if (spelled == labels) sum += likely;
    }
    return -std::log(sum);
}

label_sequence<int> sequence(const std::vector<int>& labels, std::size_t classes)
{
    return {labels.data(), labels.size(), classes};
}

} // namespace

TEST_CASE("CTC sums up all ways, and its gradient agrees with differences", "[training][losses]")
{
    std::mt19937 random(3);
    const std::vector<std::pair<std::vector<int>, std::vector<int>>> problems{// with zeros behind, and without
                                                                              {{1, 0, 0}, {1}},
                                                                              {{1, 2}, {1, 2}},
                                                                              {{1, 1, 0}, {1, 1}},
                                                                              {{0, 0}, {}},
                                                                              {{2, 1, 2}, {2, 1, 2}}};
    for (const auto& [given, labels] : problems)
        for (const std::size_t steps : {3u, 5u}) {
            INFO(labels.size() << " labels, " << steps << " steps");
            const auto z = random_row(random, steps * 3, -2, 2);
            const auto target = sequence(given, 3);
            CHECK(CTC{}.accepts(&target, z.size()));
            const auto value = [&](const std::vector<double>& at) { return value_of(CTC{}, at, &target); };
            CHECK(value(z) == Approx(by_all_ways(z, labels, 3)).epsilon(1e-12));
            check_near(gradient_of(CTC{}, z, &target), differences(value, z), 1e-8);
            CHECK(gradient_of(CTC{}, z, &target, 2.0)[0] == Approx(2 * gradient_of(CTC{}, z, &target)[0]));
        }
}

TEST_CASE("CTC over many steps does not underflow", "[training][losses]")
{
    std::mt19937 random(3);
    const std::vector<double> drawn = random_row(random, 400 * 5, -9, 9);
    const std::vector<float> z(drawn.begin(), drawn.end());
    const std::vector<int> labels{1, 2, 3, 4, 4, 1, 0};
    const auto target = sequence(labels, 5);
    const float value = value_of(CTC{}, z, &target);
    CHECK((value > 400 && std::isfinite(value)));
    double sum = 0;
    for (const float slope : gradient_of(CTC{}, z, &target)) sum += static_cast<double>(slope);
    CHECK(sum == Approx(0).margin(1e-3)); // each step's probabilities and its labels add up to 1
}

TEST_CASE("CTC accepts labels that there are steps for, with zeros behind them alone", "[training][losses]")
{
    const auto accepts = [](const std::vector<int>& labels, std::size_t steps) {
        const auto target = sequence(labels, 4);
        return CTC{}.accepts(&target, steps * 4);
    };
    CHECK(accepts({1, 2, 3}, 3));
    CHECK_FALSE(accepts({1, 2, 3}, 2));
    CHECK(accepts({2, 2}, 3));
    CHECK_FALSE(accepts({2, 2}, 2)); // a blank has to lie between them
    CHECK(accepts({2, 2, 0, 0}, 3));
    CHECK_FALSE(accepts({2, 0, 1}, 5));
    CHECK_FALSE(accepts({4}, 5));
    CHECK_FALSE(accepts({-1}, 5));
    const std::vector<int> outside{9, 1};
    const auto target = sequence(outside, 4); // reads nothing outside
    CHECK(value_of(CTC{}, std::vector<double>(20, 0.5), &target) > 0);
}

TEST_CASE("A model learns sequences, and data that does not fit is refused before the first step", "[training][losses]")
{
    using Net = Sequential<Input<2>, Dense<18>, Reshape<6, 3>>;
    auto model = build<Net>(Seed{1});
    const xt::xtensor<float, 2> x{{1, 0}, {0, 1}, {1, 1}};
    xt::xtensor<int, 2> y{{1, 2, 0, 0}, {2, 1, 1, 0}, {0, 0, 0, 0}};
    auto trainer = compile(model, SGD{.learning_rate = 0.5f}, CTC{}, CTC{});
    const double before = trainer.evaluate(x, y)["loss"];
    const auto history = trainer.fit(x, y, {.epochs = 200, .batch_size = 3});
    CHECK(before > 2);
    CHECK(trainer.evaluate(x, y)["loss"] < 0.3);
    CHECK(history.epochs.back()["ctc"] == Approx(history.epochs.back()["loss"]).epsilon(1e-5));

    y(1, 3) = 3;
    CHECK_THROWS_WITH(trainer.evaluate(x, y), Catch::Contains("y[1, 0] is 2, 1, 1, 3, ctc needs classes from 1 on"));
    const xt::xtensor<int, 1> one{1, 2, 1};
    CHECK_THROWS_WITH(trainer.evaluate(x, one), Catch::Contains("ctc needs a list of them"));
    using Ends = Sequential<Input<2>, Dense<18>, Reshape<6, 3>, Activation<Softmax>>;
    auto wrong = build<Ends>(Seed{1});
    CHECK_THROWS_WITH(compile(wrong, SGD{}, CTC{}), Catch::Contains("ctc takes logits"));
}
