// lamina/training/metrics/confusion_matrix.hpp: how often each class was taken for each, counted while a model is evaluated.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/class_pairs.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How often a class was taken for another: of [classes] outputs classes² figures, `confusion_matrix_0` … row by row, a row for each class
/// that a target names. It takes the form that fits the loss's targets, labels or one-hot. `counts` collects them for a picture.
///
/// Shapes   prediction [classes], target a label or [classes].
/// Example  auto draw_it = [](const Logs& figures) { return draw::confusion_matrix(ConfusionMatrix::counts(figures)); };
struct ConfusionMatrix {
    static constexpr std::string_view name = "confusion_matrix";

    /// The metric for one kind of targets.
    template <protocols::target_kind Kind> struct of {
        static constexpr std::string_view name = ConfusionMatrix::name;
        static constexpr protocols::target_kind kind = Kind;
        using accumulator = internals::metrics::Sums;

        template <class T, class Y>
        void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
        {
            internals::metrics::add_pair(to, width, internals::metrics::label_of<Kind>(target, width),
                                         internals::metrics::winner(prediction, width), weight);
        }

        std::size_t figures(std::size_t width) const { return width * width; }
        double result(const accumulator& counted, std::size_t at) const { return counted[at]; }
    };

    /// What `evaluate` counted, as `draw::confusion_matrix` takes it. The names of the figures begin with `prefix`.
    [[gnu::cold]] static std::vector<std::size_t> counts(const Logs& figures, std::string_view prefix = "")
    {
        std::vector<std::size_t> found;
        std::string start;
        internals::append(start, {prefix, name, '_'});
        for (const auto& [figure, value] : figures.entries)
            if (figure.starts_with(start)) found.push_back(static_cast<std::size_t>(std::llround(value)));
        if (found.empty())
            internals::fail({"there is no \"", start, "0\" among the figures; is ConfusionMatrix{} among the metrics?"});
        return found;
    }
};

}} // namespace lamina
