// lamina/lite/operators/pooling_float.hpp: AVERAGE_POOL_2D and MAX_POOL_2D of float32.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling_rows.hpp>
#include <lamina/lite/operators/floats.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <cstddef>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// What a pooling of float32 keeps.
struct FloatPooling {
    kernels::pooling_sizes sizes;
    finish_of_floats finish;
    explicit FloatPooling(const Step& step) : sizes(pooling_of(step)), finish(step) {}
};

/// Rows of outputs, of one image after the other; each part works in a row of its own.
inline void run_pooling(const Step& step)
{
    const auto& k = step.keeps<FloatPooling>();
    const kernels::pooling_sizes& s = k.sizes;
    float* scratch = reinterpret_cast<float*>(step.scratch);
    const float* x = with_room(step, scratch);
    scratch += room_of(step);
    float* y = step.y().numbers<float>();
    const std::size_t line = s.out_width * s.channels, cells = s.window_height * s.window_width;
    const std::size_t parts = parts_of(step, s.out_height, s.out_height * line * cells);
    const bool average = step.op->op == code::average_pool_2d;
    for (std::size_t image = 0; image < step.x().shape[0]; ++image) {
        each_part(parts, s.out_height, [&](std::size_t first, std::size_t last, std::size_t part) {
            float* const row = scratch + part * kernels::pooling_rows_scratch<float>(s);
            if (average) kernels::average_pooling_rows(x, y, row, s, first, last, k.finish.within);
            else kernels::max_pooling_rows(x, y, row, s, first, last, k.finish.within);
            if (k.finish.tanh) apply_tanh(y + first * line, (last - first) * line);
        });
        x += s.height * s.width * s.channels;
        y += s.out_height * line;
    }
}

[[gnu::cold]] inline void prepare_pooling_float(Step& step)
{
    refuse_varying(step);
    const auto kept = share_new<FloatPooling>(step);
    step.scratch_bytes = (room_of(step) + step.threads * kernels::pooling_rows_scratch<float>(kept->sizes)) * sizeof(float);
    step.kept = kept;
    step.run = run_pooling;
}

}}} // namespace lamina::internals::tflite
