// lamina/layers/reshaping/reshape.hpp: the same numbers under another shape.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/view_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The same numbers under the shape [To…], in the order of Keras: the last axis runs fastest.
///
/// Refuses  another number of elements.
/// Example  Sequential<Input<784>, Reshape<28, 28, 1>, Conv2D<6>> model;
template <std::size_t... To> struct Reshape {
    static constexpr std::string_view kind = "Reshape";

    template <class List> static void list_options(List& to) { to("target_shape", internals::Extents<To...>::value); }

    static constexpr protocols::verdict accept(Shape in)
    {
        constexpr Shape to = internals::Extents<To...>::value;
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        if (in.size() != to.size()) return refuses(protocols::misfit::reshape_changes_the_number_of_elements);
        return protocols::accepts(to);
    }

    template <class T, Shape In> using block = internals::ViewBlock<Reshape, T, In>;

    template <auto... In> using on = protocols::bound<Reshape, float, Input<In...>>;
};

}} // namespace lamina
