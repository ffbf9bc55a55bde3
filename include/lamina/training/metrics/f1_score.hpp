// lamina/training/metrics/f1_score.hpp: 2·precision·recall / (precision + recall).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/f_scores.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The harmonic mean of precision and recall.
///
/// Shapes    prediction [classes], target [classes] of 0 and 1.
/// Options   average: ClassAverage::none, a figure for each class; micro, macro, weighted. threshold: above which a class is answered;
///           without one it is the class of the largest prediction.
/// Refuses   a threshold that is not in (0, 1].
/// Numerics  as Keras 3, which adds 1e-7 below each fraction.
/// Source    Keras's F1Score.
/// Example   F1Score metric{.average = ClassAverage::macro};
struct F1Score {
    static constexpr std::string_view name = "f1_score", class_name = "F1Score";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    using accumulator = internals::metrics::Sums;

    ClassAverage average = ClassAverage::none;
    std::optional<float> threshold{};

    template <class To> void list_options(To& to) const
    {
        to("average", average, ClassAverage::none);
        to("threshold", threshold, nullptr);
    }
    void check_settings() const { internals::metrics::check_f_score(name, threshold, 1); }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        internals::metrics::add_f_score(to, prediction, target, width, threshold, weight);
    }

    std::size_t figures(std::size_t width) const { return average == ClassAverage::none ? width : 1; }
    double result(const accumulator& of, std::size_t at) const { return internals::metrics::f_score(of, average, 1, at); }
};

}} // namespace lamina
