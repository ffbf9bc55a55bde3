// tests/graph/traced/losses_test.cpp: losses and metrics of values of a graph are those of tensors.
#include "autodiff/composed.hpp"

#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <cmath>
#include <cstdint>

using namespace lamina;
using composed::batch, composed::distance, composed::Draw;

namespace {

struct Fields {
    Node value, gradient, weighted;
};

struct Targets {
    double low, high;
    bool whole = false;
};

/// A placeholder of samples of a shape, as many as a run is fed.
AnyTensor samples(std::string_view name, const Shape& each, dtype type = dtype::float64)
{
    return internals::graphs::Tracer::current("test").placeholder(name, type,
                                                                  internals::batch_shape(internals::tensors::unknown, each));
}

/// Value, gradient and weighted value, at two sizes of the batch.
template <class L>
void check_loss(const L& loss, const Shape& p_shape, const Shape& y_shape, double low, double high, const Targets& targets)
{
    INFO(L::name);
    bool weighs = true;
    if constexpr (requires { loss.over_batch(); }) weighs = !loss.over_batch();
    Graph graph;
    const auto d = graph.trace<Fields>("g", [&](Fields& f) {
        AnyTensor p = samples("p", p_shape);
        const AnyTensor y = samples("y", y_shape), w = samples("w", Shape{});
        GradientTape tape;
        tape.watch(p);
        f.value = loss(y, p);
        f.gradient = tape.gradient(f.value, p);
        f.weighted = weighs ? loss(y, p, w) : AnyTensor(f.value);
    });
    for (const std::size_t n : {std::size_t{3}, std::size_t{4}}) {
        Draw draw{p_shape.size() + y_shape.size() + n};
        AnyTensor p = draw.fill(batch(n, p_shape), {.low = low, .high = high});
        const AnyTensor y = draw.fill(batch(n, y_shape), {.low = targets.low, .high = targets.high, .whole = targets.whole}),
                        w = draw.fill(batch(n, Shape{}), {.low = 0, .high = 2});
        GradientTape tape;
        tape.watch(p);
        const AnyTensor value = loss(y, p), gradient = tape.gradient(value, p), weighted = weighs ? loss(y, p, w) : value;
        const auto found = graph.run({d.value, d.gradient, d.weighted}, {{"g/p:0", p}, {"g/y:0", y}, {"g/w:0", w}});
        CHECK(distance(found[0], value) < 1e-6);
        CHECK(distance(found[1], gradient) < 1e-6);
        CHECK(distance(found[2], weighted) < 1e-6);
    }
}

} // namespace

TEST_CASE("losses of numbers are traced", "[traced]")
{
    check_loss(MeanSquaredError{}, {5}, {5}, -2, 2, {-2, 2});
    check_loss(MeanSquaredError{.reduction = Reduction::sum}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    check_loss(MeanSquaredError{.reduction = Reduction::none}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    check_loss(MeanSquaredError{.reduction = Reduction::mean_with_sample_weight}, {2, 3}, {6}, -2, 2, {-2, 2});
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
}

TEST_CASE("losses of probabilities are traced", "[traced]")
{
    check_loss(BinaryCrossentropy{}, {5}, {5}, 0.05, 0.95, {0, 1});
    check_loss(BinaryCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {5}, {5}, -3, 3, {0, 1});
    check_loss(BinaryFocalCrossentropy{.apply_class_balancing = true, .alpha = 0.3f, .gamma = 3}, {4}, {4}, 0.05, 0.95, {0, 1});
    check_loss(CategoricalCrossentropy{}, {5}, {5}, 0.05, 0.95, {0, 1});
    check_loss(CategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {2, 5}, {2, 5}, -3, 3, {0, 1});
    check_loss(CategoricalFocalCrossentropy{.gamma = 3}, {5}, {5}, 0.05, 0.95, {0, 1});
    check_loss(SparseCategoricalCrossentropy{}, {5}, {1}, 0.05, 0.95, {0, 5, true});
    check_loss(SparseCategoricalCrossentropy{.from_logits = true}, {5}, {1}, -3, 3, {0, 5, true});
    check_loss(SparseCategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {5}, {1}, -3, 3, {0, 5, true});
    check_loss(SparseCategoricalCrossentropy{.from_logits = true, .ignore_class = -1}, {2, 3, 4}, {2, 3}, -3, 3, {-1, 4, true});
    check_loss(
        SparseCategoricalCrossentropy{.from_logits = true, .ignore_class = 2, .reduction = Reduction::mean_with_sample_weight},
        {3, 4}, {3}, -3, 3, {0, 4, true});
    check_loss(CategoricalGeneralizedCrossEntropy{.q = 0.7f}, {5}, {1}, 0.05, 0.95, {0, 5, true});
    check_loss(CategoricalHinge{}, {5}, {5}, -2, 2, {0, 1.99, true});
    check_loss(KLDivergence{}, {5}, {5}, 0.05, 0.95, {0, 1});
    check_loss(Dice{}, {2, 3}, {2, 3}, 0.05, 0.95, {0, 1});
    check_loss(Dice{.axis = {1, 2}}, {2, 3, 2}, {2, 3, 2}, 0.05, 0.95, {0, 1});
    check_loss(Tversky{.alpha = 0.3f, .beta = 0.9f}, {6}, {6}, 0.05, 0.95, {0, 1});
    check_loss(Tversky{.alpha = 0.3f, .axis = -1}, {2, 3}, {2, 3}, 0.05, 0.95, {0, 1});
    check_loss(CTC{}, {6, 4}, {3}, -2, 2, {1, 4, true});
}
