// lamina/data/sources/tensors.hpp: one element: all of what is handed over.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/sources/list_dataset.hpp>

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A dataset of one element: what is handed over, of several a std::tuple of them.
///
/// Example  auto one = tensors(xt::xtensor<float, 2>{{1, 2}, {3, 4}}, 7);
template <class... X> auto tensors(X&&... x)
{
    static_assert(sizeof...(X) > 0, "lamina: tensors takes at least one value");
    const auto kept = [](auto&& element) {
        using E = std::remove_cvref_t<decltype(element)>;
        auto list = std::make_shared<std::vector<E>>();
        list->push_back(std::forward<decltype(element)>(element));
        return internals::ListDataset<E>{std::move(list)};
    };
    if constexpr (sizeof...(X) == 1) return kept(std::forward<X>(x)...);
    else return kept(std::tuple<std::remove_cvref_t<X>...>(std::forward<X>(x)...));
}

}} // namespace lamina
