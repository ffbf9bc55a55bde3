// lamina/lite/operators/reshape.hpp: RESHAPE, SQUEEZE and EXPAND_DIMS: the same numbers under another shape.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The extents that a file asks for: at most one of them is -1, and follows from the number of elements.
struct Wanted {
    std::array<std::int64_t, most_axes> extents{};
    std::size_t rank = 0;
};

/// Sets the shape; false where the numbers do not fit into it.
[[gnu::cold]] inline bool shape_of_wanted(const Step& step, const Wanted& wanted, std::size_t size, Extents& shape)
{
    std::size_t product = 1, open = most_axes;
    shape.rank = 0;
    for (std::size_t axis = 0; axis < wanted.rank; ++axis) {
        std::size_t extent = 0;
        if (wanted.extents[axis] == -1) {
            if (open < most_axes) fail_at(step, {"a new shape with two extents of -1"});
            open = axis;
        }
        else {
            extent = extent_from(step, wanted.extents[axis]);
            if (extent > 0 && product > (std::size_t{1} << 56) / extent) return false;
            product *= extent;
        }
        shape.push_back(extent);
    }
    if (open == most_axes) return product == size;
    if (product > 0) shape[open] = size / product;
    return product > 0 ? shape[open] * product == size : size == 0;
}

[[gnu::cold]] inline void infer_reshape(Step& step)
{
    const std::size_t size = step.x().size();
    Extents shape;
    Wanted wanted;
    const auto want = [&](std::size_t count, const auto& at) {
        if (count > most_axes) fail_at(step, {"a new shape of ", count, " axes; at most ", most_axes, " can be"});
        for (std::size_t axis = 0; axis < count; ++axis) wanted.extents[axis] = at(axis);
        wanted.rank = count;
    };
    if (step.has(1) && !step.readable(1)) { // as the file has it, as far as that can be
        const Tensor* const said = step.y().tensor;
        step.y().varies = true;
        if (said && !said->signature.empty())
            want(said->signature.size(), [&](std::size_t axis) { return said->signature[axis]; });
        else if (said) want(said->shape.size(), [&](std::size_t axis) { return static_cast<std::int64_t>(said->shape[axis]); });
        std::size_t open = 0;
        for (std::size_t axis = 0; axis < wanted.rank; ++axis) open += wanted.extents[axis] < 0;
        if (open > 1 || !shape_of_wanted(step, wanted, size, shape)) { // all that is sure is how many numbers there are
            const std::size_t rank = step.x(1).size();
            if (rank == 0 || rank > most_axes) fail_at(step, {"a new shape of ", rank, " axes; 1 to ", most_axes, " can be"});
            shape = {size};
            while (shape.rank < rank) shape.push_back(1);
        }
        return set_shape(step, 0, shape);
    }
    const std::vector<std::int32_t>& option = step.options().new_shape;
    if (step.has(1)) want(step.x(1).size(), [&](std::size_t axis) { return integer_at(step, step.x(1), axis); });
    else if (option.size() == 1 && option[0] == 0) wanted.rank = 0; // old files say a single number so
    else want(option.size(), [&](std::size_t axis) { return std::int64_t{option[axis]}; });
    if (!shape_of_wanted(step, wanted, size, shape)) {
        std::string text;
        for (std::size_t axis = 0; axis < wanted.rank; ++axis) append(text, {axis > 0 ? ", " : "", wanted.extents[axis]});
        fail_at(step, {size, " numbers of shape ", step.x().shape, " do not fit into [", text, "]"});
    }
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void infer_squeeze(Step& step)
{
    const Extents& from = step.x().shape;
    const std::vector<std::int32_t>& axes = step.options().squeeze_dims;
    std::array<bool, most_axes> left_out{};
    for (std::size_t axis = 0; axis < from.rank && axes.empty(); ++axis) left_out[axis] = from[axis] == 1;
    for (const std::int32_t given : axes) {
        const std::size_t axis = axis_of(step, given, from.rank);
        if (from[axis] != 1) fail_at(step, {"axis ", axis, " of ", from, " cannot be left out, it is not 1"});
        left_out[axis] = true;
    }
    Extents shape;
    for (std::size_t axis = 0; axis < from.rank; ++axis)
        if (!left_out[axis]) shape.push_back(from[axis]);
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void infer_expand_dims(Step& step)
{
    require_known(step, 1, "the axis");
    const Extents& from = step.x().shape;
    const std::size_t at = axis_of(step, integer_at(step, step.x(1), 0), from.rank + 1);
    Extents shape;
    for (std::size_t axis = 0; axis <= from.rank; ++axis)
        add_axis(step, shape, axis < at ? from[axis] : axis == at ? 1 : from[axis - 1]);
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void prepare_reshape(Step& step, Preparation&)
{
    require_alike(step, step.x(), step.y());
    step.run = copy_all; // where it cannot be a view
}

inline constexpr OperatorRules reshape_rules[] = {
    {code::reshape, infer_reshape, prepare_reshape, output_place::view_of_input},
    {code::squeeze, infer_squeeze, prepare_reshape, output_place::view_of_input},
    {code::expand_dims, infer_expand_dims, prepare_reshape, output_place::view_of_input},
};

}}} // namespace lamina::internals::tflite
