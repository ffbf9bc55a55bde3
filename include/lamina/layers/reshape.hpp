// lamina/layers/reshape.hpp: the same numbers under another shape.
#pragma once

#include <lamina/layers/reshaped.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The same numbers under the shape [Extents…], in the order of Keras: the last axis runs fastest.
///
/// Refuses  another number of elements.
template <std::size_t... Extents>
struct Reshape {
    static constexpr std::string_view kind = "Reshape";

    static constexpr verdict accept(shape in)
    {
        constexpr shape to = Shape<Extents...>::value;
        if (in.size() == 0) return refuses(fit::an_extent_is_zero);
        if (in.size() != to.size()) return refuses(fit::reshape_changes_the_number_of_elements);
        return accepts(to);
    }

    template <class T, shape In>
    using block = Reshaped<Reshape, T, In>;

    template <auto... In>
    using on = bound<Reshape, float, Input<In...>>;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
