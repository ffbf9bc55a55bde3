// Losses as functions on tensors: the numbers and gradients of their own rows, and second derivatives against differences of these.
#include "autodiff/composed.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::batch, composed::distance, composed::Draw;

namespace {

struct Targets {
    double low, high;
    bool whole = false;
};

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
    check_loss(MeanSquaredError{}, {5}, {5}, -2, 2, {-2, 2});
    check_loss(MeanSquaredError{.reduction = Reduction::sum}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    check_loss(MeanSquaredError{.reduction = Reduction::none}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    check_loss(MeanAbsoluteError{}, {5}, {5}, -2, 2, {-2, 2});
    check_loss(MeanAbsolutePercentageError{}, {5}, {5}, -2, 2, {-2, 2});
    check_loss(MeanSquaredLogarithmicError{}, {5}, {5}, -0.5, 2, {-0.5, 2});
    check_loss(LogCosh{}, {5}, {5}, -2, 2, {-2, 2});
    check_loss(Huber{.delta = 0.5f}, {5}, {5}, -2, 2, {-2, 2});
    check_loss(Poisson{}, {5}, {5}, 0.1, 2, {0, 4, true});
    check_loss(Hinge{}, {5}, {5}, -2, 2, {-1, 1.99, true});
    check_loss(SquaredHinge{}, {5}, {5}, -2, 2, {-1, 1.99, true});
    check_loss(CosineSimilarity{}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    check_loss(CosineSimilarity{.axis = {1, 3}}, {2, 3, 2}, {2, 3, 2}, -2, 2, {-2, 2});
    check_loss(CosineSimilarity{.axis = 1, .reduction = Reduction::sum}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    check_loss(CosineSimilarity{.axis = 1, .reduction = Reduction::none}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
}

TEST_CASE("losses of probabilities have derivatives of second order", "[autodiff]")
{
    check_loss(BinaryCrossentropy{}, {5}, {5}, 0.05, 0.95, {0, 1});
    check_loss(BinaryCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {5}, {5}, -3, 3, {0, 1});
    check_loss(BinaryFocalCrossentropy{.apply_class_balancing = true, .alpha = 0.3f, .gamma = 3}, {4}, {4}, 0.05, 0.95, {0, 1});
    check_loss(BinaryFocalCrossentropy{.gamma = 1.5f, .from_logits = true, .label_smoothing = 0.1f}, {4}, {4}, -3, 3, {0, 1});
    check_loss(CategoricalCrossentropy{}, {5}, {5}, 0.05, 0.95, {0, 1});
    check_loss(CategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {2, 5}, {2, 5}, -3, 3, {0, 1});
    check_loss(CategoricalFocalCrossentropy{.gamma = 3}, {5}, {5}, 0.05, 0.95, {0, 1});
    check_loss(CategoricalFocalCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {5}, {5}, -3, 3, {0, 1});
    check_loss(SparseCategoricalCrossentropy{}, {5}, {1}, 0.05, 0.95, {0, 5, true});
    check_loss(SparseCategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {5}, {1}, -3, 3, {0, 5, true});
    check_loss(SparseCategoricalCrossentropy{.from_logits = true, .ignore_class = -1}, {2, 3, 4}, {2, 3}, -3, 3, {-1, 4, true});
    check_loss(CategoricalGeneralizedCrossEntropy{.q = 0.7f}, {5}, {1}, 0.05, 0.95, {0, 5, true});
    check_loss(CategoricalHinge{}, {5}, {5}, -2, 2, {0, 1.99, true});
    check_loss(KLDivergence{}, {5}, {5}, 0.05, 0.95, {0, 1});
    check_loss(Dice{}, {2, 3}, {2, 3}, 0.05, 0.95, {0, 1});
    check_loss(Dice{.axis = {1, 2}}, {2, 3, 2}, {2, 3, 2}, 0.05, 0.95, {0, 1});
    check_loss(Tversky{.alpha = 0.3f, .beta = 0.9f}, {6}, {6}, 0.05, 0.95, {0, 1});
    check_loss(Tversky{.alpha = 0.3f, .axis = -1}, {2, 3}, {2, 3}, 0.05, 0.95, {0, 1});
}
