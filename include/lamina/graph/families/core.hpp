// lamina/graph/families/core.hpp: the ops that nearly every graph needs: arithmetic, comparisons, shapes, products, sums, softmax.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/ops/arithmetic.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/concat.hpp>
#include <lamina/ops/cross_entropies.hpp>
#include <lamina/ops/extremes.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/matmul.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/per_sample.hpp>
#include <lamina/ops/powers.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/slicing.hpp>
#include <lamina/ops/spreading.hpp>
#include <lamina/ops/sums_of_tensors.hpp>
#include <lamina/ops/tiling.hpp>
#include <lamina/ops/transpose.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// Arithmetic, comparisons and where, casts, shapes, parts and padding, products of matrices, sums, means and extremes, one_hot, softmax and its
/// cross-entropy, the commonest activations, what layers drop while they train, and what their gradients need.
///
/// Example    Graph graph = Graph::load<families::core>("digits.safetensors");
struct core {
    static constexpr std::string_view name = "core";
    static constexpr const internals::tensors::OpEntry* ops[]{
        &internals::tensors::formula_entry<internals::ops::Plus>,
        &internals::tensors::formula_entry<internals::ops::Minus>,
        &internals::tensors::formula_entry<internals::ops::Times>,
        &internals::tensors::formula_entry<internals::ops::Over>,
        &internals::tensors::formula_entry<internals::ops::Larger>,
        &internals::tensors::formula_entry<internals::ops::Smaller>,
        &internals::tensors::formula_entry<internals::ops::Negative>,
        &internals::tensors::formula_entry<internals::ops::AbsoluteValue>,
        &internals::tensors::formula_entry<internals::ops::Square>,
        &internals::tensors::formula_entry<internals::ops::SquareRoot>,
        &internals::tensors::formula_entry<internals::ops::ReciprocalRoot>,
        &internals::tensors::formula_entry<Exponential>,
        &internals::tensors::formula_entry<internals::ops::Logarithm>,
        &internals::tensors::formula_entry<Tanh>,
        &internals::tensors::formula_entry<Sigmoid>,
        &internals::tensors::formula_entry<Relu>,
        &internals::tensors::formula_entry<Softplus>,
        &internals::tensors::formula_entry<Softmax>,
        &internals::tensors::formula_entry<LogSoftmax>,
        &internals::tensors::Compare<internals::tensors::Less, false>::entry,
        &internals::tensors::Compare<internals::tensors::LessOrEqual, false>::entry,
        &internals::tensors::Compare<internals::tensors::IsEqual, false>::entry,
        &internals::tensors::Compare<internals::tensors::LogicalAnd, true>::entry,
        &internals::tensors::Compare<internals::tensors::LogicalOr, true>::entry,
        &internals::tensors::LogicalNot::entry,
        &internals::tensors::select_entry,
        &internals::tensors::cast_entry,
        &internals::tensors::reshape_entry,
        &internals::tensors::reshape_like_entry,
        &internals::tensors::expand_dims_entry,
        &internals::tensors::squeeze_entry,
        &internals::tensors::transpose_entry,
        &internals::tensors::broadcast_like_entry,
        &internals::tensors::sum_to_like_entry,
        &internals::tensors::broadcast_to_entry,
        &internals::tensors::concat_entry,
        &internals::tensors::slice_entry,
        &internals::tensors::part_like_entry,
        &internals::tensors::place_like_entry,
        &internals::tensors::pad_entry,
        &internals::tensors::MatrixProduct<>::entry,
        &internals::tensors::SumOver<false>::entry,
        &internals::tensors::SumOver<true>::entry,
        &internals::tensors::SpreadOver<false>::entry,
        &internals::tensors::SpreadOver<true>::entry,
        &internals::tensors::ExtremeOver<true>::entry,
        &internals::tensors::ExtremeOver<false>::entry,
        &internals::tensors::TruthOver<true>::entry,
        &internals::tensors::TruthOver<false>::entry,
        &internals::tensors::ExtremeAt<true>::entry,
        &internals::tensors::ExtremeAt<false>::entry,
        &internals::tensors::OneHot::entry,
        &internals::tensors::FillSamples::entry,
        &internals::tensors::DrawSamples::entry,
        &internals::tensors::SparseSoftmaxCrossEntropy<>::entry,
    };
};

}}} // namespace lamina::families
