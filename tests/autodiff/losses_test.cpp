// Losses as functions on tensors: the numbers and gradients of their own rows, and second derivatives against differences of these.
#include "autodiff/composed.hpp"
#include "autodiff/loss_table.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::batch, composed::distance, composed::Draw;
using losses::Targets;

namespace {

/// A loss on predictions in [low, high] of shape [3, …].
template <class L>
void check_loss(const L& loss, const Shape& p_shape, const Shape& y_shape, double low, double high, const Targets& targets)
{
    INFO(L::name);
    Draw draw{p_shape.size() + y_shape.size()};
    AnyTensor p = draw.fill(batch(3, p_shape), {.low = low, .high = high});
    const AnyTensor v = draw.fill(batch(3, p_shape), {}),
                    y = draw.fill(batch(3, y_shape), {.low = targets.low, .high = targets.high, .whole = targets.whole});
    const auto own = [&](const AnyTensor& at) {
        GradientTape tape;
        AnyTensor x = at;
        tape.watch(x);
        return tape.gradient(loss(y, x), x);
    };
    // value and gradient through ops
    GradientTape outer, inner;
    outer.watch(p);
    inner.watch(p);
    const AnyTensor value = loss_of(loss, y, p);
    const AnyTensor first = inner.gradient(value, p), wanted = own(p);
    CHECK(distance(first, wanted) < 1e-10);
    const AnyTensor second = outer.gradient(reduce_sum(first * v), p);
    constexpr double h = 1e-5;
    const AnyTensor difference = (own(p + h * v) - own(p - h * v)) / (2 * h);
    CHECK(distance(second, difference) < 1e-6);
    // the gradient is that of the value, and the form gives that value
    const AnyTensor slope = reduce_sum(loss(y, p + h * v) - loss(y, p - h * v)) / (2 * h);
    CHECK(distance(reduce_sum(wanted * v), slope) < 1e-6);
}

} // namespace

TEST_CASE("losses of numbers have derivatives of second order", "[autodiff]")
{
    losses::for_each_loss_of_numbers([](const auto&... row) { check_loss(row...); });
}

TEST_CASE("losses of probabilities have derivatives of second order", "[autodiff]")
{
    losses::for_each_loss_of_probabilities([](const auto&... row) { check_loss(row...); });
}

TEST_CASE("connectionist temporal classification has derivatives of second order", "[autodiff]")
{
    const auto check_labels = [](std::vector<std::int64_t> labels, std::size_t steps, std::size_t classes) {
        const std::size_t each = labels.size() / 3;
        const AnyTensor y = constant(labels.data(), Shape{3, each});
        Draw draw{steps};
        AnyTensor p = draw.fill(batch(3, {steps, classes}), {.low = -2, .high = 2});
        const AnyTensor v = draw.fill(batch(3, {steps, classes}), {});
        const auto own = [&](AnyTensor x) {
            GradientTape tape;
            tape.watch(x);
            return tape.gradient(CTC{}(y, x), x);
        };
        GradientTape outer, inner;
        outer.watch(p);
        inner.watch(p);
        const AnyTensor first = inner.gradient(CTC{}(y, p), p);
        CHECK(distance(first, own(p)) < 1e-10);
        const AnyTensor second = outer.gradient(reduce_sum(first * v), p);
        CHECK(distance(second, (own(p + 1e-5 * v) - own(p - 1e-5 * v)) / 2e-5) < 1e-6);
    };
    check_labels({1, 2, 3, 2, 2, 0, 0, 0, 0}, 6, 4);
    check_labels({1, 1, 2}, 1, 3);
    check_labels({1, 1, 1, 3, 1, 2}, 3, 4);
}

TEST_CASE("losses on tensors are reduced and weighted as Keras's", "[autodiff]")
{
    const auto y = constant({{0.0, 1.0}, {2.0, 3.0}}), p = constant({{1.0, 1.0}, {1.0, 0.0}}); // rows 0.5 and 5
    CHECK(MeanSquaredError{}(y, p).item() == 2.75);
    CHECK(MeanSquaredError{.reduction = Reduction::sum}(y, p).item() == 5.5);
    const AnyTensor each = MeanSquaredError{.reduction = Reduction::none}(y, p);
    CHECK((each.shape() == Shape{2} && each.item(0) == 0.5 && each.item(1) == 5));
    const auto weights = constant({1.f, 3.f});
    CHECK(MeanSquaredError{}(y, p, weights).item() == 7.75);
    CHECK(MeanSquaredError{.reduction = Reduction::mean_with_sample_weight}(y, p, weights).item() == 3.875);
    CHECK(loss_of(MeanSquaredError{.reduction = Reduction::none}, y, p, weights).item(1) == 15);

    const auto logits = constant({{{1.f, 2.f}, {0.f, 0.f}}, {{3.f, 1.f}, {1.f, 1.f}}});
    const auto classes = constant({{1, -1}, {0, -1}});
    const SparseCategoricalCrossentropy loss{.from_logits = true, .ignore_class = -1};
    CHECK(loss(classes, logits).item() == Approx((std::log1p(std::exp(-1.0)) + std::log1p(std::exp(-2.0))) / 2));
    CHECK(loss(constant({{-1, -1}, {-1, -1}}), logits).item() == 0);
}

