// lamina/training/weighted_metric.hpp: a metric whose rows count as often as the weights of their samples say.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A metric, or a loss among the metrics, with the weights that `fit` and `evaluate` are given (sample_weight, class_weight):
/// `compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{}, WeightedMetric{Accuracy{}})`.
/// Metrics by themselves count every sample as one. It is called as its metric is, and where that stands beside it as well,
/// `weighted_accuracy`. Keras's `weighted_metrics`.
template <class M> struct WeightedMetric {
    M metric;
};
template <class M> WeightedMetric(M) -> WeightedMetric<M>;

namespace internals {

template <class M> inline constexpr bool is_weighted = false;
template <class M> inline constexpr bool is_weighted<WeightedMetric<M>> = true;

/// The metric itself, out of a WeightedMetric.
template <class M> struct unweighted {
    using type = M;
    static const M& of(const M& metric) { return metric; }
};
template <class M> struct unweighted<WeightedMetric<M>> {
    using type = M;
    static const M& of(const WeightedMetric<M>& by) { return by.metric; }
};

template <class M> M& unweighted_in(M& metric) { return metric; }
template <class M> M& unweighted_in(WeightedMetric<M>& by) { return by.metric; }

/// "weighted_" and the metric's name.
template <class M> struct weighted_name {
    static constexpr std::string_view before = "weighted_";
    static constexpr auto letters = [] {
        std::array<char, before.size() + std::string_view(M::name).size()> all{};
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = i < before.size() ? before[i] : std::string_view(M::name)[i - before.size()];
        return all;
    }();
    static constexpr std::string_view value{letters.data(), letters.size()};
};

/// What the metric M is called among the metrics of its output.
template <class M, class... All> constexpr std::string_view name_of_metric()
{
    using Plain = typename unweighted<M>::type;
    if constexpr (!is_weighted<M>) return Plain::name;
    else if (((!is_weighted<All> && std::string_view(unweighted<All>::type::name) == std::string_view(Plain::name)) || ...))
        return weighted_name<Plain>::value;
    else return Plain::name;
}

} // namespace internals

}} // namespace lamina
