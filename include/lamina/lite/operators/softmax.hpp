// lamina/lite/operators/softmax.hpp: SOFTMAX and LOG_SOFTMAX over the last axis: shapes, and the choice of kernels by the types of numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/softmax.hpp>
#include <lamina/lite/operators/softmax_int8.hpp>
#include <lamina/lite/operators/step.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_softmax(Step& step)
{
    const Extents& x = step.x().shape;
    if (x.rank == 0 || x.last() == 0) fail_at(step, {"an input of shape ", x});
    set_shape(step, 0, x);
}

inline void run_softmax(const Step& step)
{
    const float* x = step.x().numbers<float>();
    float* const y = step.y().numbers<float>();
    const std::size_t width = step.x().shape.last(), rows = step.x().size() / width;
    if (const float beta = step.options().beta; beta != 1) {
        kernels::transform(x, y, rows * width, [beta](const auto& v) { return v * simd::batch<float>(beta); });
        x = y;
    }
    kernels::softmax_forward(x, y, rows, width);
}

inline void run_log_softmax(const Step& step)
{
    const std::size_t width = step.x().shape.last();
    kernels::log_softmax_forward(step.x().numbers<float>(), step.y().numbers<float>(), step.x().size() / width, width);
}

[[gnu::cold]] inline void prepare_softmax(Step& step, Preparation&)
{
    const dtype x = step.x().type, y = step.y().type;
    if (prepare_softmax_int8(step)) return;
    if (x != dtype::float32 || y != dtype::float32)
        fail_at(step, {"no kernel for an input of ", name_of(x), " and a result of ", name_of(y)});
    step.run = step.op->op == code::softmax ? run_softmax : run_log_softmax;
}

inline constexpr OperatorRules softmax_rules[] = {
    {code::softmax, infer_softmax, prepare_softmax, output_place::over_first_input},
    {code::log_softmax, infer_softmax, prepare_softmax, output_place::over_first_input},
};

}}} // namespace lamina::internals::tflite