TEST_CASE("each row of a loss without a reduction has a weight of its own on the way back", "[autodiff]")
{
    const auto y = constant({{0.0, 1.0}, {2.0, 3.0}});
    AnyTensor p = constant({{1.0, 1.0}, {1.0, 0.0}});
    const AnyTensor dy = constant({2.0, 10.0});
    GradientTape outer, inner;
    outer.watch(p);
    inner.watch(p);
    const AnyTensor each = MeanSquaredError{.reduction = Reduction::none}(y, p, constant({1.f, 3.f}));
    {
        const auto pause = outer.stop_recording(); // its own rows
        GradientTape own;
        AnyTensor x = p;
        own.watch(x);
        const AnyTensor g = own.gradient(MeanSquaredError{.reduction = Reduction::none}(y, x, constant({1.f, 3.f})), x, dy);
        CHECK((g.item(0) == 2 && g.item(1) == 0 && g.item(2) == -30 && g.item(3) == -90));
    }
    const AnyTensor first = inner.gradient(each, p, dy); // through its form
    CHECK((first.item(0) == 2 && first.item(1) == 0 && first.item(2) == -30 && first.item(3) == -90));
    const AnyTensor second = outer.gradient(first, p);
    CHECK((second.item(0) == 2 && second.item(1) == 2 && second.item(2) == 30 && second.item(3) == 30));
}

TEST_CASE("losses of float are those of the ops", "[autodiff]")
{
    AnyTensor logits = constant({{1.f, -2.f, 0.5f}, {0.f, 3.f, 1.f}});
    const auto labels = constant({2, 1});
    GradientTape tape({.persistent = true});
    tape.watch(logits);
    const AnyTensor loss = SparseCategoricalCrossentropy{.from_logits = true}(labels, logits),
                    op = reduce_mean(sparse_softmax_cross_entropy(labels, logits));
    CHECK(loss.dtype() == dtype::float32);
    CHECK(loss.item() == Approx(op.item()).epsilon(1e-6));
    const AnyTensor a = tape.gradient(loss, logits), b = tape.gradient(op, logits);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.item(i) == Approx(b.item(i)).epsilon(1e-5).margin(1e-7));
}

namespace {

/// Row by row |p − t|³: a loss of one's own, with no form.
struct Cubic {
    static constexpr std::string_view name = "cubic";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return protocols::mean_over_row(prediction, target, width, gradient, scale, []<class V>(const V& p, const V& t) {
            const V off = p - t;
            return protocols::ValueAndSlope{V(off * off * off), V(V(T(3)) * off * off)};
        });
    }
};

} // namespace

TEST_CASE("losses on tensors say what they do not take", "[autodiff]")
{
    const auto y = constant({{0.0, 1.0}}), p = constant({{2.0, 1.0}});
    AnyTensor x = p;
    GradientTape outer, inner;
    outer.watch(x);
    inner.watch(x);
    const AnyTensor cubic = loss_of(Cubic{}, y, x);
    CHECK(cubic.item() == 4);
    CHECK_THROWS_WITH(inner.gradient(cubic, x), "cubic: has no form in ops, so it has no derivative of second order; give it a "
                                                "compose(y_true, y_pred)");
    CHECK_THROWS_WITH(
        MeanSquaredError{}(constant({1.0, 2.0, 3.0}), p),
        "mean_squared_error: y_true is float64 [3] and y_pred float64 [1, 2]; it takes a target for each number of the "
        "prediction");
    CHECK_THROWS_WITH(
        SparseCategoricalCrossentropy{}(constant({2}), p),
        "sparse_categorical_crossentropy: the target of row 0 of y_true cannot be used; it needs a class in [0, 2)");
    CHECK_THROWS_WITH(SparseCategoricalCrossentropy{}(constant({0.5}), p), Catch::Contains("a class in [0, 2)"));
    CHECK_THROWS_WITH(BinaryCrossentropy{}(p, p), Catch::Contains("it needs probabilities in [0, 1]"));
    CHECK_THROWS_WITH(MeanSquaredError{}(y, constant({{1, 2}})), Catch::Contains("predictions are float or double"));
    CHECK_THROWS_WITH(MeanSquaredError{}(y, p, constant({1.f, 2.f})),
                      "mean_squared_error: sample_weight is [2]; it has a number for each of the 1 samples, or of the 1 rows");
    CHECK_THROWS_WITH(Dice{}(y, constant({{0.5, 0.5}}), constant({1.0})), Catch::Contains("samples have no weights"));
    CHECK_THROWS_WITH(CTC{}(y, p), Catch::Contains("it takes labels [n, labels] and logits [n, steps, classes]"));
    CHECK_THROWS_WITH(CosineSimilarity{.axis = 2}(y, p), Catch::Contains("has axis 2"));
    CHECK_THROWS_WITH(Huber{.delta = -1}(y, p), Catch::Contains("delta is -1"));
    CHECK_THROWS_WITH(MeanSquaredError{}(y, AnyTensor()), Catch::Contains("a tensor without numbers was read"));
}
