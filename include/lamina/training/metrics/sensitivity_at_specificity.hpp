// lamina/training/metrics/sensitivity_at_specificity.hpp: the best sensitivity that can be had at some specificity.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/threshold_grid.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The largest sensitivity of the thresholds at which the specificity is at least what is asked for.
///
/// Shapes    prediction [n] in [0, 1], target [n]: 0 is no, any other number is yes.
/// Options   specificity: what is asked for. num_thresholds: how many are tried, evenly from 0 to 1. class_id: that output alone.
/// Refuses   a specificity outside of [0, 1], no threshold, a class_id that the outputs do not have.
/// Numerics  as Keras 3; 0 where no threshold reaches the specificity.
/// Source    Keras's SensitivityAtSpecificity.
/// Example   SensitivityAtSpecificity metric{.specificity = 0.8f};
struct SensitivityAtSpecificity {
    static constexpr std::string_view name = "sensitivity_at_specificity", class_name = "SensitivityAtSpecificity";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    using accumulator = internals::metrics::Sums;

    float specificity = 0.5f;
    std::size_t num_thresholds = 200;
    std::optional<std::size_t> class_id{};

    template <class To> void list_options(To& to) const
    {
        to("specificity", specificity);
        to("num_thresholds", num_thresholds, 200);
        to("class_id", class_id, nullptr);
    }

    void check_settings() const { internals::metrics::check_rate(name, "specificity", specificity, num_thresholds); }
    void check_width(std::size_t width, const char* where) const
    {
        internals::metrics::check_class_id(name, class_id, width, where);
    }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        internals::metrics::add_evenly(to, prediction, target, width, num_thresholds, class_id, weight);
    }

    double result(const accumulator& of) const
    {
        using internals::metrics::Counts;
        return internals::metrics::best_rate(of, num_thresholds, &Counts::recall, &Counts::specificity, specificity);
    }
};

}} // namespace lamina
