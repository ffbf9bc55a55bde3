// lamina/lite/operators/dense.hpp: FULLY_CONNECTED: shapes, and the choice of kernels by the types of numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/dense_float.hpp>
#include <lamina/lite/operators/dense_hybrid.hpp>
#include <lamina/lite/operators/dense_int8.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_dense(Step& step)
{
    const Extents &x = step.x().shape, &w = step.x(1).shape;
    if (step.options().weights_shuffled) fail_at(step, {"weights in shuffled order, which lamina does not read"});
    if (w.rank != 2 || w[0] == 0 || w[1] == 0) fail_at(step, {"weights of shape ", w});
    if (x.rank == 0 || x.size() % w[1] != 0) fail_at(step, {"an input of shape ", x, " for weights of shape ", w});
    check_bias(step, 2, w[0]);
    Extents y{x.size() / w[1], w[0]};
    if (step.options().keep_dims) { // keep_num_dims
        if (x.last() != w[1]) fail_at(step, {"an input of shape ", x, " for weights of shape ", w});
        y = x;
        y[y.rank - 1] = w[0];
    }
    set_shape(step, 0, y);
}

[[gnu::cold]] inline void prepare_dense(Step& step, Preparation& with)
{
    const dtype x = step.x().type, w = step.x(1).type, y = step.y().type;
    if (x == dtype::float32 && w == dtype::float32 && y == dtype::float32) return prepare_dense_float(step, with);
    if (prepare_dense_hybrid(step, with) || prepare_dense_int8(step, with)) return;
    fail_at(step, {"no kernel for an input of ", name_of(x), " with weights of ", name_of(w), " and a result of ", name_of(y)});
}

inline constexpr OperatorRules dense_rules[] = {{code::fully_connected, infer_dense, prepare_dense}};

}}} // namespace lamina::internals::tflite
