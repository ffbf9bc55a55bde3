// lamina/lite/operators/reduce.hpp: SUM, MEAN, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD over any axes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/fold.hpp>
#include <lamina/lite/operators/binary.hpp>
#include <lamina/lite/operators/broadcast.hpp>
#include <lamina/lite/operators/reduce_int8.hpp>
#include <lamina/lite/operators/reduced_axes.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_reduce(Step& step)
{
    if (!step.readable(1)) fail_at(step, {"its axes are known only while the file runs"});
    const Extents& x = step.x().shape;
    const Extents narrow = with_ones(step);
    shape_of_axes(step, x);
    if (step.options().keep_dims) return set_shape(step, 0, narrow);
    bool reduced[most_axes]{};
    for (std::size_t i = 0; i < step.x(1).size(); ++i) reduced[axis_of(step, integer_at(step, step.x(1), i), x.rank)] = true;
    Extents y;
    for (std::size_t axis = 0; axis < x.rank; ++axis)
        if (!reduced[axis]) y.push_back(x[axis]);
    set_shape(step, 0, y);
}

/// The numbers of a row made into one, in registers.
using FoldRow = float (*)(const float* x, std::size_t n, float start);
template <class F> float fold_row(const float* x, std::size_t n, float start)
{
    return kernels::fold(n, start, OfTwo<F>{}, [](const auto& v) { return v; }, x);
}

/// What a reduction is made of: the operator of two numbers, and what changes nothing when it is combined.
struct ReduceRow {
    code op, of_two;
    FoldRow fold;
    float start;
};
inline constexpr ReduceRow reduce_rows[] = {
    {code::mean, code::add, fold_row<binary::Plus>, 0},
    {code::reduce_max, code::maximum, fold_row<binary::Larger>, -std::numeric_limits<float>::infinity()},
    {code::reduce_min, code::minimum, fold_row<binary::Smaller>, std::numeric_limits<float>::infinity()},
    {code::reduce_prod, code::mul, fold_row<binary::Times>, 1},
    {code::sum, code::add, fold_row<binary::Plus>, 0},
};

struct KeptReduce {
    const ReduceRow* row;
    BinaryLoop loop; ///< y = f(y, x)
};

/// The number that a reduction of whole numbers begins with.
template <class T> [[gnu::cold]] void begin_with(const Value& y, float start)
{
    using limits = std::numeric_limits<T>;
    const T first = start > 1 ? limits::max() : start < 0 ? limits::lowest() : static_cast<T>(start);
    std::fill_n(y.numbers<T>(), y.size(), first);
}
template <class T> [[gnu::cold]] void divide_by(const Value& y, std::size_t count)
{
    for (std::size_t i = 0; i < y.size(); ++i) y.numbers<T>()[i] = count > 0 ? y.numbers<T>()[i] / static_cast<T>(count) : T(0);
}

[[gnu::cold]] inline void run_reduce(const Step& step)
{
    const KeptReduce& kept = step.keeps<KeptReduce>();
    const Value &x = step.x(), &y = step.y();
    const std::size_t bytes = bytes_of(x.type);
    const bool is_float = x.type == dtype::float32;
    if (is_float) std::fill_n(y.numbers<float>(), y.size(), kept.row->start);
    else x.type == dtype::int32 ? begin_with<std::int32_t>(y, kept.row->start) : begin_with<std::int64_t>(y, kept.row->start);
    if (x.size() > 0) {
        const Extents narrow = with_ones(step);
        for_each_row(step, x.shape, narrow, x.shape, [&](const OperandRow& row) {
            std::byte* const to = y.data + row.b * bytes;
            const std::byte* const from = x.data + row.a * bytes;
            if (row.b_goes_on) return kept.loop(to, true, from, true, to, row.n);
            if (!is_float) {
                for (std::size_t i = 0; i < row.n; ++i) kept.loop(to, true, from + i * bytes, true, to, 1);
                return;
            }
            const float folded = kept.row->fold(x.numbers<const float>() + row.a, row.n, kept.row->start);
            kept.loop(to, true, &folded, true, to, 1);
        });
    }
    if (step.op->op != code::mean || y.size() == 0) return;
    const std::size_t count = x.size() / y.size();
    if (x.type == dtype::int32) return divide_by<std::int32_t>(y, count);
    if (x.type == dtype::int64) return divide_by<std::int64_t>(y, count);
    for (std::size_t i = 0; i < y.size(); ++i) y.numbers<float>()[i] /= static_cast<float>(count);
}

[[gnu::cold]] inline void prepare_reduce(Step& step, Preparation& with)
{
    const dtype type = step.x().type;
    if (prepare_int8_reduce(step, with)) return;
    if (step.y().type != type)
        fail_at(step, {"an input of ", name_of(type), " numbers and a result of ", name_of(step.y().type)});
    const ReduceRow* row = reduce_rows;
    while (row->op != step.op->op) ++row;
    const BinaryLoop loop = type == dtype::boolean ? nullptr : loop_of(binary_row_of(row->of_two), type);
    if (!loop) fail_at(step, {"no kernel for ", name_of(type), " numbers"});
    step.kept = share_new<KeptReduce>(KeptReduce{row, loop});
    step.run = run_reduce;
}

inline constexpr OperatorRules reduce_rules[] = {
    {code::mean, infer_reduce, prepare_reduce},       {code::reduce_max, infer_reduce, prepare_reduce},
    {code::reduce_min, infer_reduce, prepare_reduce}, {code::reduce_prod, infer_reduce, prepare_reduce},
    {code::sum, infer_reduce, prepare_reduce},
};

}}} // namespace lamina::internals::tflite
