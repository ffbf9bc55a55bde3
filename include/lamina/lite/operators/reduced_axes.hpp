// lamina/lite/operators/reduced_axes.hpp: which axes a reduction is over.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The shape of the input with 1 in place of each axis that is reduced.
[[gnu::cold]] inline Extents with_ones(const Step& step)
{
    Extents narrow = step.x().shape;
    for (std::size_t i = 0; i < step.x(1).size(); ++i) narrow[axis_of(step, integer_at(step, step.x(1), i), narrow.rank)] = 1;
    return narrow;
}

}}} // namespace lamina::internals::tflite
