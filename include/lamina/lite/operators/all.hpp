// lamina/lite/operators/all.hpp: all families of operators.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/network.hpp>
#include <lamina/lite/operators/arg_max.hpp>
#include <lamina/lite/operators/batch_matmul.hpp>
#include <lamina/lite/operators/binary.hpp>
#include <lamina/lite/operators/cast.hpp>
#include <lamina/lite/operators/concatenation.hpp>
#include <lamina/lite/operators/convolution.hpp>
#include <lamina/lite/operators/dense.hpp>
#include <lamina/lite/operators/gather.hpp>
#include <lamina/lite/operators/pack.hpp>
#include <lamina/lite/operators/pad.hpp>
#include <lamina/lite/operators/pooling.hpp>
#include <lamina/lite/operators/quantize.hpp>
#include <lamina/lite/operators/reduce.hpp>
#include <lamina/lite/operators/reshape.hpp>
#include <lamina/lite/operators/resize.hpp>
#include <lamina/lite/operators/select.hpp>
#include <lamina/lite/operators/sequence_lstm.hpp>
#include <lamina/lite/operators/shape_of.hpp>
#include <lamina/lite/operators/slice.hpp>
#include <lamina/lite/operators/softmax.hpp>
#include <lamina/lite/operators/space.hpp>
#include <lamina/lite/operators/split.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/strided_slice.hpp>
#include <lamina/lite/operators/tile.hpp>
#include <lamina/lite/operators/transpose.hpp>
#include <lamina/lite/operators/transpose_conv.hpp>
#include <lamina/lite/operators/unary.hpp>

#include <span>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

inline constexpr std::span<const OperatorRules> families[] = {
    arg_max_rules,   batch_matmul_rules,   binary_rules, cast_rules,   concatenation_rules, convolution_rules,
    dense_rules,     gather_rules,         pack_rules,   pad_rules,    pooling_rules,       quantize_rules,
    reduce_rules,    reshape_rules,        resize_rules, select_rules, sequence_lstm_rules, shape_of_rules,
    slice_rules,     softmax_rules,        space_rules,  split_rules,  strided_slice_rules, tile_rules,
    transpose_rules, transpose_conv_rules, unary_rules};

/// What is said of an operator; null of one that cannot be run.
inline const OperatorRules* rules_of(code op)
{
    for (const auto& family : families)
        for (const OperatorRules& rules : family)
            if (rules.op == op) return &rules;
    return nullptr;
}
[[gnu::cold]] inline const OperatorRules& rules_for(const Step& step)
{
    const OperatorRules* const rules = rules_of(step.op->op);
    if (!rules) fail_at(step, {"this operator is not supported"});
    return *rules;
}

}}} // namespace lamina::internals::tflite
