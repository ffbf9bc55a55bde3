// lamina/layers/preprocessing/discretization.hpp: numbers as the ranges that they lie in.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Boundaries as a list.
template <fraction... Boundaries> struct ListedBoundaries {
    [[gnu::cold]] void list_value(OptionValue& to) const
    {
        to.kind = value_is::list;
        (add_to(to.parts, {{}, option_value(Boundaries.value()), {}}), ...);
    }
};

} // namespace internals

/// The number of boundaries that are not above x: 0 below the first one, as many as there are from the last one on.
///
/// Shapes   [a, b, …] -> the same.
/// Options  the boundaries, in ascending order; they may be none.
/// Refuses  boundaries that do not ascend.
/// Numerics its input has no gradient: it is 0.
/// Example  Sequential<Input<1>, Discretization<0.5, 1.5, 4>, CategoryEncoding<4, OneHot>, Dense<4>> model;
template <internals::fraction... Boundaries> struct Discretization {
    static constexpr std::string_view kind = "Discretization";
    static constexpr std::size_t count = sizeof...(Boundaries);

    template <class To> static void list_options(To& to) { to("bin_boundaries", internals::ListedBoundaries<Boundaries...>{}); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        constexpr double boundaries[count + 1]{Boundaries.value()...};
        for (std::size_t i = 1; i < count; ++i)
            if (!(boundaries[i - 1] < boundaries[i])) return refuses(protocols::misfit::boundaries_ascend);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<Discretization, T, In> {
        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            constexpr T boundaries[count + 1]{T(Boundaries.value())...};
            for (std::size_t i = 0; i < n * In.size(); ++i)
                y[i] = T(std::upper_bound(boundaries, boundaries + count, x[i]) - boundaries);
        }

        void backward(protocols::Mode, const T*, const T*, const T*, const T*, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) std::fill_n(dx, n * In.size(), T(0));
        }
    };

    template <auto... In> using on = protocols::bound<Discretization, float, Input<In...>>;
};

}} // namespace lamina
