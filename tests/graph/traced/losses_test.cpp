// tests/graph/traced/losses_test.cpp: losses and metrics of values of a graph are those of tensors.
#include "autodiff/composed.hpp"
#include "autodiff/loss_table.hpp"

#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>
#include <lamina/training/score.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace lamina;
using composed::batch, composed::distance, composed::Draw;
using losses::Targets;

namespace {

struct Fields {
    Node value, gradient, weighted;
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

/// What `evaluate` gives of a batch, with weights or without.
template <class M> double evaluated(const M& given, const AnyTensor& y, const AnyTensor& p, const AnyTensor& w)
{
    using namespace internals;
    M metric = given;
    Shape output;
    for (std::size_t axis = 1; axis < p.rank(); ++axis) output.push_back(p.shape()[axis]);
    if constexpr (requires { metric.axis.see(output, "", ""); }) metric.axis.see(output, M::name, "the test");
    Score<CategoricalCrossentropyOf<M::kind>, M, WeightedMetric<M>> score;
    const values<M, WeightedMetric<M>> metrics{{metric}, {{metric}}};
    std::vector<float> weights;
    for (std::size_t i = 0; w && i < w.size(); ++i) weights.push_back(w.item<float>(i));
    score.measure({}, metrics, output, protocols::output_activation::none,
                  Rows<double>{.output = p.data<double>(), .gradient = nullptr, .n = p.shape()[0], .batch = p.shape()[0]},
                  y.data<double>(), {}, 0, weights);
    Logs logs;
    score.report(logs, metrics, "", output);
    return logs.entries[w ? 2 : 1].value;
}

/// A metric of tensors and of values of a graph is that of `evaluate`; `M` is its form for one kind of targets.
template <class M, class Called>
void check_metric(const M& metric, const Called& called, const Shape& p_shape, const Shape& y_shape, double low, double high,
                  const Targets& targets)
{
    INFO(M::name);
    Graph graph;
    const auto d = graph.trace<Fields>("g", [&](Fields& f) {
        const AnyTensor p = samples("p", p_shape), y = samples("y", y_shape), w = samples("w", Shape{});
        f.value = f.gradient = metric_of(called, y, p);
        f.weighted = metric_of(called, y, p, w);
    });
    for (const std::size_t n : {std::size_t{3}, std::size_t{7}}) {
        Draw draw{p_shape.size() + y_shape.size() + n};
        const AnyTensor p = draw.fill(batch(n, p_shape), {.low = low, .high = high}),
                        y = draw.fill(batch(n, y_shape), {.low = targets.low, .high = targets.high, .whole = targets.whole}),
                        w = draw.fill(batch(n, Shape{}), {.low = 0, .high = 2});
        const auto found = graph.run({d.value, d.weighted}, {{"g/p:0", p}, {"g/y:0", y}, {"g/w:0", w}});
        const double plain = evaluated(metric, y, p, {}), weighted = evaluated(metric, y, p, w);
        CHECK(metric_of(called, y, p).item() == Approx(plain).epsilon(1e-9));
        CHECK(metric_of(called, y, p, w).item() == Approx(weighted).epsilon(1e-6)); // weights of samples are float there
        CHECK(found[0].item() == Approx(plain).epsilon(1e-6));
        CHECK(found[1].item() == Approx(weighted).epsilon(1e-6));
    }
}
template <class M>
void check_metric(const M& metric, const Shape& p_shape, const Shape& y_shape, double low, double high, const Targets& targets)
{
    check_metric(metric, metric, p_shape, y_shape, low, high, targets);
}

} // namespace

TEST_CASE("losses of numbers are traced", "[traced]")
{
    losses::for_each_loss_of_numbers([](const auto&... row) { check_loss(row...); });
}

TEST_CASE("losses of probabilities are traced", "[traced]")
{
    losses::for_each_loss_of_probabilities([](const auto&... row) { check_loss(row...); });
    check_loss(CTC{}, {6, 4}, {3}, -2, 2, {1, 4, true});
}

TEST_CASE("metrics that are means over samples are functions of tensors and of values of a graph", "[traced]")
{
    using protocols::target_kind;
    check_metric(Accuracy::of<target_kind::same_shape>{}, Accuracy{}, {4}, {4}, 0, 1, {0, 1});
    check_metric(Accuracy::of<target_kind::same_shape>{}, Accuracy{}, {1}, {1}, 0, 1, {0, 1.99, true});
    check_metric(Accuracy::of<target_kind::class_index>{}, Accuracy{}, {4}, {1}, 0, 1, {0, 4, true});
    check_metric(ExactAccuracy{}, {4}, {4}, 0, 1.99, {0, 1.99, true});
    check_metric(BinaryAccuracy{.threshold = 0.25f}, {2, 4}, {2, 4}, 0, 1, {0, 1.99, true});
    check_metric(CategoricalAccuracy{}, {2, 4}, {2, 4}, 0, 1, {0, 1});
    check_metric(SparseCategoricalAccuracy{}, {2, 4}, {2}, 0, 1, {-1, 5, true});
    check_metric(TopKCategoricalAccuracy{.k = 2}, {5}, {5}, 0, 1, {0, 1});
    check_metric(SparseTopKCategoricalAccuracy{.k = 2}, {5}, {1}, 0, 1, {-1, 6, true});
    check_metric(LogCoshError{}, {4}, {4}, -2, 2, {-2, 2});
    check_metric(PearsonCorrelation{}, {2, 4}, {2, 4}, -2, 2, {-2, 2});
    check_metric(PearsonCorrelation{.axis = 1}, {4, 2}, {4, 2}, -2, 2, {-2, 2});
    check_metric(ConcordanceCorrelation{}, {4}, {4}, -2, 2, {-2, 2});
    // losses among the metrics
    check_metric(MeanSquaredError{.reduction = Reduction::sum}, {2, 4}, {2, 4}, -2, 2, {-2, 2});
    check_metric(MeanAbsoluteError{}, {4}, {4}, -2, 2, {-2, 2});
    check_metric(MeanAbsolutePercentageError{}, {4}, {4}, -2, 2, {1, 2});
    check_metric(MeanSquaredLogarithmicError{}, {4}, {4}, 0, 2, {0, 2});
    check_metric(CosineSimilarity{}, {4}, {4}, -2, 2, {-2, 2});
    check_metric(Hinge{}, {4}, {4}, -2, 2, {-1, 1.99, true});
    check_metric(SquaredHinge{}, {4}, {4}, -2, 2, {-1, 1.99, true});
    check_metric(CategoricalHinge{}, {4}, {4}, -2, 2, {0, 1.99, true});
    check_metric(Poisson{}, {4}, {4}, 0.1, 2, {0, 4, true});
    check_metric(KLDivergence{}, {4}, {4}, 0.05, 0.95, {0, 1});
    check_metric(BinaryCrossentropy{}, {4}, {4}, 0.05, 0.95, {0, 1});
    check_metric(CategoricalCrossentropy{}, {4}, {4}, 0.05, 0.95, {0, 1});
    check_metric(SparseCategoricalCrossentropy{.from_logits = true}, {4}, {1}, -3, 3, {0, 4, true});
}

TEST_CASE("metrics look at what is not finite as evaluate does, and others are no functions", "[traced]")
{
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const auto p = constant({{nan, 0.5, 0.1}, {0.3, 0.2, inf}, {0.1, 0.7, 0.7}});
    const auto y = constant({2.0, 2.0, 1.0}), halves = constant({0.5, 2.0, -1.0});
    Graph graph;
    const auto d = graph.trace<Fields>("g", [&](Fields& f) {
        const AnyTensor x = samples("p", Shape{3}), t = samples("y", Shape{});
        f.value = SparseCategoricalAccuracy{}(t, x);
        f.gradient = SparseTopKCategoricalAccuracy{.k = 2}(t, x);
        f.weighted = BinaryAccuracy{}(x, x);
    });
    for (const AnyTensor& labels : {AnyTensor(y), AnyTensor(halves)}) {
        const auto found = graph.run({d.value, d.gradient, d.weighted}, {{"g/p:0", p}, {"g/y:0", labels}});
        CHECK(found[0].item() == Approx(SparseCategoricalAccuracy{}(labels, p).item()));
        CHECK(found[1].item() == Approx(SparseTopKCategoricalAccuracy{.k = 2}(labels, p).item()));
        CHECK(found[2].item() == Approx(BinaryAccuracy{}(p, p).item()));
    }
    using internals::is_mean_of_rows;
    CHECK_FALSE((is_mean_of_rows<AUC> || is_mean_of_rows<RootMeanSquaredError> || is_mean_of_rows<Precision> ||
                 is_mean_of_rows<Recall> || is_mean_of_rows<F1Score> || is_mean_of_rows<FBetaScore> || is_mean_of_rows<MeanIoU> ||
                 is_mean_of_rows<IoU> || is_mean_of_rows<BinaryIoU> || is_mean_of_rows<OneHotIoU> ||
                 is_mean_of_rows<OneHotMeanIoU> || is_mean_of_rows<R2Score> || is_mean_of_rows<TruePositives> ||
                 is_mean_of_rows<FalsePositives> || is_mean_of_rows<TrueNegatives> || is_mean_of_rows<FalseNegatives> ||
                 is_mean_of_rows<PrecisionAtRecall> || is_mean_of_rows<RecallAtPrecision> ||
                 is_mean_of_rows<SensitivityAtSpecificity> || is_mean_of_rows<SpecificityAtSensitivity>));
}
