// lamina/layers/normalization/normalized_axes.hpp: what normalizations over the last axes of a sample have in common.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/normalization.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The last axes as Keras writes them: -2, -1.
struct LastAxes {
    std::size_t count;

    [[gnu::cold]] void list_value(OptionValue& to) const
    {
        to.kind = value_is::list;
        for (std::size_t i = count; i > 0; --i) add_to(to.parts, {{}, option_value(-static_cast<int>(i)), {}});
    }
};

/// Which axes are normalized, and what a normalization of them is.
template <class... Options> struct NormalizedAxes {
    static constexpr std::size_t axes = chosen<family::axes, Axes<1>, Options...>::count;

    static constexpr verdict accept(Shape in)
    {
        if (in.rank == 0) return refuses(misfit::needs_at_least_rank_1);
        if (axes == 0 || axes > in.rank) return refuses(misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
        return in.size() == 0 ? refuses(misfit::an_extent_is_zero) : accepts(in);
    }

    /// The shape of a row.
    static constexpr Shape row(Shape in)
    {
        Shape last;
        for (std::size_t axis = in.rank - axes; axis < in.rank; ++axis) last.push_back(in[axis]);
        return last;
    }

    /// What is learned for each number of a row, which lies in one piece; nothing where it does not exist.
    template <class T, Shape In, bool Exists>
    using learned = std::conditional_t<Exists, Variable<T, row(In), storage_kind{.in_row = axes}>, Absent<T>>;
};

}}} // namespace lamina::internals
