// lamina/lite/operators/transpose_conv.hpp: TRANSPOSE_CONV: shapes, and the choice of kernels by the types of numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/transpose_conv_float.hpp>
#include <lamina/lite/operators/transpose_conv_int8.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Inputs: the shape of the result, weights [filters, height, width, channels], an image, perhaps a bias. The padding is that of the
/// convolution that leads from the result back to the image.
[[gnu::cold]] inline void infer_transpose_conv(Step& step)
{
    if (!step.readable(0)) fail_at(step, {"a shape that is computed while the file runs, which lamina does not run"});
    if (step.x(0).size() != 4) fail_at(step, {"a result of ", step.x(0).size(), " axes where 4 are needed"});
    Extents y;
    for (std::size_t axis = 0; axis < 4; ++axis) {
        const std::int64_t extent = integer_at(step, step.x(0), axis);
        if (extent < 1) fail_at(step, {"a result of extent ", extent});
        y.push_back(static_cast<std::size_t>(extent));
    }
    const Extents &x = image_shape(step, step.x(2)), &w = step.x(1).shape;
    if (w.rank != 4 || w[0] != y[3] || w[3] != x[3] || w[3] == 0 || y[0] != x[0])
        fail_at(step, {"weights of shape ", w, " and an image of shape ", x, " for a result of shape ", y});
    check_bias(step, 3, w[0]);
    const kernels::convolution_sizes s = transposed_of(step, y);
    if (s.out_height != x[1] || s.out_width != x[2])
        fail_at(step, {"an image of shape ", x, " for a result of shape ", y, ", which needs one of ", s.out_height, " × ",
                       s.out_width});
    set_shape(step, 0, y);
}

[[gnu::cold]] inline void prepare_transpose_conv(Step& step, Preparation& with)
{
    const dtype x = step.x(2).type, w = step.x(1).type, y = step.y().type;
    if (x == dtype::float32 && w == dtype::float32 && y == dtype::float32) return prepare_transpose_conv_float(step, with);
    if (prepare_transpose_conv_int8(step, with)) return;
    fail_at(step, {"no kernel for an input of ", name_of(x), " with weights of ", name_of(w), " and a result of ", name_of(y)});
}

inline constexpr OperatorRules transpose_conv_rules[] = {{code::transpose_conv, infer_transpose_conv, prepare_transpose_conv}};

}}} // namespace lamina::internals::tflite
