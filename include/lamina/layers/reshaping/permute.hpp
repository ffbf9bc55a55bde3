// lamina/layers/reshaping/permute.hpp: the axes of a sample in another order.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The axes of a sample in another order: axis i of the output is axis `Dims[i]` of the input, counted from 1, as in Keras, where the
/// batch is 0. `Permute<2, 1>` changes rows and columns.
///
/// Shapes   [a, b, …] -> the same extents in that order.
/// Masks    it ends a mask, as in Keras.
/// Refuses  any rank but the number of `Dims`; `Dims` that are not each of 1 … rank, once.
/// Example  Sequential<Input<10, 64>, Permute<2, 1>, Flatten, Dense<4>> model;
template <std::size_t... Dims> struct Permute {
    static constexpr std::string_view kind = "Permute";

    template <class List> static void list_options(List& to) { to("dims", internals::Extents<Dims...>::value); }

    static constexpr protocols::verdict accept(Shape in)
    {
        bool fits = in.rank == sizeof...(Dims) && in.rank > 0;
        for (std::size_t axis = 1; axis <= sizeof...(Dims); ++axis) fits = fits && ((axis == Dims) || ...);
        if (!fits) return refuses(protocols::misfit::the_axes_of_a_Permute_are_1_to_the_rank__each_of_them_once);
        return internals::accept_gathered(Shape{in[Dims - 1]...});
    }

    template <Shape In, class X> static X compose(const X& x) { return transpose(x, {0, static_cast<int>(Dims)...}); }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        return internals::plan_gather(in, {internals::whole_axis(in, Dims - 1)...});
    }

    template <class T, Shape In> using block = internals::GatheredBlock<Permute, T, In>;

    template <auto... In> using on = protocols::bound<Permute, float, Input<In...>>;
};

}} // namespace lamina
