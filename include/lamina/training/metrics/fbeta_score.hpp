// lamina/training/metrics/fbeta_score.hpp: precision and recall, of which recall counts beta times as much.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/f_scores.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// (1 + beta²)·precision·recall / (beta²·precision + recall): recall counts beta times as much as precision.
///
/// Shapes    prediction [classes], target [classes] of 0 and 1.
/// Options   beta. average: ClassAverage::none, a figure for each class; micro, macro, weighted. threshold: above which a class is answered;
///           without one it is the class of the largest prediction.
/// Refuses   a threshold that is not in (0, 1], a beta that is not positive.
/// Numerics  as Keras 3, which adds 1e-7 below each fraction.
/// Source    van Rijsbergen, Information Retrieval, 1979; Keras's FBetaScore.
/// Example   FBetaScore metric{.average = ClassAverage::macro};
struct FBetaScore {
    static constexpr std::string_view name = "fbeta_score", class_name = "FBetaScore";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    using accumulator = internals::metrics::Sums;

    ClassAverage average = ClassAverage::none;
    float beta = 1;
    std::optional<float> threshold{};

    template <class To> void list_options(To& to) const
    {
        to("average", average, ClassAverage::none);
        to("beta", beta, 1);
        to("threshold", threshold, nullptr);
    }
    void check_settings() const { internals::metrics::check_f_score(name, threshold, beta); }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        internals::metrics::add_f_score(to, prediction, target, width, threshold, weight);
    }

    std::size_t figures(std::size_t width) const { return average == ClassAverage::none ? width : 1; }
    double result(const accumulator& of, std::size_t at) const
    {
        return internals::metrics::f_score(of, average, static_cast<double>(beta), at);
    }
};

}} // namespace lamina
