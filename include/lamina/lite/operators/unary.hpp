// lamina/lite/operators/unary.hpp: y = f(x), element by element.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/unary_int8.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A function over n numbers. `parameter` is that of LEAKY_RELU.
using UnaryLoop = void (*)(const float* x, float* y, std::size_t n, float parameter);

/// The loop of an activation that layers have, too.
template <class A> void activate_loop(const float* x, float* y, std::size_t n, float)
{
    kernels::transform(x, y, n, Finish<A>{});
}

/// A formula on registers, and on numbers in builds without optimization.
template <class F> struct UnaryFormula {
    static constexpr bool takes_numbers = true;
    float parameter;
    template <class V> [[gnu::always_inline]] V operator()(const V& x) const { return F::of(x, V(parameter)); }
};
template <class F> void formula_loop(const float* x, float* y, std::size_t n, float parameter)
{
    kernels::transform(x, y, n, UnaryFormula<F>{parameter});
}

namespace unary {
struct Abs {
    template <class V> static V of(const V& x, const V&) { return simd::select(x < V(0), V(-x), x); }
};
struct Negative {
    template <class V> static V of(const V& x, const V&) { return -x; }
};
struct Square {
    template <class V> static V of(const V& x, const V&) { return x * x; }
};
struct Sqrt {
    template <class V> static V of(const V& x, const V&) { return kernels::math::sqrt(x); }
};
struct Rsqrt {
    template <class V> static V of(const V& x, const V&) { return V(1) / kernels::math::sqrt(x); }
};
struct Log {
    template <class V> static V of(const V& x, const V&) { return kernels::math::log(x); }
};
struct Leaky {
    template <class V> static V of(const V& x, const V& alpha) { return simd::select(x < V(0), V(alpha * x), x); }
};
} // namespace unary

inline void floor_loop(const float* x, float* y, std::size_t n, float)
{
    for (std::size_t i = 0; i < n; ++i) y[i] = std::floor(x[i]);
}

struct UnaryRow {
    code op;
    UnaryLoop loop;
};
inline constexpr UnaryRow unary_rows[] = {
    {code::abs, formula_loop<unary::Abs>},       {code::elu, activate_loop<Elu<>>},
    {code::exp, activate_loop<Exponential>},     {code::floor, floor_loop},
    {code::hard_swish, activate_loop<HardSilu>}, {code::leaky_relu, formula_loop<unary::Leaky>},
    {code::log, formula_loop<unary::Log>},       {code::logistic, activate_loop<Sigmoid>},
    {code::neg, formula_loop<unary::Negative>},  {code::relu, activate_loop<Relu>},
    {code::relu6, activate_loop<Relu6>},         {code::relu_n1_to_1, activate_loop<HardTanh>},
    {code::rsqrt, formula_loop<unary::Rsqrt>},   {code::sqrt, formula_loop<unary::Sqrt>},
    {code::square, formula_loop<unary::Square>}, {code::tanh, activate_loop<Tanh>},
};

[[gnu::cold]] inline UnaryLoop unary_loop_of(const Operator& op)
{
    if (op.op == code::gelu) return op.options.approximate ? activate_loop<GeluTanh> : activate_loop<Gelu>;
    for (const UnaryRow& row : unary_rows)
        if (row.op == op.op) return row.loop;
    return nullptr;
}

struct KeptUnary {
    UnaryLoop loop;
    float parameter;
};

inline void run_unary(const Step& step)
{
    const KeptUnary& kept = step.keeps<KeptUnary>();
    const float* const x = step.x().numbers<const float>();
    float* const y = step.y().numbers<float>();
    constexpr std::size_t share = 4096; // elements for one thread at a time
    const std::size_t n = step.x().size();
    if (step.threads == 1 || n < 4 * share) return kept.loop(x, y, n, kept.parameter);
    parallel_for((n + share - 1) / share, step.threads,
                 [&](std::size_t i) { kept.loop(x + i * share, y + i * share, std::min(share, n - i * share), kept.parameter); });
}

/// The same of whole numbers, for which few operators are defined: abs, neg, square.
template <class T> void run_unary_of_integers(const Step& step)
{
    using Unsigned = std::make_unsigned_t<T>; // without overflow
    const T* const x = step.x().numbers<const T>();
    T* const y = step.y().numbers<T>();
    const code op = step.op->op;
    for (std::size_t i = 0; i < step.x().size(); ++i) {
        const auto bits = static_cast<Unsigned>(x[i]);
        y[i] = op == code::square            ? static_cast<T>(bits * bits)
               : op == code::neg || x[i] < 0 ? static_cast<T>(Unsigned(0) - bits)
                                             : x[i];
    }
}

inline void run_logical_not(const Step& step)
{
    for (std::size_t i = 0; i < step.x().size(); ++i) step.y().data[i] = std::byte(step.x().data[i] == std::byte{0});
}

[[gnu::cold]] inline void infer_unary(Step& step) { set_shape(step, 0, step.x().shape); }

[[gnu::cold]] inline void prepare_unary(Step& step, Preparation& with)
{
    const dtype type = step.x().type;
    const code op = step.op->op;
    if (prepare_int8_unary(step, with)) return;
    if (step.y().type != type)
        fail_at(step, {"an input of ", name_of(type), " numbers and a result of ", name_of(step.y().type)});
    const bool of_integers = op == code::abs || op == code::neg || op == code::square;
    if (op == code::logical_not && type == dtype::boolean) step.run = run_logical_not;
    else if (op != code::logical_not && type == dtype::float32) {
        step.kept = share_new<KeptUnary>(KeptUnary{unary_loop_of(*step.op), step.options().alpha});
        step.run = run_unary;
    }
    else if (of_integers && type == dtype::int32) step.run = run_unary_of_integers<std::int32_t>;
    else if (of_integers && type == dtype::int64) step.run = run_unary_of_integers<std::int64_t>;
    else fail_at(step, {"no kernel for ", name_of(type), " numbers"});
}

inline constexpr OperatorRules unary_rules[] = {
    {code::abs, infer_unary, prepare_unary, output_place::over_first_input},
    {code::elu, infer_unary, prepare_unary, output_place::over_first_input},
    {code::exp, infer_unary, prepare_unary, output_place::over_first_input},
    {code::floor, infer_unary, prepare_unary, output_place::over_first_input},
    {code::gelu, infer_unary, prepare_unary, output_place::over_first_input},
    {code::hard_swish, infer_unary, prepare_unary, output_place::over_first_input},
    {code::leaky_relu, infer_unary, prepare_unary, output_place::over_first_input},
    {code::log, infer_unary, prepare_unary, output_place::over_first_input},
    {code::logical_not, infer_unary, prepare_unary, output_place::over_first_input},
    {code::logistic, infer_unary, prepare_unary, output_place::over_first_input},
    {code::neg, infer_unary, prepare_unary, output_place::over_first_input},
    {code::relu, infer_unary, prepare_unary, output_place::over_first_input},
    {code::relu6, infer_unary, prepare_unary, output_place::over_first_input},
    {code::relu_n1_to_1, infer_unary, prepare_unary, output_place::over_first_input},
    {code::rsqrt, infer_unary, prepare_unary, output_place::over_first_input},
    {code::sqrt, infer_unary, prepare_unary, output_place::over_first_input},
    {code::square, infer_unary, prepare_unary, output_place::over_first_input},
    {code::tanh, infer_unary, prepare_unary, output_place::over_first_input},
};

}}} // namespace lamina::internals::tflite
