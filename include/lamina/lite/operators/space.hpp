// lamina/lite/operators/space.hpp: SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: every nth pixel as an image of its own, and back.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Of an axis of space: pixels `block` apart are one image; `before` and `behind` are added to the larger image, or cut from it.
struct SpaceAxis {
    std::size_t block, before, behind;
};
[[gnu::cold]] inline SpaceAxis space_axis(const Step& step, std::size_t i)
{
    const std::size_t block = extent_from(step, integer_at(step, step.x(1), i));
    if (block == 0) fail_at(step, {"a block of 0"});
    return {block, extent_from(step, integer_at(step, step.x(2), 2 * i)),
            extent_from(step, integer_at(step, step.x(2), 2 * i + 1))};
}

/// The number of images that one becomes.
[[gnu::cold]] inline std::size_t images_of_one(const Step& step)
{
    require_known(step, 1, "the block");
    require_known(step, 2, "the padding");
    const std::size_t axes = step.x(1).size();
    if (axes + 1 > step.x().shape.rank || step.x(2).size() != 2 * axes)
        fail_at(step, {"blocks of ", axes, " axes and ", step.x(2).size(), " paddings of a tensor of shape ", step.x().shape});
    std::size_t images = 1;
    for (std::size_t i = 0; i < axes; ++i) {
        const std::size_t block = space_axis(step, i).block;
        if (images > (std::size_t{1} << 32) / block) fail_at(step, {"blocks of more than 2^32 pixels"});
        images *= block;
    }
    return images;
}

[[gnu::cold]] inline void infer_space_to_batch(Step& step)
{
    const std::size_t images = images_of_one(step);
    Extents shape = step.x().shape;
    if (shape[0] > (std::size_t{1} << 56) / images / 1024) fail_at(step, {images, " images of each of ", shape[0]});
    shape[0] *= images;
    for (std::size_t i = 0; i < step.x(1).size(); ++i) {
        const SpaceAxis axis = space_axis(step, i);
        const std::size_t padded = axis.before + shape[i + 1] + axis.behind;
        if (padded % axis.block != 0)
            fail_at(step, {"axis ", i + 1, " of ", padded, " with its padding in blocks of ", axis.block});
        shape[i + 1] = padded / axis.block;
    }
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void infer_batch_to_space(Step& step)
{
    const std::size_t images = images_of_one(step);
    Extents shape = step.x().shape;
    if (shape[0] % images != 0) fail_at(step, {shape[0], " images do not make images of ", images, " each"});
    shape[0] /= images;
    for (std::size_t i = 0; i < step.x(1).size(); ++i) {
        const SpaceAxis axis = space_axis(step, i);
        if (shape[i + 1] > (std::size_t{1} << 60) / axis.block)
            fail_at(step, {"axis ", i + 1, " of ", shape, " times ", axis.block});
        const std::size_t whole = shape[i + 1] * axis.block;
        if (axis.before > whole || axis.behind > whole - axis.before)
            fail_at(step, {axis.before, " and ", axis.behind, " cut from axis ", i + 1, " of ", whole});
        shape[i + 1] = whole - axis.before - axis.behind;
    }
    set_shape(step, 0, shape);
}

/// Pixel j of a small image is pixel j · block + at - before of the large one, where there is one.
[[gnu::cold]] inline void run_space(const Step& step)
{
    const bool apart = step.op->op == code::space_to_batch_nd;
    const Value &x = step.x(), &y = step.y();
    const Value &large = apart ? x : y, &little = apart ? y : x;
    if (y.size() == 0) return;
    if (apart) fill_with_zeros(y);
    if (x.size() == 0) return;
    const std::size_t axes = step.x(1).size(), batch = large.shape[0], bytes = bytes_of(x.type);
    const Strides of_large = strides_of(large.shape, bytes), of_little = strides_of(little.shape, bytes);
    std::size_t at[most_axes]{}; // the place in the block
    for (std::size_t image = 0; image < little.shape[0] / batch; ++image) {
        Walk walk(bytes);
        const auto add = [&](std::size_t extent, std::ptrdiff_t in_large, std::ptrdiff_t in_little) {
            walk.add(extent, apart ? in_large : in_little, apart ? in_little : in_large);
        };
        std::ptrdiff_t from_large = 0, from_little = static_cast<std::ptrdiff_t>(image * batch) * of_little[0];
        bool any = true;
        add(batch, of_large[0], of_little[0]);
        for (std::size_t i = 0; i < axes; ++i) {
            const SpaceAxis axis = space_axis(step, i);
            const std::size_t extent = large.shape[i + 1];
            const std::size_t first = at[i] >= axis.before ? 0 : (axis.before - at[i] + axis.block - 1) / axis.block;
            const std::size_t pixel = first * axis.block + at[i] - axis.before;
            const std::size_t count = pixel < extent ? (extent - pixel + axis.block - 1) / axis.block : 0;
            any = any && count > 0;
            from_large += static_cast<std::ptrdiff_t>(pixel) * of_large[i + 1];
            from_little += static_cast<std::ptrdiff_t>(first) * of_little[i + 1];
            add(count, static_cast<std::ptrdiff_t>(axis.block) * of_large[i + 1], of_little[i + 1]);
        }
        for (std::size_t axis = axes + 1; axis < large.shape.rank; ++axis)
            add(large.shape[axis], of_large[axis], of_little[axis]);
        if (any) walk.copy(x.data + (apart ? from_large : from_little), y.data + (apart ? from_little : from_large));
        for (std::size_t i = axes; i-- > 0;) {
            if (++at[i] < space_axis(step, i).block) break;
            at[i] = 0;
        }
    }
}

[[gnu::cold]] inline void prepare_space(Step& step, Preparation&)
{
    require_alike(step, step.x(), step.y());
    step.run = run_space;
}

inline constexpr OperatorRules space_rules[] = {
    {code::space_to_batch_nd, infer_space_to_batch, prepare_space},
    {code::batch_to_space_nd, infer_batch_to_space, prepare_space},
};

}}} // namespace lamina::internals::tflite
