// Metrics that count right and wrong answers: at thresholds, under curves, by class. Values by hand, weights, merging, refusals.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/draw/confusion_matrix.hpp>
#include <lamina/lamina.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// The accumulator of rows of some width: the first ones and the last one apart, merged.
template <class M, class T, class Y>
typename M::accumulator of(const M& metric, const std::vector<T>& p, const std::vector<Y>& t, std::size_t width,
                           double weight = 1)
{
    static_assert(Metric<M>);
    const std::size_t rows = p.size() / width, labels = t.size() / rows;
    typename M::accumulator first{}, last{};
    for (std::size_t i = 0; i < rows; ++i)
        metric.add(i + 1 < rows ? first : last, p.data() + i * width, t.data() + i * labels, width, weight);
    first.merge(last);
    return first;
}
template <class M, class T, class Y>
double figure(const M& metric, const std::vector<T>& p, const std::vector<Y>& t, std::size_t width, std::size_t at = 0)
{
    const auto kept = of(metric, p, t, width);
    if constexpr (requires { metric.result(kept, at); }) return metric.result(kept, at);
    else return metric.result(kept);
}

const std::vector<float> scores{0.9f, 0.6f, 0.5f, 0.3f, 0.1f, 0.8f};
const std::vector<int> answers{1, 0, 1, 1, 0, 1};

} // namespace

TEST_CASE("Counts of right and wrong answers, at one threshold and at several", "[training][metrics]")
{
    CHECK(figure(TruePositives{}, scores, answers, 1) == 2); // 0.5 is not above 0.5
    CHECK(figure(FalsePositives{}, scores, answers, 1) == 1);
    CHECK(figure(FalseNegatives{}, scores, answers, 2) == 2);
    CHECK(figure(TrueNegatives{}, scores, answers, 3) == 1);
    const TruePositives several{.thresholds = {0.2f, 0.85f, 0.4f}};
    CHECK(several.figures(3) == 3);
    CHECK(figure(several, scores, answers, 2, 0) == 4);
    CHECK(figure(several, scores, answers, 2, 1) == 1);
    CHECK(figure(several, scores, answers, 2, 2) == 3);
    CHECK(several.result(of(several, scores, answers, 2, 0.5), 0) == 2);
    CHECK(TruePositives{}.result({}, 0) == 0);
    const std::vector<double> none{std::numeric_limits<double>::quiet_NaN()};
    CHECK(figure(FalseNegatives{}, none, std::vector<int>{7}, 1) == 1); // what is no number is no yes, and 7 is one
    CHECK_THROWS_WITH(FalsePositives{.thresholds = {1.5f}}.check_settings(),
                      "false_positives: a threshold is 1.5, it has to be in [0, 1]");
}

TEST_CASE("Precision and Recall", "[training][metrics]")
{
    CHECK(figure(Precision{}, scores, answers, 1) == Approx(2. / 3));
    CHECK(figure(Recall{}, scores, answers, 1) == Approx(0.5));
    CHECK(figure(Precision{.thresholds = {0.95f}}, scores, answers, 1) == 0); // nothing is answered
    CHECK(figure(Recall{.thresholds = {0.2f, 0.7f}}, scores, answers, 1, 1) == Approx(0.5));

    const std::vector<float> rows{0.1f, 0.4f, 0.4f, 0.2f, 0.3f, 0.3f}; // equal ones: the first is taken
    const std::vector<int> wanted{0, 0, 1, 1, 1, 0};
    CHECK(figure(Precision{.top_k = 1}, rows, wanted, 3) == Approx(0.5));
    CHECK(figure(Recall{.top_k = 2}, rows, wanted, 3) == Approx(2. / 3));
    CHECK(figure(Recall{.top_k = 2, .class_id = 0}, rows, wanted, 3) == 0);
    CHECK(figure(Precision{.class_id = 2}, std::vector<float>{0.6f, 0.1f, 0.9f}, std::vector<int>{0, 0, 1}, 3) == 1);
    CHECK_NOTHROW(Precision{.top_k = 3}.check_width(3, "compile"));
    CHECK_THROWS_WITH(Precision{.top_k = 4}.check_width(3, "compile"),
                      "compile: precision has top_k = 4, it has to be in [1, 3]");
    CHECK_THROWS_WITH(Recall{.class_id = 3}.check_width(3, "compile"),
                      "compile: recall has class_id = 3, it has to be in [0, 3)");
}

