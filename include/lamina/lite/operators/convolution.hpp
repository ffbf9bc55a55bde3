// lamina/lite/operators/convolution.hpp: CONV_2D and DEPTHWISE_CONV_2D: shapes, and the choice of kernels by the types of numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/convolution_float.hpp>
#include <lamina/lite/operators/convolution_hybrid.hpp>
#include <lamina/lite/operators/convolution_int8.hpp>
#include <lamina/lite/operators/depthwise_int8.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_convolution(Step& step)
{
    const kernels::convolution_sizes s = convolution_of(step);
    check_bias(step, 2, s.filters);
    const std::size_t joined = step.options().averages ? 2 : 1;
    if (s.out_height < joined || s.out_width < joined)
        fail_at(step, {"a result of ", s.out_height, " × ", s.out_width, " where 2 × 2 are averaged"});
    set_shape(step, 0, {step.x().shape[0], s.out_height / joined, s.out_width / joined, s.filters});
}

[[gnu::cold]] inline void prepare_convolution(Step& step, Preparation& with)
{
    const dtype x = step.x().type, w = step.x(1).type, y = step.y().type;
    if (x == dtype::float32 && w == dtype::float32 && y == dtype::float32) return prepare_convolution_float(step, with);
    if (prepare_convolution_hybrid(step, with) || prepare_convolution_int8(step, with) || prepare_depthwise_int8(step, with))
        return;
    fail_at(step, {"no kernel for an input of ", name_of(x), " with weights of ", name_of(w), " and a result of ", name_of(y)});
}

/// Source: the public schema of TensorFlow Lite, version 3, and its converter's documentation of paddings.
inline constexpr OperatorRules convolution_rules[] = {
    {code::conv_2d, infer_convolution, prepare_convolution},
    {code::depthwise_conv_2d, infer_convolution, prepare_convolution},
};

}}} // namespace lamina::internals::tflite
