// lamina/lite/operators/pooling_int8.hpp: AVERAGE_POOL_2D and MAX_POOL_2D of whole numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/quantized/pooling.hpp>
#include <lamina/lite/operators/integer_weights.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

struct KeptInt8Pooling {
    kernels::pooling_sizes sizes;
    integer_range range;
};

inline void run_int8_pooling(const Step& step)
{
    const KeptInt8Pooling& kept = step.keeps<KeptInt8Pooling>();
    const auto pool = step.op->op == code::max_pool_2d ? kernels::maximum_of_bytes : kernels::average_bytes;
    pool(step.x().numbers<const std::int8_t>(), step.y().numbers<std::int8_t>(), step.x().shape[0], kept.sizes, kept.range.low,
         kept.range.high, reinterpret_cast<std::int32_t*>(step.scratch));
}

/// Prepares a pooling of int8 numbers, and says whether it has done so. The scale of the result is that of the input.
[[gnu::cold]] inline bool prepare_pooling_int8(Step& step)
{
    if (!is_int8(step)) return false;
    refuse_varying(step);
    require_alike(step, step.x(), step.y());
    const kernels::pooling_sizes s = pooling_of(step);
    if (s.window_height * s.window_width > std::size_t{1} << 14) fail_at(step, {"windows of more than 16384 elements"});
    step.kept = share_new<KeptInt8Pooling>(KeptInt8Pooling{s, integer_clamp(step)});
    step.scratch_bytes = kernels::pooling_scratch(s);
    step.run = run_int8_pooling;
    return true;
}

}}} // namespace lamina::internals::tflite