TEST_CASE("The area under a curve", "[training][metrics]")
{
    const std::vector<float> apart{0.1f, 0.2f, 0.7f, 0.9f}, mixed{0.1f, 0.7f, 0.1f, 0.7f};
    const std::vector<int> yes{0, 0, 1, 1};
    for (const AUC& by : {AUC{}, AUC{.curve = AUC::PR}, AUC{.summation_method = AUC::minoring}, AUC{.thresholds = {0.3f, 0.5f}},
                          AUC{.multi_label = true}}) {
        CHECK(figure(by, apart, yes, 1) == Approx(1).margin(1e-12));
        CHECK(by.result({}) == 0);
    }
    CHECK(figure(AUC{}, mixed, yes, 2) == Approx(0.5));
    // Thresholds 0, 1/2, 1: (0, 0), (1/3, 1/2), (1, 1) of false positives and recall.
    const std::vector<float> p{0.2f, 0.3f, 0.6f, 0.4f, 0.9f};
    const std::vector<int> t{0, 0, 0, 1, 1};
    CHECK(figure(AUC{.num_thresholds = 3}, p, t, 1) == Approx(1. / 12 + 0.5));
    CHECK(figure(AUC{.num_thresholds = 3, .summation_method = AUC::minoring}, p, t, 1) == Approx(1. / 3));
    CHECK(figure(AUC{.num_thresholds = 3, .summation_method = AUC::majoring}, p, t, 1) == Approx(1. / 6 + 2. / 3));
    CHECK(figure(AUC{.thresholds = {0.5f}}, p, t, 1) == Approx(1. / 12 + 0.5));
    CHECK(figure(AUC{.num_thresholds = 3, .curve = AUC::PR, .summation_method = AUC::majoring}, p, t, 1) == Approx(0.25 + 0.25));
    // Labels by themselves: the first is perfect, the second the wrong way round.
    const std::vector<float> two{0.9f, 0.1f, 0.1f, 0.9f};
    const std::vector<int> labels{1, 1, 0, 0};
    CHECK(figure(AUC{.multi_label = true}, two, labels, 2) == Approx(0.5));
    CHECK(figure(AUC{.multi_label = true, .label_weights = {3, 1}}, two, labels, 2) == Approx(0.75));
    CHECK(figure(AUC{.label_weights = {1, 0}}, two, labels, 2) == Approx(1));
    CHECK(figure(AUC{.from_logits = true}, std::vector<double>{-9, -1, 2, 30}, yes, 1) == Approx(1));
    CHECK(figure(AUC{}, std::vector<double>{-3, 0, 1, 7}, yes, 1) == Approx(1)); // 0, 0, 1, 1
    CHECK_THROWS_WITH(AUC{.num_thresholds = 1}.check_settings(), "auc: num_thresholds is 1, at least 2 are needed");
    CHECK_THROWS_WITH((AUC{.thresholds = {0.5f, 0.3f}}.check_settings()), "auc: the thresholds are not in order; sort them");
    CHECK_THROWS_WITH(AUC{.label_weights = {1}}.check_width(2, "compile"),
                      "compile: auc has 1 label_weights for 2 outputs; give one each");
}

TEST_CASE("The best rate at another one", "[training][metrics]")
{
    const std::vector<float> p{0.1f, 0.2f, 0.4f, 0.3f, 0.6f, 0.8f};
    const std::vector<int> t{0, 0, 0, 1, 1, 1};
    CHECK(figure(SensitivityAtSpecificity{.specificity = 1}, p, t, 1) == Approx(2. / 3));
    CHECK(figure(SpecificityAtSensitivity{.sensitivity = 1}, p, t, 2) == Approx(2. / 3));
    CHECK(figure(PrecisionAtRecall{.recall = 1}, p, t, 3) == Approx(0.75));
    CHECK(figure(RecallAtPrecision{.precision = 0.9f}, p, t, 6) == Approx(2. / 3));
    CHECK(figure(RecallAtPrecision{.precision = 0.9f, .num_thresholds = 1}, p, t, 1) == Approx(2. / 3)); // 0.5 alone
    CHECK(figure(SensitivityAtSpecificity{.specificity = 1, .class_id = 0}, p, t, 2) == Approx(1));      // 0.1 0.4 0.6 and 0 0 1
    CHECK(SensitivityAtSpecificity{}.result({}) == 0);
    CHECK_THROWS_WITH(PrecisionAtRecall{.recall = 2}.check_settings(),
                      "precision_at_recall: recall is 2, it has to be in [0, 1]");
    CHECK_THROWS_AS(PrecisionAtRecall{.num_thresholds = 0}.check_settings(), error);
}

