// lamina/models/composites/append.hpp: a Sequential with further layers behind it, as Keras's model.add.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/models/composites/sequential.hpp>

#include <concepts>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Where it is false the first argument of the error message is a model to which no layer can be appended.
template <class M> inline constexpr bool is_a_Sequential = is_refused<M>;
template <class T, class In, class... Blocks> inline constexpr bool is_a_Sequential<Chain<T, In, Blocks...>> = true;

template <class M, class... Layers> struct append_to {
    static_assert(is_a_Sequential<M>, "lamina: Append takes a Sequential; a struct gets its layers by its own fields");
    using type = std::conditional_t<is_a_Sequential<M>, M, Refused>;
};
template <class T, class In, class... Blocks, class... Layers> struct append_to<Chain<T, In, Blocks...>, Layers...> {
    using type = typename sequential<T, In, as_layer<typename layer_of<Blocks>::type>..., as_layer<Layers>...>::type;
};

} // namespace internals

/// The Sequential `M` with more layers behind it: another type, whose layers before have the same names and shapes.
///
/// A model's type is settled when it is compiled, so there is no `model.add`. To go on with weights that a model has, save it and load it into the
/// longer one by names (`Graph`), or append before it is built.
/// Refuses  what a Sequential refuses, with the position in the whole; a model that is no Sequential.
/// Example  using Head = Append<Sequential<Input<28, 28>, Flatten>, Dense<128, Relu>, Dense<10, Softmax>>;
template <class M, class... Layers> using Append = typename internals::append_to<M, Layers...>::type;

}} // namespace lamina
