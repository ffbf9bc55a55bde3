// lamina/lite/operators/binary_int8.hpp: y = f(a, b) of int8 numbers, element by element, of shapes that broadcast.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/quantized/binary.hpp>
#include <lamina/lite/operators/broadcast.hpp>
#include <lamina/lite/operators/fixed_multiplier.hpp>
#include <lamina/lite/operators/integer_weights.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/unary_int8.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Calls `use(a, a goes on, b, b goes on, y, n)` for each row of bytes.
template <class Use> void for_each_row_of_bytes(const Step& step, const Use& use)
{
    const Value &a = step.x(0), &b = step.x(1), &y = step.y();
    if (y.size() == 0) return;
    for_each_row(step, a.shape, b.shape, y.shape, [&](const OperandRow& row) {
        use(a.numbers<const std::int8_t>() + row.a, row.a_goes_on, b.numbers<const std::int8_t>() + row.b, row.b_goes_on,
            y.numbers<std::int8_t>() + row.y, row.n);
    });
}

inline void run_byte_operation(const Step& step)
{
    const auto& kept = step.keeps<kernels::byte_operation>();
    for_each_row_of_bytes(step, [&](auto... of) { kernels::operate(kept, of...); });
}

/// Operators of which files have few: in real numbers, one after the other.
[[gnu::cold]] inline double real_function_of_two(code op, double a, double b)
{
    switch (op) {
    case code::div: return a / b;
    case code::maximum: return std::max(a, b);
    case code::minimum: return std::min(a, b);
    case code::pow: return std::pow(a, b);
    case code::prelu: return a < 0 ? a * b : a;
    case code::equal: return a == b;
    case code::greater: return a > b;
    case code::greater_equal: return a >= b;
    case code::less: return a < b;
    case code::less_equal: return a <= b;
    default: return a != b;
    }
}
[[gnu::cold]] inline void run_real_function_of_two(const Step& step)
{
    const Value &a = step.x(0), &b = step.x(1), &y = step.y();
    const code op = step.op->op;
    const bool truth = y.type == dtype::boolean;
    const integer_range range = truth ? integer_range{0, 1} : integer_clamp(step);
    for_each_row_of_bytes(step, [&](const std::int8_t* first, bool first_goes_on, const std::int8_t* second, bool second_goes_on,
                                    std::int8_t* to, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            const double real = real_function_of_two(op, static_cast<double>(a.scale) * (first[first_goes_on ? i : 0] - a.zero),
                                                     static_cast<double>(b.scale) * (second[second_goes_on ? i : 0] - b.zero));
            const int q = truth ? real != 0 : nearest_int8(real, y);
            to[i] = static_cast<std::int8_t>(std::clamp(q, range.low, range.high));
        }
    });
}

/// How SQUARED_DIFFERENCE is computed: both operands in 128ths of twice the larger scale.
struct KeptSquares {
    FixedMultiplier a, b, y;
    KeptSquares(double a_scale, double b_scale, double y_scale)
        : a(a_scale / (2 * std::max(a_scale, b_scale))), b(b_scale / (2 * std::max(a_scale, b_scale))),
          y(4 * std::max(a_scale, b_scale) * std::max(a_scale, b_scale) / (16384 * y_scale))
    {}
};

inline void run_squared_difference(const Step& step)
{
    const KeptSquares& kept = step.keeps<KeptSquares>();
    const std::int32_t a_zero = step.x(0).zero, b_zero = step.x(1).zero, zero = step.y().zero;
    for_each_row_of_bytes(step, [&](const std::int8_t* a, bool a_goes_on, const std::int8_t* b, bool b_goes_on, std::int8_t* y,
                                    std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            const std::int32_t d = kept.a((a[a_goes_on ? i : 0] - a_zero) * 128) - kept.b((b[b_goes_on ? i : 0] - b_zero) * 128);
            y[i] = static_cast<std::int8_t>(std::clamp<std::int64_t>(std::int64_t{kept.y(d * d)} + zero, -128, 127));
        }
    });
}

/// Prepares an operator of two int8 tensors, and says whether it has done so.
[[gnu::cold]] inline bool prepare_int8_binary(Step& step, Preparation&)
{
    const Value &a = step.x(0), &b = step.x(1), &y = step.y();
    const bool truth = y.type == dtype::boolean;
    if (a.type != dtype::int8 || b.type != dtype::int8 || (y.type != dtype::int8 && !truth)) return false;
    require_scale(step, "an input", a);
    require_scale(step, "an input", b);
    if (!truth) require_scale(step, "a result", y);
    const code op = step.op->op;
    const integer_range range = truth ? integer_range{0, 1} : integer_clamp(step);
    if (op == code::add || op == code::sub || op == code::mul) {
        kernels::byte_operation kept{a.zero, b.zero, y.zero, range.low, range.high};
        if (op == code::mul) kept.product = true, kept.scale = scale_of_sums(a.scale, b.scale, y.scale);
        else kernels::set_sum(kept, a.scale / y.scale, (op == code::sub ? -b.scale : b.scale) / y.scale);
        step.kept = share_new<kernels::byte_operation>(kept);
        step.run = run_byte_operation;
        return true;
    }
    if (op == code::squared_difference) {
        step.kept = share_new<KeptSquares>(a.scale, b.scale, y.scale);
        step.run = run_squared_difference;
    }
    else step.run = run_real_function_of_two;
    return true;
}

}}} // namespace lamina::internals::tflite
