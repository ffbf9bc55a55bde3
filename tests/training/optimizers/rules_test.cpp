// What the rules have in common that no case of Keras tells: padding stays zero, slots and where they start, threads, refusals, float and double.
#include "data/temporary.hpp"
#include "training/optimizers/records.hpp"

#include <lamina/training/optimizers/adadelta.hpp>
#include <lamina/training/optimizers/adafactor.hpp>
#include <lamina/training/optimizers/adagrad.hpp>
#include <lamina/training/optimizers/adamax.hpp>
#include <lamina/training/optimizers/ftrl.hpp>
#include <lamina/training/optimizers/lamb.hpp>
#include <lamina/training/optimizers/lion.hpp>
#include <lamina/training/optimizers/muon.hpp>
#include <lamina/training/optimizers/nadam.hpp>

#include <cmath>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// The same numbers in float and in double.
template <class T> void draw(record& r, std::mt19937& random)
{
    std::uniform_real_distribution<float> number(-1, 1);
    r.for_each<T>([&](T& x) { x = static_cast<T>(number(random)); });
}

struct Problem {
    Records values, gradients;

    template <class T> void add(const char* name, Shape extents, std::mt19937& random)
    {
        for (Records* records : {&values, &gradients}) {
            records->push_back(make_record<T>(name, extents));
            draw<T>(*records->back(), random);
        }
    }
    /// Shapes with padding, of no padding, a column and a tensor.
    template <class T> static Problem of()
    {
        std::mt19937 random(7);
        Problem made;
        made.add<T>("kernel", Shape{5, 19}, random);
        made.add<T>("wide", Shape{33, 16}, random);
        made.add<T>("column", Shape{9, 1}, random);
        made.add<T>("filters", Shape{3, 2, 5}, random);
        made.add<T>("embeddings", Shape{4, 3}, random);
        made.add<T>("bias", Shape{7}, random);
        return made;
    }
};

template <class T, class O> std::vector<std::vector<T>> after(O rule, std::size_t threads)
{
    Problem problem = Problem::of<T>();
    for (int step = 0; step < 3; ++step) {
        std::mt19937 random(static_cast<unsigned>(step));
        for (const auto& gradient : problem.gradients) draw<T>(*gradient, random);
        apply_gradients(rule, problem.values, problem.gradients, threads);
    }
    std::vector<std::vector<T>> all;
    for (const auto& value : problem.values) {
        CHECK(padding_is_zero<T>(*value));
        all.push_back(read<T>(*value));
    }
    for (const auto& slot : rule.state.slot_records) CHECK(padding_is_zero<T>(*slot));
    return all;
}

template <class O> void check(const O& rule, double bound = 2e-5)
{
    static_assert(protocols::Optimizer<O>);
    INFO(O::name);
    const auto one = after<float>(rule, 1);
    CHECK(after<float>(rule, 3) == one);
    const auto exact = after<double>(rule, 1);
    double off = 0, moved = 0;
    Problem start = Problem::of<double>();
    for (std::size_t p = 0; p < one.size(); ++p) {
        const auto before = read<double>(*start.values[p]);
        for (std::size_t i = 0; i < one[p].size(); ++i) {
            off = std::max(off, std::fabs(static_cast<double>(one[p][i]) - exact[p][i]));
            moved = std::max(moved, std::fabs(exact[p][i] - before[i]));
        }
    }
    CHECK(off < bound);
    CHECK(moved > 1e-4);
}

} // namespace

TEST_CASE("Rules keep padding at zero, give the same bits on threads, and agree in float and double", "[training][optimizers]")
{
    check(Adagrad{.learning_rate = 0.1f, .weight_decay = 0.1f});
    check(Adadelta{.learning_rate = 1, .gradient_accumulation_steps = 2});
    check(Adamax{.learning_rate = 0.1f});
    check(Nadam{.learning_rate = 0.1f, .clipnorm = 1.f});
    check(Lion{.learning_rate = 0.01f, .use_ema = true});
    check(Ftrl{.learning_rate = 0.1f, .initial_accumulator_value = 0, .l1_regularization_strength = 0.01f});
    check(Ftrl{.learning_rate = 0.1f, .learning_rate_power = -0.8f}, 1e-4);
    check(Lamb{.learning_rate = 0.1f, .weight_decay = 0.1f});
    check(Adafactor{.learning_rate = 0.1f, .clipvalue = 0.5f});
    check(Muon{.learning_rate = 0.1f, .use_ema = true}, 2e-4);
}

