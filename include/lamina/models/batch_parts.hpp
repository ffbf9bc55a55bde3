// lamina/models/batch_parts.hpp: the parts of a dataset's element: (x, y, weights).
#pragma once

#include <lamina/core/architecture.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// How many parts an element has: a std::tuple, a std::pair, or anything else with `get<0>` and std::tuple_size, such as the columns of a
/// struct; 1 where it is none of these.
template <class E> inline constexpr std::size_t part_count = 1;
template <class E>
    requires requires { std::tuple_size<E>::value; }
inline constexpr std::size_t part_count<E> = std::tuple_size<E>::value;

/// Part At of a batch.
template <std::size_t At, class E> const auto& batch_part(const E& batch)
{
    if constexpr (requires { batch.template get<At>(); }) return batch.template get<At>();
    else return std::get<At>(batch);
}
template <class E, std::size_t At>
using part_type = std::remove_cvref_t<decltype(internals::batch_part<At>(std::declval<const E&>()))>;

}}} // namespace lamina::internals
