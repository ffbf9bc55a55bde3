// lamina/lite/operators/resize.hpp: RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR: shapes, and the choice of kernels by the types of numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/resize.hpp>
#include <lamina/lite/operators/floats.hpp>
#include <lamina/lite/operators/resize_int8.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The second input says [height, width].
[[gnu::cold]] inline void infer_resize(Step& step)
{
    const Extents& x = image_shape(step, step.x());
    if (!step.readable(1)) fail_at(step, {"a size that is computed while the file runs, which lamina does not run"});
    if (step.x(1).size() != 2) fail_at(step, {"a size of shape ", step.x(1).shape, " where [height, width] is needed"});
    const std::int64_t height = integer_at(step, step.x(1), 0), width = integer_at(step, step.x(1), 1);
    if (height < 1 || width < 1 || x[1] == 0 || x[2] == 0 || x[3] == 0)
        fail_at(step, {"an image of shape ", x, " cannot have the size ", height, " × ", width});
    set_shape(step, 0, {x[0], static_cast<std::size_t>(height), static_cast<std::size_t>(width), x[3]});
}

inline kernels::resize_sizes resize_of(const Step& step)
{
    const Extents &x = step.x().shape, &y = step.y().shape;
    const Options& o = step.options();
    kernels::resize_sizes s{x[1], x[2], x[3], 0, 0, x[1], x[2], y[1], y[2], step.op->op == code::resize_bilinear};
    using places = kernels::resize_places;
    s.places = o.align_corners        ? o.half_pixel_centers ? places::middles_of_corners : places::corners
               : o.half_pixel_centers ? places::middles
                                      : places::edges;
    return s;
}

/// One image after the other; each part has whole images.
inline void run_resize(const Step& step)
{
    const kernels::resize_sizes s = resize_of(step);
    const std::size_t images = step.x().shape[0], row = padded<float>(kernels::resize_scratch(s));
    each_part(parts_of(step, images, step.y().size()), images, [&](std::size_t first, std::size_t last, std::size_t part) {
        kernels::resize_forward(step.x().numbers<float>() + first * s.height * s.width * s.channels,
                                step.y().numbers<float>() + first * s.out_height * s.out_width * s.channels,
                                reinterpret_cast<float*>(step.scratch) + part * row, last - first, s);
    });
}

[[gnu::cold]] inline void prepare_resize(Step& step, Preparation&)
{
    const dtype x = step.x().type, y = step.y().type;
    if (step.op->op == code::resize_bilinear && step.options().align_corners && step.options().half_pixel_centers)
        fail_at(step, {"align_corners and half_pixel_centers at once"});
    if (prepare_resize_int8(step)) return;
    if (x != dtype::float32 || y != dtype::float32)
        fail_at(step, {"no kernel for an input of ", name_of(x), " and a result of ", name_of(y)});
    step.scratch_bytes = step.threads * padded<float>(kernels::resize_scratch(resize_of(step))) * sizeof(float);
    step.run = run_resize;
}

inline constexpr OperatorRules resize_rules[] = {
    {code::resize_bilinear, infer_resize, prepare_resize},
    {code::resize_nearest_neighbor, infer_resize, prepare_resize},
};

}}} // namespace lamina::internals::tflite