TEST_CASE("F scores", "[training][metrics]")
{
    const std::vector<float> p{0.7f, 0.2f, 0.1f, 0.1f, 0.5f, 0.4f, 0.3f, 0.4f, 0.3f};
    const std::vector<int> t{1, 0, 0, 0, 1, 0, 0, 0, 1};
    const F1Score each{};
    CHECK(each.figures(3) == 3);
    CHECK(figure(each, p, t, 3, 0) == Approx(1));
    CHECK(figure(each, p, t, 3, 1) == Approx(2. / 3));
    CHECK(figure(each, p, t, 3, 2) == 0);
    CHECK(figure(F1Score{.average = ClassAverage::macro}, p, t, 3) == Approx(5. / 9));
    CHECK(figure(F1Score{.average = ClassAverage::micro}, p, t, 3) == Approx(2. / 3));
    CHECK(figure(F1Score{.average = ClassAverage::weighted}, p, t, 3) == Approx(5. / 9));
    CHECK(figure(F1Score{.average = ClassAverage::micro, .threshold = 0.35f}, p, t, 3) == Approx(4. / 7));
    // Precision 1/2, recall 1 of the second class.
    CHECK(figure(FBetaScore{.beta = 2}, p, t, 3, 1) == Approx(5 * 0.5 / (4 * 0.5 + 1)));
    CHECK(figure(F1Score{.average = ClassAverage::micro}, std::vector<float>{0, 0}, std::vector<int>{1, 0}, 2) == 0);
    CHECK(F1Score{.average = ClassAverage::macro}.result({}, 0) == 0);
    CHECK_THROWS_WITH(F1Score{.threshold = 0.f}.check_settings(), "f1_score: threshold is 0, it has to be above 0 and at most 1");
    CHECK_THROWS_WITH(FBetaScore{.beta = 0}.check_settings(), "fbeta_score: beta is 0, it has to be a positive number");
}

TEST_CASE("The intersection over the union of classes", "[training][metrics]")
{
    const std::vector<float> classes{0, 1, 1, 2, 5, 0}; // 5 is none
    const std::vector<int> labels{0, 1, 2, 2, 1, 3};
    CHECK(figure(MeanIoU{.num_classes = 3}, classes, labels, 1) == Approx((1 + 0.5 + 0.5) / 3).epsilon(1e-6));
    CHECK(figure(IoU{.num_classes = 3, .target_class_ids = {0, 2}}, classes, labels, 1) == Approx(0.75).epsilon(1e-6));
    CHECK(figure(IoU{.num_classes = 3, .target_class_ids = {1}, .ignore_class = 2}, classes, labels, 1) ==
          Approx(1).epsilon(1e-6));
    const std::vector<float> rows{0.7f, 0.2f, 0.1f, 0.1f, 0.5f, 0.4f, 0.3f, 0.4f, 0.3f};
    CHECK(figure(MeanIoU{.num_classes = 3, .sparse_y_pred = false}, rows, std::vector<int>{0, 1, 2}, 3) ==
          Approx((1 + 0.5) / 3).epsilon(1e-6));
    const std::vector<int> hot{1, 0, 0, 0, 1, 0, 0, 0, 1};
    CHECK(figure(OneHotMeanIoU{.num_classes = 3}, rows, hot, 3) == Approx((1 + 0.5) / 3).epsilon(1e-6));
    CHECK(figure(OneHotIoU{.num_classes = 3, .target_class_ids = {1}}, rows, hot, 3) == Approx(0.5).epsilon(1e-6));
    CHECK(figure(BinaryIoU{}, scores, answers, 1) == Approx((3. / 5 + 1. / 3) / 2).epsilon(1e-6));
    CHECK(figure(BinaryIoU{.target_class_ids = {1}, .threshold = 0.2f}, scores, answers, 2) == Approx(4. / 5).epsilon(1e-6));
    CHECK(MeanIoU{.num_classes = 3}.result({}) == 0);
    // Weights are whole numbers, as in Keras.
    const auto weighted = of(MeanIoU{.num_classes = 3}, classes, labels, 1, 1.9),
               light = of(MeanIoU{.num_classes = 3}, classes, labels, 1, 0.9);
    CHECK(weighted[0] == 1);
    CHECK(light[0] == 0);
    CHECK_THROWS_WITH(MeanIoU{}.check_settings(), "mean_io_u: num_classes is 0; say how many classes there are");
    CHECK_THROWS_WITH((IoU{.num_classes = 2, .target_class_ids = {2}}.check_settings()),
                      "io_u: 2 is among the target_class_ids, they have to be in [0, 2)");
    CHECK_THROWS_WITH(MeanIoU{.num_classes = 3}.check_width(3, "compile"),
                      Catch::Contains("there are 3 outputs; set .sparse_y_pred = false"));
}

