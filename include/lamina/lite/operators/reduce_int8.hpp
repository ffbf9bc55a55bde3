// lamina/lite/operators/reduce_int8.hpp: SUM, MEAN, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD of int8 numbers over any axes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/broadcast.hpp>
#include <lamina/lite/operators/integer_weights.hpp>
#include <lamina/lite/operators/reduced_axes.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/unary_int8.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Sums, extremes or products, collected in scratch.
template <class T, class F> void collect_bytes(const Step& step, T first, const F& f)
{
    const Value &x = step.x(), &y = step.y();
    T* const sums = reinterpret_cast<T*>(step.scratch);
    std::fill_n(sums, y.size(), first);
    for_each_row(step, x.shape, with_ones(step), x.shape, [&](const OperandRow& row) {
        const std::int8_t* const from = x.numbers<const std::int8_t>() + row.a;
        T* const to = sums + row.b;
        if (row.b_goes_on)
            for (std::size_t i = 0; i < row.n; ++i) to[i] = f(to[i], from[i]);
        else {
            T sum = *to;
            for (std::size_t i = 0; i < row.n; ++i) sum = f(sum, from[i]);
            *to = sum;
        }
    });
}

inline void run_int8_reduce(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    if (y.size() == 0) return;
    const code op = step.op->op;
    const auto count = static_cast<std::int32_t>(x.size() / y.size());
    std::int8_t* const to = y.numbers<std::int8_t>();
    const auto* const sums = reinterpret_cast<const std::int32_t*>(step.scratch);
    if (op == code::reduce_prod) {
        collect_bytes<float>(step, 1.f, [&](float a, std::int8_t b) { return a * static_cast<float>(b - x.zero) * x.scale; });
        const auto* const products = reinterpret_cast<const float*>(step.scratch);
        for (std::size_t i = 0; i < y.size(); ++i) to[i] = nearest_int8(static_cast<double>(products[i]), y);
        return;
    }
    if (op == code::reduce_max || op == code::reduce_min) {
        const std::int32_t sign = op == code::reduce_max ? 1 : -1; // the least is the largest of the negative ones
        collect_bytes<std::int32_t>(step, -128, [sign](std::int32_t a, std::int8_t b) { return std::max(a, sign * b); });
        const bool same = x.scale == y.scale && x.zero == y.zero;
        for (std::size_t i = 0; i < y.size(); ++i)
            to[i] = same ? static_cast<std::int8_t>(sign * sums[i])
                         : nearest_int8(static_cast<double>(x.scale) * (sign * sums[i] - x.zero), y);
        return;
    }
    collect_bytes<std::int32_t>(step, 0, [](std::int32_t a, std::int8_t b) { return a + b; });
    const float scale = x.scale / (op == code::mean ? static_cast<float>(count) * y.scale : y.scale);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const float v = static_cast<float>(sums[i] - count * x.zero) * scale;
        to[i] = as_int8(std::nearbyint(v) + static_cast<float>(y.zero));
    }
}

/// Prepares a reduction of int8 numbers, and says whether it has done so.
///
/// Numerics: a mean as XNNPACK has it, one product in float, to nearest even.
[[gnu::cold]] inline bool prepare_int8_reduce(Step& step, Preparation&)
{
    if (!is_int8(step)) return false;
    if (step.x().size() >= std::size_t{1} << 23)
        fail_at(step, {"an input of ", step.x().size(), " bytes, whose sum may not fit"});
    step.scratch_bytes = step.y().size() * sizeof(std::int32_t);
    step.run = run_int8_reduce;
    return true;
}

}}} // namespace lamina::internals::tflite
