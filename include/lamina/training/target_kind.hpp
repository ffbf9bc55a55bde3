// lamina/training/target_kind.hpp: what a loss or a metric compares an output with, and how a sample is cut into rows for it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// What a loss or a metric compares the model's output with.
enum class target_kind {
    class_index, ///< one whole number a row: [n] or [n, …output without its last axis]
    same_shape,  ///< a number for every output: [n, …output]
};

} // namespace protocols

namespace internals {

/// Whether a loss or a metric takes a sample's output as one row.
template <class M> inline constexpr bool takes_whole_samples = requires { requires M::whole_samples; };

/// The rows that a sample has for a loss or a metric: how many, the outputs of each, and the targets of each.
struct RowsOfSample {
    std::size_t count, width, targets;
};
template <class M> constexpr RowsOfSample rows_of_sample([[maybe_unused]] const M& by, const Shape& output)
{
    bool whole = takes_whole_samples<M>;
    if constexpr (requires { by.axis.last(); }) whole = whole || !by.axis.last();
    const std::size_t width = whole ? output.size() : output.back();
    return {output.size() / width, width, M::kind == target_kind::class_index ? 1 : width};
}

} // namespace internals

}} // namespace lamina
