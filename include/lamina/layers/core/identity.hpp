// lamina/layers/core/identity.hpp: nothing at all.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/view_block.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = x.
///
/// Shapes   [a, b, …] -> the same.
/// Masks    it passes a mask on.
/// Example  Sequential<Input<20>, Identity, Dense<10>> model;
struct Identity {
    static constexpr std::string_view kind = "Identity";
    static constexpr bool passes_mask = true;

    template <class To> static void list_options(To&) {}

    static constexpr protocols::verdict accept(Shape in)
    {
        return in.size() == 0 ? refuses(protocols::misfit::an_extent_is_zero) : protocols::accepts(in);
    }

    template <class T, Shape In> using block = internals::ViewBlock<Identity, T, In>;

    template <auto... In> using on = protocols::bound<Identity, float, Input<In...>>;
};

}} // namespace lamina