TEST_CASE("A metric of several figures has a name for each, weighted and in validation", "[training][metrics]")
{
    auto model = build<Sequential<Input<4>, Dense<2, Sigmoid>>>(Seed{3});
    auto samples = curves<float>(40);
    std::vector<float> weights;
    for (std::size_t i = 0; i < 40; ++i) weights.push_back(i < 20 ? 1.f : 0.f);
    for (float& y : samples.y) y = y > 0 ? 1 : 0;
    auto trainer =
        compile(model, SGD{}, BinaryCrossentropy{}, F1Score{}, Precision{.thresholds = {0.3f, 0.6f}}, Recall{},
                WeightedMetric{F1Score{}}, WeightedMetric{AUC{}}, WeightedMetric{FBetaScore{.average = ClassAverage::micro}});
    const auto figures = trainer.fit(samples, {.epochs = 1, .validation_data = &samples, .sample_weight = weights}).epochs[0];
    for (const char* name : {"f1_score_0", "f1_score_1", "weighted_f1_score_1", "precision_0", "precision_1", "recall", "auc",
                             "fbeta_score", "val_f1_score_1", "val_precision_0", "val_auc"}) {
        INFO(name);
        CHECK(figures.contains(name));
        CHECK((figures[name] >= 0 && figures[name] <= 1));
    }
    CHECK(!figures.contains("f1_score"));
    CHECK_NOTHROW(trainer.fit(samples, {.epochs = 1}, EarlyStopping{.monitor = "f1_score_1", .mode = monitor_mode::max}));

    // What weighs nothing does not count.
    const auto weighted = trainer.evaluate(samples, {.sample_weight = weights});
    const auto half = trainer.evaluate(part_of(samples, 0, 20));
    CHECK(weighted["weighted_f1_score_0"] == Approx(half["f1_score_0"]));
    CHECK(weighted["auc"] == Approx(half["auc"]));
}

TEST_CASE("A confusion matrix counts what predict gives, of labels and of one-hot targets", "[training][metrics]")
{
    auto model = build<Sequential<Input<4>, Dense<3, Softmax>>>(Seed{3});
    const auto samples = points(50);
    const auto found = predict_classes(model, samples.x);
    std::vector<int> truth(samples.y.begin(), samples.y.end()), predicted(found.begin(), found.end());
    auto trainer = compile(model, SGD{}, SparseCategoricalCrossentropy{}, ConfusionMatrix{}, WeightedMetric{ConfusionMatrix{}});
    const auto figures = trainer.evaluate(samples, {.sample_weight = std::vector<float>(50, 2.f)});
    CHECK(ConfusionMatrix::counts(figures) == draw::confusion(truth, predicted, 3));
    CHECK(figures["weighted_confusion_matrix_4"] == 2 * figures["confusion_matrix_4"]);

    auto hot = xt::xtensor<float, 2>::from_shape({50, 3});
    for (std::size_t i = 0; i < 150; ++i) hot.data()[i] = samples.y(i / 3) == static_cast<int>(i % 3) ? 1.f : 0.f;
    auto dense = compile(model, SGD{}, CategoricalCrossentropy{}, ConfusionMatrix{});
    CHECK(ConfusionMatrix::counts(dense.evaluate(samples.x, hot)) == ConfusionMatrix::counts(figures));
    CHECK_THROWS_WITH(ConfusionMatrix::counts(Logs{}), Catch::Contains("is ConfusionMatrix{} among the metrics?"));
}
