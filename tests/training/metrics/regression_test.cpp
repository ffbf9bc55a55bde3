// Metrics of numbers: R2Score, correlations, LogCoshError, ExactAccuracy. Values by hand, weights, merging, nothing.
#include "catch.hpp"

#include <lamina/training/metrics/concordance_correlation.hpp>
#include <lamina/training/metrics/exact_accuracy.hpp>
#include <lamina/training/metrics/log_cosh_error.hpp>
#include <lamina/training/metrics/pearson_correlation.hpp>
#include <lamina/training/metrics/r2_score.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(Metric<R2Score> && Metric<PearsonCorrelation> && Metric<ConcordanceCorrelation> && Metric<LogCoshError> &&
              Metric<ExactAccuracy>);

namespace {

template <class M, class T, class Y>
double mean_row(const M& metric, const std::vector<T>& p, const std::vector<Y>& t, std::size_t width)
{
    Mean first, last;
    for (std::size_t i = 0; i < p.size(); i += width) metric.add(i == 0 ? first : last, p.data() + i, t.data() + i, width, 1.0);
    first.merge(last);
    return first.result();
}

} // namespace

TEST_CASE("R2Score by hand", "[training][metrics]")
{
    // Two outputs: targets 1 2 3 and 0 0 6, off by (1, 0, 0) and (0, 3, 0).
    const std::vector<double> p{2, 0, 2, 3, 3, 6};
    const std::vector<int> t{1, 0, 2, 0, 3, 6};
    const auto score = [&](const R2Score& metric, std::size_t at, double weight = 1) {
        metrics::Sums one, other;
        metric.add(one, p.data(), t.data(), 2, weight);
        metric.add(other, p.data() + 2, t.data() + 2, 2, weight);
        metric.add(other, p.data() + 4, t.data() + 4, 2, weight);
        one.merge(other);
        return metric.result(one, at);
    };
    const double first = 1 - 1. / 2, second = 1 - 9. / 24;
    CHECK(R2Score{}.figures(2) == 1);
    CHECK(score({}, 0) == Approx((first + second) / 2));
    CHECK(score({}, 0, 2.5) == Approx((first + second) / 2));
    CHECK(score({.class_aggregation = ClassAggregation::variance_weighted_average}, 0) == Approx((2 * first + 24 * second) / 26));
    CHECK(R2Score{.class_aggregation = ClassAggregation::none}.figures(2) == 2);
    CHECK(score({.class_aggregation = ClassAggregation::none}, 1) == Approx(second));
    CHECK(score({.num_regressors = 2}, 0) == Approx(1 - (1 - (first + second) / 2) * 5 / 3)); // six targets
    CHECK(score({.num_regressors = 5}, 0) == Approx((first + second) / 2));                   // too many
    CHECK(R2Score{}.result({}, 0) == 0);
    metrics::Sums level;
    const double off[]{1, 2}, same[]{3, 3};
    R2Score{}.add(level, off, same, 1);
    R2Score{}.add(level, off + 1, same + 1, 1);
    CHECK(R2Score{}.result(level, 0) == 0); // targets that do not vary
}

TEST_CASE("Correlations of rows", "[training][metrics]")
{
    const std::vector<double> t{1, 2, 3, 1, 2, 3}, rising{10, 20, 30, 3, 2, 1};
    CHECK(mean_row(PearsonCorrelation{}, rising, t, 3) == Approx(0).margin(1e-12)); // 1 and -1
    CHECK(mean_row(PearsonCorrelation{}, std::vector<float>{1, 2, 4}, std::vector<int>{1, 2, 3}, 3) ==
          Approx(3 / std::sqrt(2 * 14. / 3)));
    CHECK(std::isnan(mean_row(PearsonCorrelation{}, std::vector<float>{1, 1}, std::vector<float>{1, 2}, 2)));
    CHECK(mean_row(ConcordanceCorrelation{}, t, t, 3) == Approx(1).epsilon(1e-6));
    CHECK(mean_row(ConcordanceCorrelation{}, std::vector<double>{3, 4, 5}, std::vector<double>{1, 2, 3}, 3) ==
          Approx((4. / 3) / (4. / 3 + 4)).epsilon(1e-6));
}

TEST_CASE("LogCoshError and ExactAccuracy", "[training][metrics]")
{
    CHECK(LogCoshError::name == "logcosh");
    CHECK(mean_row(LogCoshError{}, std::vector<float>{1, 2, 0, 3}, std::vector<std::uint8_t>{0, 2, 0, 0}, 2) ==
          Approx((std::log(std::cosh(1)) + std::log(std::cosh(3))) / 4));
    CHECK(ExactAccuracy::name == "accuracy");
    CHECK(mean_row(ExactAccuracy{}, std::vector<float>{1, 2, 0, 3}, std::vector<int>{1, 3, 0, 3}, 1) == 0.75);
    CHECK(Mean{}.result() == 0);
}
