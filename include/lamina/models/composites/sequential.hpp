// lamina/models/composites/sequential.hpp: a model of layers one after another, each shape deduced from the one before.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/models/composites/series.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <class In> inline constexpr bool is_input = false;
template <auto... E> inline constexpr bool is_input<Input<E...>> = true;

template <class T, class In, class... Layers> struct sequential {
    using type = typename series<Layers...>::template chain<T, In>;
};

template <class T, class In, class... Layers>
    requires(is_input<In> && sizeof...(Layers) > 0 && series<Layers...>::template from<In>.by.reason != misfit::none)
struct sequential<T, In, Layers...> : series<Layers...>::template refusal<lamina::internals::layer<>, In> {};

/// The first layer whose block is none.
template <class T, class In, class... Layers> constexpr std::size_t first_bad_block()
{
    return []<std::size_t... At>(std::index_sequence<At...>) {
        std::size_t at = 0;
        static_cast<void>(
            ((judge_block_of<Layers, T, series<Layers...>::template from<In>.shapes[At]>() == block_is::fine && ++at) && ...));
        return at;
    }(std::index_sequence_for<Layers...>{});
}
template <class T, class In, class... Layers>
    requires(is_input<In> && sizeof...(Layers) > 0 && series<Layers...>::template from<In>.by.reason == misfit::none &&
             first_bad_block<T, In, Layers...>() < sizeof...(Layers))
struct sequential<T, In, Layers...> {
    static constexpr std::size_t at = first_bad_block<T, In, Layers...>();
    using type = refused_block<
        lamina::internals::layer<at>, std::tuple_element_t<at, std::tuple<Layers...>>,
        judge_block_of<std::tuple_element_t<at, std::tuple<Layers...>>, T, series<Layers...>::template from<In>.shapes[at]>()>;
};

template <class T, class In>
    requires(is_input<In>)
struct sequential<T, In> {
    using type = refused<lamina::internals::layer<0>, In, as_shape<In::value>, misfit::a_Sequential_needs_a_layer>;
};

template <class T, class First, class... Layers>
    requires(!is_input<First>)
struct sequential<T, First, Layers...> {
    using type = refused<lamina::internals::layer<0>, First, Extents<>, misfit::the_first_entry_of_a_Sequential_must_be_Input>;
};

} // namespace internals

/// Layers one after another: `Sequential<Input<28, 28>, Flatten, Dense<10>>`.
///
/// It has the constants `input`, `output`, `parameter_count`, `multiply_adds` (a sample) and `workspace_bytes` (inference
/// of a sample), and `as<double>`.
/// Refuses, with the layer's position, the layer, the shape it was given and the reason.
/// Example  Sequential<Input<28, 28>, Flatten, Dense<128, Relu>, Dense<10, Softmax>> model;
template <class In, class... Layers>
using Sequential = typename internals::sequential<float, In, internals::as_layer<Layers>...>::type;

}} // namespace lamina
