// lamina/core/samples.hpp: inputs and targets that belong together.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

template <class X> inline constexpr bool is_tuple = false;
template <class... X> inline constexpr bool is_tuple<std::tuple<X...>> = true;

/// How many tensors stand side by side: those of a std::tuple; anything else is one.
template <class X> inline constexpr std::size_t tensor_count = 1;
template <class... X> inline constexpr std::size_t tensor_count<std::tuple<X...>> = sizeof...(X);

/// Tensor At of a std::tuple of them; a tensor by itself is its own first.
template <std::size_t At, class X> constexpr auto& tensor_at(X& x)
{
    if constexpr (is_tuple<std::remove_const_t<X>>) return std::get<At>(x);
    else {
        static_assert(At == 0);
        return x;
    }
}

/// Its type.
template <class X, std::size_t At> using tensor_type = std::remove_cvref_t<decltype(tensor_at<At>(std::declval<X&>()))>;

}}} // namespace lamina::internals

namespace lamina {

/// What a model is trained or evaluated on: row i of `x` belongs to row i of `y`.
///
/// Shapes   x [n, …the model's input], y [n] labels or [n, …the model's output]. A model with several inputs or outputs has a
///          std::tuple of them, in order: `Samples{std::tuple{images, extras}, std::tuple{labels, angles}}`.
template <class X, class Y> struct Samples {
    X x;
    Y y;

    LAMINA_TAGGED std::size_t size() const { return internals::tensor_at<0>(x).shape()[0]; }
};

template <class X, class Y> Samples(X, Y) -> Samples<X, Y>;

} // namespace lamina

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

template <class S> inline constexpr bool is_samples = false;
template <class X, class Y> inline constexpr bool is_samples<Samples<X, Y>> = true;

}} // namespace lamina
