// lamina/layers/reshaping/flatten.hpp: the same numbers as one axis.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/view_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Any shape as one axis, in the order of Keras: the last axis runs fastest.
///
/// Shapes   [a, b, …] -> [a · b · …].
/// Example  Sequential<Input<7, 7, 16>, Flatten, Dense<10>> model;
struct Flatten {
    static constexpr std::string_view kind = "Flatten";

    template <class To> static void list_options(To&) {}

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        return protocols::accepts(Shape{in.size()});
    }

    template <class T, Shape In> using block = internals::ViewBlock<Flatten, T, In>;

    template <auto... In> using on = protocols::bound<Flatten, float, Input<In...>>;
};

}} // namespace lamina
