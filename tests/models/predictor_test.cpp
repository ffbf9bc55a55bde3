// Models, types with a `predict` of their own, and AnyPredictor behind the same calls.
#include "catch.hpp"

#include <lamina/lamina.hpp>

#include <functional>
#include <vector>

using namespace lamina;
using Catch::Matchers::Contains;

namespace {

using Net = Sequential<Input<3>, Dense<4, Tanh>, Dense<2, Softmax>>;
struct Twice {
    using input = Input<3>;
    Dense<4>::on<3> first;
    Dense<2>::on<4> second;
    auto operator()(const auto& x) const { return second(first(x)); }
};
using Batch = xt::xtensor<float, 2>;
using AnyBatch = xt::xarray<float>;

Batch batch(std::size_t n, std::size_t width = 3)
{
    Batch x = Batch::from_shape({n, width});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>((7 * i) % 11) / 11 - 0.5f;
    return x;
}

} // namespace

/// Types of a program, in a namespace of its own.
namespace mine {

/// A member, which changes it.
struct Counting {
    std::size_t calls = 0;
    AnyBatch predict(const AnyBatch& x)
    {
        ++calls;
        return AnyBatch(x * 2.0f);
    }
};

/// A function beside it.
struct Constant {
    float value;
};
template <class X> xt::xtensor<double, 2> predict(const Constant& c, const X& x)
{
    return xt::xtensor<double, 2>::from_shape({x.shape()[0], 2}) * 0.0 + static_cast<double>(c.value);
}

/// A function beside it that changes it, of a type that refers to a model: it averages over a batch and its mirror.
struct Mirrored {
    const Net& model;
    int calls = 0;
};
AnyBatch predict(Mirrored& of, const AnyBatch& x)
{
    ++of.calls;
    const AnyBatch there(lamina::predict(of.model, x)), mirrored(lamina::predict(of.model, AnyBatch(-x)));
    return AnyBatch((there + mirrored) * 0.5f);
}

struct Nothing {
    int value = 0;
};

} // namespace mine

TEST_CASE("what is a Predictor")
{
    STATIC_REQUIRE(Predictor<Net, Batch>);
    STATIC_REQUIRE(Predictor<const Net, AnyBatch>);
    STATIC_REQUIRE(Predictor<mine::Counting, AnyBatch>);
    STATIC_REQUIRE_FALSE(Predictor<const mine::Counting, AnyBatch>);
    STATIC_REQUIRE(Predictor<mine::Constant, Batch>);
    STATIC_REQUIRE(Predictor<const mine::Constant, Batch>);
    STATIC_REQUIRE(Predictor<mine::Mirrored, AnyBatch>);
    STATIC_REQUIRE_FALSE(Predictor<mine::Nothing, Batch>);
    STATIC_REQUIRE_FALSE(Predictor<int, Batch>);
    STATIC_REQUIRE_FALSE(Predictor<Net, const char*>);
    STATIC_REQUIRE(Predictor<AnyPredictor, Batch>);
}

TEST_CASE("predict and predict_classes take each of them")
{
    const auto model = build<Net>(Seed{3});
    const Batch x = batch(5);
    const AnyBatch any_x = x;

    mine::Counting counting;
    CHECK((predict(counting, any_x) == AnyBatch(any_x * 2.0f)));
    const auto of_counting = predict_classes(counting, any_x);
    CHECK(counting.calls == 2);
    REQUIRE(of_counting.dimension() == 1);
    REQUIRE(of_counting.shape()[0] == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        std::int32_t best = 0;
        for (std::int32_t c = 1; c < 3; ++c)
            if (x(i, static_cast<std::size_t>(c)) > x(i, static_cast<std::size_t>(best))) best = c;
        CHECK(of_counting(i) == best);
    }

    const mine::Constant constant{0.25f};
    CHECK(predict(constant, x)(4, 1) == 0.25);
    CHECK(predict_classes(constant, x)(3) == 0);

    mine::Mirrored mirrored{model};
    const auto probabilities = predict(mirrored, any_x);
    const auto classes = predict_classes(mirrored, any_x);
    CHECK(mirrored.calls == 2);
    for (std::size_t i = 0; i < 5; ++i) CHECK(classes(i) == (probabilities(i, 1) > probabilities(i, 0) ? 1 : 0));
}

