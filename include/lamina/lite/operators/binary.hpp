// lamina/lite/operators/binary.hpp: y = f(a, b), element by element, of shapes that broadcast.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/lite/operators/binary_int8.hpp>
#include <lamina/lite/operators/broadcast.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A function over a row of n results. An operand that does not go on has one number for the whole row.
using BinaryLoop = void (*)(const void* a, bool a_goes_on, const void* b, bool b_goes_on, void* y, std::size_t n);

/// Operand and formula of a row in which one operand is one number.
template <class F> struct WithOneNumber {
    static constexpr bool takes_numbers = true;
    float number;
    bool first;
    template <class V> [[gnu::always_inline]] V operator()(const V& x) const
    {
        return first ? F::of(V(number), x) : F::of(x, V(number));
    }
};
template <class F> struct OfTwo {
    static constexpr bool takes_numbers = true;
    template <class V> [[gnu::always_inline]] V operator()(const V& a, const V& b) const { return F::of(a, b); }
};

template <class F>
void float_loop(const void* first, bool a_goes_on, const void* second, bool b_goes_on, void* result, std::size_t n)
{
    const auto a = static_cast<const float*>(first), b = static_cast<const float*>(second);
    const auto y = static_cast<float*>(result);
    if (n == 0) return;
    if (a_goes_on && b_goes_on) kernels::transform(a, b, y, n, OfTwo<F>{});
    else if (a_goes_on) kernels::transform(a, y, n, WithOneNumber<F>{*b, false});
    else if (b_goes_on) kernels::transform(b, y, n, WithOneNumber<F>{*a, true});
    else std::fill_n(y, n, F::of(*a, *b));
}

/// The same of any numbers, one after the other. Files have few of these, so that small code is worth more.
template <class F, class T, class Y>
[[gnu::cold]] void number_loop(const void* first, bool a_goes_on, const void* second, bool b_goes_on, void* result, std::size_t n)
{
    const auto a = static_cast<const T*>(first), b = static_cast<const T*>(second);
    const auto y = static_cast<Y*>(result);
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<Y>(F::of(a[a_goes_on ? i : 0], b[b_goes_on ? i : 0]));
}

namespace binary {
/// Whole numbers are added and multiplied without a sign, so that nothing overflows.
template <class T> auto without_sign(T x)
{
    if constexpr (std::is_integral_v<T>) return static_cast<std::make_unsigned_t<T>>(x);
    else return x;
}
struct Plus {
    template <class V> static auto of(const V& a, const V& b) { return without_sign(a) + without_sign(b); }
};
struct Minus {
    template <class V> static auto of(const V& a, const V& b) { return without_sign(a) - without_sign(b); }
};
struct Times {
    template <class V> static auto of(const V& a, const V& b) { return without_sign(a) * without_sign(b); }
};
struct Over {
    template <class V> static V of(const V& a, const V& b)
    {
        if constexpr (std::is_integral_v<V>) return b == -1 ? static_cast<V>(without_sign(V(0)) - without_sign(a)) : a / b;
        else return a / b;
    }
};
struct Larger {
    template <class V> static V of(const V& a, const V& b) // NaN of either
    {
        if constexpr (std::is_arithmetic_v<V>) return a < b || b != b ? b : a;
        else return simd::select(a < b, b, simd::select(b == b, a, b));
    }
};
struct Smaller {
    template <class V> static V of(const V& a, const V& b)
    {
        if constexpr (std::is_arithmetic_v<V>) return b < a || b != b ? b : a;
        else return simd::select(b < a, b, simd::select(b == b, a, b));
    }
};
struct SquaredDifference {
    template <class V> static auto of(const V& a, const V& b)
    {
        const auto d = Minus::of(a, b);
        return d * d;
    }
};
struct Prelu {
    template <class V> static V of(const V& x, const V& alpha)
    {
        if constexpr (std::is_arithmetic_v<V>) return x < 0 ? alpha * x : x;
        else return simd::select(x < V(0), V(alpha * x), x);
    }
};
struct Pow {
    template <class T> static T of(T a, T b) { return std::pow(a, b); }
};
struct Less {
    template <class T> static bool of(T a, T b) { return a < b; }
};
struct LessOrEqual {
    template <class T> static bool of(T a, T b) { return a <= b; }
};
struct Greater {
    template <class T> static bool of(T a, T b) { return a > b; }
};
struct GreaterOrEqual {
    template <class T> static bool of(T a, T b) { return a >= b; }
};
struct Equal {
    template <class T> static bool of(T a, T b) { return a == b; }
};
struct NotEqual {
    template <class T> static bool of(T a, T b) { return a != b; }
};
struct And {
    static bool of(std::uint8_t a, std::uint8_t b) { return a != 0 && b != 0; }
};
struct Or {
    static bool of(std::uint8_t a, std::uint8_t b) { return a != 0 || b != 0; }
};
} // namespace binary

