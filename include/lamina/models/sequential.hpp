// lamina/models/sequential.hpp: a model of layers one after another, each shape deduced from the one before.
#pragma once

#include <lamina/models/series.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

namespace inner {

template <class In>
inline constexpr bool is_input = false;
template <auto... E>
inline constexpr bool is_input<Input<E...>> = true;

template <class T, class In, class... Layers>
struct sequential {
    using type = typename series<Layers...>::template chain<T, In>;
};

template <class T, class In, class... Layers>
    requires(is_input<In> && sizeof...(Layers) > 0 && series<Layers...>::template from<In>.by.reason != fit::yes)
struct sequential<T, In, Layers...> : series<Layers...>::template refusal<lamina::layer<>, In> {};

template <class T, class In>
    requires(is_input<In>)
struct sequential<T, In> {
    using type = lamina::detail::refused<lamina::layer<0>, In, as_shape<In::value>, fit::a_Sequential_needs_a_layer>;
};

template <class T, class First, class... Layers>
    requires(!is_input<First>)
struct sequential<T, First, Layers...> {
    using type = lamina::detail::refused<lamina::layer<0>, First, Shape<>, fit::the_first_entry_of_a_Sequential_must_be_Input>;
};

} // namespace inner

/// Layers one after another: `Sequential<Input<28, 28>, Flatten, Dense<10>>`.
///
/// It has the constants `input`, `output`, `parameter_count`, `multiply_adds` (a sample) and `workspace_bytes` (inference
/// of a sample), and `as<double>`.
/// Refuses, with the layer's position, the layer, the shape it was given and the reason.
template <class In, class... Layers>
using Sequential = typename inner::sequential<float, In, Layers...>::type;

} // namespace lamina::inline LAMINA_ARCHITECTURE
