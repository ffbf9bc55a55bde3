// lamina/models/predict_dataset.hpp: inference of all batches of a dataset.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/models/batch_parts.hpp>
#include <lamina/models/classes_of.hpp>
#include <lamina/models/parallel_predict.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/readable.hpp>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What a model is given of an element: a tensor itself, or the first part of (x, y).
template <class E> const auto& x_of_batch(const E& batch)
{
    if constexpr (OneReadable<E> || part_count<E> == 1) return batch;
    else return batch_part<0>(batch);
}

/// Results of batches, one above the other.
template <class Y> [[gnu::cold]] Y joined_results(const std::vector<Y>& each)
{
    if constexpr (is_tuple<Y>)
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            const auto column = [&]<std::size_t Part>(fixed<Part>) {
                std::vector<std::tuple_element_t<Part, Y>> some;
                for (const Y& y : each) some.push_back(std::get<Part>(y));
                return internals::joined_results(some);
            };
            return Y{column(fixed<At>{})...};
        }(std::make_index_sequence<std::tuple_size_v<Y>>{});
    else {
        auto extents = each[0].shape();
        extents[0] = 0;
        for (const Y& y : each) extents[0] += y.shape()[0];
        Y all;
        all.resize(extents);
        auto* to = all.data();
        for (const Y& y : each) to = std::copy_n(y.data(), y.size(), to);
        return all;
    }
}

/// `f(x)` for each batch of a pass, joined.
template <Dataset D, class F> [[gnu::cold]] auto predict_each(const D& dataset, const F& f)
{
    using Y = std::remove_cvref_t<decltype(f(x_of_batch(std::declval<const element_of<D>&>())))>;
    if constexpr (std::is_same_v<Y, silence>) return silence{};
    else {
        if (cardinality(dataset) == infinite_cardinality)
            fail({"predict: the dataset never ends; add take(n), or leave out its repeat()"});
        std::vector<Y> results;
        auto cursor = dataset.open(Pass{});
        for (element_of<D> batch{}; cursor.next(batch);) results.push_back(f(x_of_batch(batch)));
        if (results.empty()) fail({"predict: the dataset has no batches, at least one is needed"});
        return joined_results(results);
    }
}

} // namespace internals

/// The model's outputs for all batches of a dataset, in its order: [n, …output], as `predict` gives them of one batch. Of elements (x, y) or
/// (x, y, weights) it takes x; a model of several inputs has a std::tuple of batches there.
///
/// Options  `threads`, as for a batch; those of the dataset are its own.
/// Refuses  a dataset without batches, and one without an end
/// Example  auto rows_of = [](const auto& model, const auto& batches) { return predict(model, batches, {.threads = 2}).shape()[0]; };
template <class M, Dataset D> auto predict(const M& model, const D& batches)
{
    return internals::predict_each(batches, [&](const auto& x) { return predict(model, x); });
}
template <class M, Dataset D> auto predict(const M& model, const D& batches, PredictOptions options)
{
    return internals::predict_each(batches, [&](const auto& x) { return predict(model, x, options); });
}

/// The class of the largest output of every sample of all batches.
template <class M, Dataset D> auto predict_classes(const M& model, const D& batches)
{
    return internals::classes_of(lamina::predict(model, batches));
}
template <class M, Dataset D> auto predict_classes(const M& model, const D& batches, PredictOptions options)
{
    return internals::classes_of(lamina::predict(model, batches, options));
}

}} // namespace lamina
