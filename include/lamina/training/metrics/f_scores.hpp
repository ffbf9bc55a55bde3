// lamina/training/metrics/f_scores.hpp: what F1Score and FBetaScore share: precision and recall of each class in one number.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/metrics/sum_list.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How the scores of the classes become one: not at all, of the counts of all classes together, their mean, or weighted by how many there are.
enum class ClassAverage { none, micro, macro, weighted };

constexpr std::string_view word_of(ClassAverage by)
{
    using enum ClassAverage;
    return by == micro ? "micro" : by == macro ? "macro" : by == weighted ? "weighted" : "none";
}

namespace internals::metrics {

/// Of each class: right answers, wrong ones, missed ones, and what there is of it.
inline constexpr std::size_t f_sums = 4;

/// A class is answered where its prediction is above the threshold; without one, where it is the largest of the row and not 0.
template <class T, class Y>
void add_f_score(Sums& to, const T* prediction, const Y* target, std::size_t width, const std::optional<float>& threshold,
                 double weight)
{
    if (width == 0) return;
    double* sums = to.first(width * f_sums);
    const T largest = *std::max_element(prediction, prediction + width);
    for (std::size_t i = 0; i < width; ++i, sums += f_sums) {
        const T p = prediction[i];
        const bool said = threshold ? p > static_cast<T>(*threshold) : p >= largest && std::abs(p) > T(1e-9);
        const double t = static_cast<double>(target[i]);
        sums[0] += weight * (said ? t : 0);
        sums[1] += weight * (said ? 1 - t : 0);
        sums[2] += weight * (said ? 0 : t);
        sums[3] += weight * t;
    }
}

/// The score of some counts; Keras adds 1e-7 below each fraction, so of nothing it is 0.
inline double f_score(double right, double wrong, double missed, double beta)
{
    constexpr double nothing = 1e-7;
    const double precision = right / (right + wrong + nothing), recall = right / (right + missed + nothing);
    return (1 + beta * beta) * precision * recall / (beta * beta * precision + recall + nothing);
}

/// The figure, or that of class `at`.
inline double f_score(const Sums& of, ClassAverage average, double beta, std::size_t at)
{
    const auto score = [&](std::size_t i) { return f_score(of[i], of[i + 1], of[i + 2], beta); };
    if (average == ClassAverage::none) return score(at * f_sums);
    double sum = 0, right = 0, wrong = 0, missed = 0, there = 0;
    for (std::size_t i = 0; i < of.size(); i += f_sums) {
        sum += score(i) * (average == ClassAverage::weighted ? of[i + 3] : 1);
        right += of[i];
        wrong += of[i + 1];
        missed += of[i + 2];
        there += of[i + 3];
    }
    if (average == ClassAverage::micro) return f_score(right, wrong, missed, beta);
    return average == ClassAverage::weighted ? sum / (there + 1e-7) : share(sum, static_cast<double>(of.size() / f_sums));
}

[[gnu::cold]] inline void check_f_score(std::string_view name, const std::optional<float>& threshold, float beta)
{
    if (threshold && !(*threshold > 0 && *threshold <= 1))
        fail({name, ": threshold is ", *threshold, ", it has to be above 0 and at most 1"});
    if (!(beta > 0) || !is_finite(beta)) fail({name, ": beta is ", beta, ", it has to be a positive number"});
}

} // namespace internals::metrics

}} // namespace lamina