TEST_CASE("Slots start where the rule says, on logical elements alone, and have shapes of their own", "[training][optimizers]")
{
    const Problem problem = Problem::of<float>();
    Adagrad adagrad{.initial_accumulator_value = 0.5f};
    prepare(adagrad, problem.values);
    CHECK(read(*adagrad.state.slot_records[0]) == std::vector<float>(95, 0.5f));
    CHECK(padding_is_zero(*adagrad.state.slot_records[0]));

    Adafactor adafactor;
    prepare(adafactor, problem.values);
    const auto shape = [](const auto& rule, std::size_t i) { return rule.state.slot_records[i]->extents(); };
    CHECK(shape(adafactor, 0) == Shape{5});
    CHECK(shape(adafactor, 1) == Shape{19});
    CHECK(shape(adafactor, 6) == Shape{3, 2});
    CHECK(shape(adafactor, 7) == Shape{3, 5});
    CHECK(shape(adafactor, 10) == Shape{7});
    CHECK(adafactor.state.slot_records[6]->name == "row/filters");

    Muon muon{.exclude_layers = {"wide"}};
    prepare(muon, problem.values);
    CHECK(shape(muon, 1) == Shape{1});
    CHECK(shape(muon, 3) == Shape{33, 16}); // excluded
    CHECK(shape(muon, 9) == Shape{4, 3});   // an embedding
    CHECK(
        refusal_of([&] {
            Muon other{.state = muon.state};
            prepare(other, problem.values);
        }).starts_with("muon: the slot \"velocity/wide\" is float32 [33, 16], its parameter \"wide\" is float32 [33, 16]; does"));
}

TEST_CASE("A step of Muon has singular values near 1", "[training][optimizers]")
{
    Problem problem = Problem::of<double>();
    Muon muon{.learning_rate = 1, .rms_rate = std::nullopt, .weight_decay = std::nullopt};
    const auto before = read<double>(*problem.values[0]);
    apply_gradients(muon, problem.values, problem.gradients);
    const auto now = read<double>(*problem.values[0]);
    for (std::size_t i = 0; i < 5; ++i) {
        double square = 0;
        for (std::size_t j = 0; j < 19; ++j) square += std::pow(now[i * 19 + j] - before[i * 19 + j], 2);
        CHECK(square == Approx(1).margin(0.5)); // the row of a matrix whose singular values are in [0.7, 1.2]
    }
}

TEST_CASE("Rules refuse settings that make no sense", "[training][optimizers]")
{
    CHECK_THROWS_WITH(Adagrad{.initial_accumulator_value = -1}.check_settings(),
                      "adagrad: initial_accumulator_value is -1, it has to be a finite number and not negative");
    CHECK_THROWS_AS(Adadelta{.rho = 1}.check_settings(), error);
    CHECK_THROWS_AS(Adamax{.beta_2 = 1}.check_settings(), error);
    CHECK_THROWS_AS(Nadam{.epsilon = 0}.check_settings(), error);
    CHECK_THROWS_WITH(Lion{.beta_1 = 0}.check_settings(), "lion: beta_1 is 0, it has to be in (0, 1]");
    CHECK_THROWS_AS(Ftrl{.learning_rate_power = 0.5f}.check_settings(), error);
    CHECK_THROWS_AS(Lamb{.beta_1 = -1}.check_settings(), error);
    CHECK_THROWS_AS(Adafactor{.clip_threshold = 0}.check_settings(), error);
    CHECK_THROWS_AS(Muon{.momentum = 2}.check_settings(), error);
}