/// The loops of an operator, null where it is not defined.
struct BinaryRow {
    code op;
    BinaryLoop float32, int32, int64, truth;
    bool gives_truth = false;
};
template <class F> constexpr BinaryRow arithmetic_row(code op)
{
    return {op, float_loop<F>, number_loop<F, std::int32_t, std::int32_t>, number_loop<F, std::int64_t, std::int64_t>, nullptr};
}
template <class F> constexpr BinaryRow comparison_row(code op, bool of_truth = false)
{
    return {op,
            number_loop<F, float, bool>,
            number_loop<F, std::int32_t, bool>,
            number_loop<F, std::int64_t, bool>,
            of_truth ? number_loop<F, std::uint8_t, bool> : nullptr,
            true};
}
inline constexpr BinaryRow binary_rows[] = {
    arithmetic_row<binary::Plus>(code::add),
    arithmetic_row<binary::Over>(code::div),
    arithmetic_row<binary::Larger>(code::maximum),
    arithmetic_row<binary::Smaller>(code::minimum),
    arithmetic_row<binary::Times>(code::mul),
    arithmetic_row<binary::SquaredDifference>(code::squared_difference),
    arithmetic_row<binary::Minus>(code::sub),
    comparison_row<binary::Equal>(code::equal, true),
    comparison_row<binary::Greater>(code::greater),
    comparison_row<binary::GreaterOrEqual>(code::greater_equal),
    comparison_row<binary::Less>(code::less),
    comparison_row<binary::LessOrEqual>(code::less_equal),
    comparison_row<binary::NotEqual>(code::not_equal, true),
    {code::logical_and, nullptr, nullptr, nullptr, number_loop<binary::And, std::uint8_t, bool>, true},
    {code::logical_or, nullptr, nullptr, nullptr, number_loop<binary::Or, std::uint8_t, bool>, true},
    {code::pow, number_loop<binary::Pow, float, float>, nullptr, nullptr, nullptr},
    {code::prelu, float_loop<binary::Prelu>, nullptr, nullptr, nullptr},
};

[[gnu::cold]] inline const BinaryRow& binary_row_of(code op)
{
    const BinaryRow* row = binary_rows;
    while (row->op != op) ++row;
    return *row;
}
[[gnu::cold]] inline BinaryLoop loop_of(const BinaryRow& row, dtype type)
{
    if (type == dtype::float32) return row.float32;
    if (type == dtype::int32) return row.int32;
    if (type == dtype::int64) return row.int64;
    return type == dtype::boolean ? row.truth : nullptr;
}

struct KeptBinary {
    BinaryLoop loop;
    clamp_range clamp;
    bool clamps, divides_integers;
    std::size_t bytes, result_bytes; ///< of a number
};

struct Clamp {
    static constexpr bool takes_numbers = true;
    clamp_range range;
    template <class V> [[gnu::always_inline]] V operator()(const V& x) const
    {
        const V low(range.low), high(range.high);
        return simd::select(x < low, low, simd::select(x > high, high, x)); // keeps NaN
    }
};

[[gnu::cold]] inline void refuse_zeros(const Step& step)
{
    const Value& b = step.x(1);
    for (std::size_t i = 0; i < b.size(); ++i)
        if (integer_at(step, b, i) == 0) fail_at(step, {"a division by 0"});
}

inline void run_binary(const Step& step)
{
    const KeptBinary& kept = step.keeps<KeptBinary>();
    const Value &a = step.x(0), &b = step.x(1), &y = step.y();
    if (y.size() == 0) return;
    if (kept.divides_integers) refuse_zeros(step);
    for_each_row(step, a.shape, b.shape, y.shape, [&](const OperandRow& row) {
        kept.loop(a.data + row.a * kept.bytes, row.a_goes_on, b.data + row.b * kept.bytes, row.b_goes_on,
                  y.data + row.y * kept.result_bytes, row.n);
        float* const made = y.numbers<float>() + row.y;
        if (kept.clamps) kernels::transform(made, made, row.n, Clamp{kept.clamp});
    });
}

[[gnu::cold]] inline void infer_binary(Step& step)
{
    set_shape(step, 0, common_shape(step, step.x(0).shape, step.x(1).shape));
    shape_of_axes(step, step.y().shape);
}

[[gnu::cold]] inline void prepare_binary(Step& step, Preparation& with)
{
    const dtype type = step.x(0).type, result = step.y().type;
    if (prepare_int8_binary(step, with)) return;
    const BinaryRow& row = binary_row_of(step.op->op);
    const BinaryLoop loop = loop_of(row, type);
    if (step.x(1).type != type || result != (row.gives_truth ? dtype::boolean : type))
        fail_at(step, {"inputs of ", name_of(type), " and ", name_of(step.x(1).type), " with a result of ", name_of(result)});
    if (!loop) fail_at(step, {"no kernel for ", name_of(type), " numbers"});
    const fused activation = step.options().activation;
    const bool clamps = activation == fused::relu || activation == fused::relu6 || activation == fused::relu_n1_to_1;
    if (activation != fused::none && (!clamps || result != dtype::float32))
        fail_at(step, {"a fused activation that it cannot have"});
    step.kept = share_new<KeptBinary>(KeptBinary{
        loop, clamp_of(activation), clamps, row.op == code::div && type != dtype::float32, bytes_of(type), bytes_of(result)});
    step.run = run_binary;
}

inline constexpr OperatorRules binary_rules[] = {
    {code::add, infer_binary, prepare_binary, output_place::over_first_input},
    {code::div, infer_binary, prepare_binary, output_place::over_first_input},
    {code::equal, infer_binary, prepare_binary},
    {code::greater, infer_binary, prepare_binary},
    {code::greater_equal, infer_binary, prepare_binary},
    {code::less, infer_binary, prepare_binary},
    {code::less_equal, infer_binary, prepare_binary},
    {code::logical_and, infer_binary, prepare_binary},
    {code::logical_or, infer_binary, prepare_binary},
    {code::maximum, infer_binary, prepare_binary, output_place::over_first_input},
    {code::minimum, infer_binary, prepare_binary, output_place::over_first_input},
    {code::mul, infer_binary, prepare_binary, output_place::over_first_input},
    {code::not_equal, infer_binary, prepare_binary},
    {code::pow, infer_binary, prepare_binary},
    {code::prelu, infer_binary, prepare_binary, output_place::over_first_input},
    {code::squared_difference, infer_binary, prepare_binary, output_place::over_first_input},
    {code::sub, infer_binary, prepare_binary, output_place::over_first_input},
};

}}} // namespace lamina::internals::tflite
