// lamina/training/metrics/class_pairs.hpp: how often each class was taken for each: a confusion matrix, and what classes share in it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/ranking.hpp>
#include <lamina/training/metrics/sum_list.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

namespace metrics {

/// Counts a pair of classes; nothing where one of them is none. sums[actual · classes + predicted].
inline void add_pair(Sums& to, std::size_t classes, std::size_t actual, std::size_t predicted, double weight)
{
    double* const sums = to.first(classes * classes);
    if (actual < classes && predicted < classes) sums[actual * classes + predicted] += weight;
}

/// What two sets share of what is in either of them, the mean over the classes `id(0)`, `id(1)`, … that are there.
template <class Ids> double mean_overlap(const Sums& of, std::size_t classes, std::size_t ids, const Ids& id)
{
    constexpr double nothing = 1e-7; // as Keras adds it
    double sum = 0, there = 0;
    for (std::size_t i = 0; i < ids; ++i) {
        const std::size_t c = id(i);
        double either = -of[c * classes + c];
        for (std::size_t other = 0; other < classes; ++other) either += of[c * classes + other] + of[other * classes + c];
        if (!(either > 1e-9)) continue;
        sum += of[c * classes + c] / (either + nothing);
        there += 1;
    }
    return sum / (there + nothing);
}

[[gnu::cold]] inline void check_class_ids(std::string_view name, const std::vector<std::size_t>& ids, std::size_t classes)
{
    if (classes == 0) fail({name, ": num_classes is 0; say how many classes there are"});
    if (ids.empty()) fail({name, ": there are no target_class_ids; name the classes that count"});
    for (const std::size_t id : ids)
        if (id >= classes) fail({name, ": ", id, " is among the target_class_ids, they have to be in [0, ", classes, ')'});
}

/// What stands for sparse_y_pred where predictions are one-hot.
struct never_sparse {};

} // namespace metrics

/// How far the classes that are predicted and those that are there cover each other: the intersection over the union. All that is
/// predicted, and not a batch alone, makes one confusion matrix.
///
/// Options   num_classes. target_class_ids, unless all count: the figure is the mean over these, as far as there are any. ignore_class: rows
///           of that class are passed over. sparse_y_pred, where targets are labels: each prediction is one number, a class; set it to
///           false for a row of scores, whose largest is the class.
/// Refuses   no classes, ids that are none, and predictions that are not one number where they are classes.
/// Numerics  as Keras 3: classes outside of [0, num_classes) are passed over, and weights count as whole numbers: what is behind the point is
///           dropped.
template <target_kind Kind, bool All> struct IoUOf {
    static constexpr bool sparse = Kind == target_kind::class_index;
    static constexpr std::string_view name = sparse ? All ? "mean_io_u" : "io_u" : All ? "one_hot_mean_io_u" : "one_hot_io_u";
    static constexpr std::string_view class_name = sparse ? All ? "MeanIoU" : "IoU" : All ? "OneHotMeanIoU" : "OneHotIoU";
    static constexpr target_kind kind = Kind;
    using accumulator = metrics::Sums;

    struct all_ids {};

    std::size_t num_classes = 0;
    std::conditional_t<All, all_ids, std::vector<std::size_t>> target_class_ids{};
    std::optional<std::int64_t> ignore_class{};
    std::conditional_t<sparse, bool, metrics::never_sparse> sparse_y_pred = default_of_sparse();

    template <class To> void list_options(To& to) const
    {
        to("num_classes", num_classes);
        if constexpr (!All) to("target_class_ids", target_class_ids);
        to("ignore_class", ignore_class, nullptr);
        if constexpr (sparse) to("sparse_y_pred", sparse_y_pred, true);
    }

    void check_settings() const
    {
        if constexpr (All) metrics::check_class_ids(name, {0}, num_classes);
        else metrics::check_class_ids(name, target_class_ids, num_classes);
    }
    void check_width(std::size_t width, const char* where) const
    {
        if (predicts_classes() && width != 1)
            fail({where, ": ", name, " takes predictions for classes, and there are ", width,
                  " outputs; set .sparse_y_pred = false, so that the largest of them is the class"});
    }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        if (width == 0) return;
        const std::size_t actual = metrics::label_of<Kind>(target, sparse ? num_classes : width);
        const std::size_t predicted =
            predicts_classes() ? losses::class_of(*prediction, num_classes) : metrics::winner(prediction, width);
        const bool ignored = ignore_class && *ignore_class >= 0 && actual == static_cast<std::size_t>(*ignore_class);
        metrics::add_pair(to, num_classes, ignored ? num_classes : actual, predicted, std::trunc(weight));
    }

    double result(const accumulator& of) const
    {
        if constexpr (All) return metrics::mean_overlap(of, num_classes, num_classes, [](std::size_t i) { return i; });
        else
            return metrics::mean_overlap(of, num_classes, target_class_ids.size(),
                                         [this](std::size_t i) { return target_class_ids[i]; });
    }

private:
    static constexpr auto default_of_sparse()
    {
        if constexpr (sparse) return true;
        else return metrics::never_sparse{};
    }
    constexpr bool predicts_classes() const
    {
        if constexpr (sparse) return sparse_y_pred;
        else return false;
    }
};

}}} // namespace lamina::internals
