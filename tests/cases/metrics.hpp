// Runs a metric on a reference case: its figure after each batch, with and without weights of samples, in float and in double.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/score.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cases {

/// Batches with targets of type Y, measured as `evaluate` does; a loss has to stand beside the metric there, and does not matter.
template <class T, class Y, class Metric> void run_metric(Metric metric, Case& c)
{
    using Loss = lamina::internals::CategoricalCrossentropyOf<Metric::kind>;
    using Weighted = lamina::WeightedMetric<Metric>;
    using lamina::internals::Score;
    Score<Loss, Metric, Weighted> score;
    std::vector<T> plain, weighted;
    std::size_t batch = 0;
    for (std::string end = "_0"; c.has("y_pred" + end); end = '_' + std::to_string(++batch)) {
        const auto prediction = c.array("y_pred" + end), target = c.array("y_true" + end);
        const auto weights = c.array("sample_weight" + end).template as<float>();
        const bool labels = Metric::kind == lamina::protocols::target_kind::class_index;
        const std::size_t n = prediction.shape.empty() ? 0 : prediction.shape[0];
        if (n == 0 || weights.size() != n ||
            target.size() !=
                (labels && prediction.shape.size() > 1 ? prediction.size() / prediction.shape.back() : prediction.size()))
            return c.differ("the arrays of batch " + end.substr(1) + " do not fit together");
        const Room<T> p(prediction.template as<T>());
        const auto t = target.template as<Y>();
        lamina::Shape output;
        for (std::size_t axis = 1; axis < prediction.shape.size(); ++axis) output.push_back(prediction.shape[axis]);
        if (output.rank == 0) output.push_back(1);
        if constexpr (requires { metric.axis.see(output, "", ""); }) metric.axis.see(output, Metric::name, "the case");
        const lamina::internals::values<Metric, Weighted> metrics{{metric}, {{metric}}};
        score.measure(Loss{}, metrics, output, lamina::protocols::output_activation::none,
                      lamina::internals::Rows<T>{.output = p.data(), .gradient = nullptr, .n = n, .batch = n}, t.data(), {}, 0,
                      weights);
        lamina::Logs logs;
        score.report(logs, metrics, "", output);
        for (const auto& [name, value] : logs.entries) // one figure or several, whose names begin alike
            if (name.starts_with("weighted_")) weighted.push_back(static_cast<T>(value));
            else if (name != "loss") plain.push_back(static_cast<T>(value));
    }
    c.compare<T>("the results", plain, c.array("results").template as<double>());
    c.compare<T>("the weighted results", weighted, c.array("weighted_results").template as<double>());
}

template <class Metric> std::vector<std::string> metric(const char* folder, const Metric& metric)
{
    Case c(folder);
    if constexpr (Metric::kind == lamina::protocols::target_kind::class_index) {
        run_metric<float, std::int32_t>(metric, c);
        run_metric<double, std::int32_t>(metric, c);
    }
    else {
        run_metric<float, float>(metric, c);
        run_metric<double, double>(metric, c);
    }
    return c.differences();
}

} // namespace cases