TEST_CASE("AnyPredictor owns what it is given, or refers to it")
{
    const auto model = build<Net>(Seed{3});
    auto twice = build<Twice>(Seed{4});
    const Batch x = batch(37);
    const auto expected = predict(model, x), of_twice = predict(twice, x);

    mine::Counting counting;
    std::vector<AnyPredictor> list;
    list.push_back(std::cref(model));
    list.push_back(std::move(twice));
    list.push_back(std::ref(counting));
    list.push_back(mine::Constant{0.5f});
    list.push_back(AnyPredictor(std::cref(model))); // one of one is moved

    const auto equal = [](const auto& a, const auto& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); };
    CHECK(equal(predict(list[0], x), expected));
    CHECK(equal(predict(list[1], AnyBatch(x)), of_twice));
    CHECK(equal(predict(list[4], xt::xtensor<double, 2>(x)), expected));
    CHECK(predict(list[2], x)(36, 2) == x(36, 2) * 2);
    CHECK(counting.calls == 1);
    CHECK(list[3].predict(x)(1, 1) == 0.5f);
    CHECK(equal(predict_classes(list[0], x), predict_classes(model, x)));

    const AnyPredictor moved = std::move(list[1]);
    CHECK(equal(predict(moved, x), of_twice));
    CHECK_THROWS_WITH(predict(list[0], batch(2, 5)), Contains("samples of shape [5] were given, the model needs [3]"));
}

TEST_CASE("evaluate measures each of them as a trainer measures its model")
{
    auto model = build<Net>(Seed{3});
    const Batch x = batch(67);
    xt::xtensor<int, 1> y = xt::xtensor<int, 1>::from_shape({67});
    for (std::size_t i = 0; i < 67; ++i) y(i) = static_cast<int>(i % 3 == 0);
    const Samples test{x, y};

    const Logs trained = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{}, ConfusionMatrix{}).evaluate(test);
    const auto check = [&](auto& predictor) {
        const Logs figures = evaluate(predictor, test, SparseCategoricalCrossentropy{}, Accuracy{}, ConfusionMatrix{});
        REQUIRE(figures.entries.size() == trained.entries.size());
        for (std::size_t i = 0; i < figures.entries.size(); ++i) {
            CHECK(figures.entries[i].name == trained.entries[i].name);
            CHECK(figures.entries[i].value == Approx(trained.entries[i].value).epsilon(1e-5)); // of logits and of probabilities
        }
    };
    AnyPredictor any(std::cref(model));
    check(model);
    check(any);
    const auto& constant_any = any;
    check(constant_any);

    const Logs metrics = evaluate(any, test, Accuracy{}, SparseCategoricalCrossentropy{});
    CHECK_FALSE(metrics.contains("loss"));
    CHECK(metrics["accuracy"] == trained["accuracy"]);
    CHECK(metrics["sparse_categorical_crossentropy"] == Approx(trained["loss"]).epsilon(1e-5));
    CHECK(evaluate(AnyPredictor(std::cref(model)), test, Accuracy{})["accuracy"] == trained["accuracy"]);

    mine::Counting counting;
    const Samples reals{AnyBatch(x), AnyBatch(x)};
    double squares = 0;
    for (const float v : x) squares += static_cast<double>(v) * static_cast<double>(v);
    CHECK(evaluate(counting, reals, MeanSquaredError{})["loss"] == Approx(squares / static_cast<double>(x.size())));
    CHECK(evaluate(counting, reals, MeanAbsoluteError{.reduction = Reduction::sum}).entries.size() == 1);
}

TEST_CASE("evaluate refuses what does not fit")
{
    mine::Constant constant{0.5f};
    const Batch x = batch(4);
    CHECK_THROWS_WITH(evaluate(constant, Samples{x, xt::xtensor<int, 1>{0, 1, 2, 0}}, Accuracy{}), Contains("y[2] is 2"));
    CHECK_THROWS_WITH(evaluate(constant, Samples{x, xt::xtensor<int, 1>{0, 1, 1}}, Accuracy{}),
                      Contains("4 samples and 3 labels"));
    CHECK_THROWS_WITH(evaluate(constant, Samples{batch(0), xt::xtensor<int, 1>::from_shape({0})}, Accuracy{}),
                      Contains("there are no samples"));
    struct Short {
        Batch predict(const Batch&) const { return batch(3); }
    } few;
    CHECK_THROWS_WITH(evaluate(few, Samples{x, x}, MeanSquaredError{}),
                      Contains("of 4 samples there are predictions of shape [3]"));
}
