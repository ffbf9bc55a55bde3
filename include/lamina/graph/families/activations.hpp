// lamina/graph/families/activations.hpp: all activations with the options that they have by default.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/graph/families/formula.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/concat.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/slicing.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// The activations that are not in core, each with its default options and those of its layer; one with others is `families::formula<LeakyRelu<0.1>>`.
///
/// Example    Graph graph = Graph::load<families::core, families::activations>("gelu.safetensors");
struct activations {
    static constexpr std::string_view name = "activations";
    static constexpr const internals::tensors::OpEntry* ops[]{
        &internals::tensors::formula_entry<Linear>,        &internals::tensors::formula_entry<Relu6>,
        &internals::tensors::formula_entry<LeakyRelu<>>,   &internals::tensors::formula_entry<LeakyRelu<0.3>>,
        &internals::tensors::formula_entry<Elu<>>,         &internals::tensors::formula_entry<Celu<>>,
        &internals::tensors::formula_entry<Selu>,          &internals::tensors::formula_entry<HardTanh>,
        &internals::tensors::formula_entry<HardSigmoid<>>, &internals::tensors::formula_entry<SparseSigmoid>,
        &internals::tensors::formula_entry<SparsePlus>,    &internals::tensors::formula_entry<HardShrink<>>,
        &internals::tensors::formula_entry<SoftShrink<>>,  &internals::tensors::formula_entry<TanhShrink>,
        &internals::tensors::formula_entry<LogSigmoid>,    &internals::tensors::formula_entry<Softsign>,
        &internals::tensors::formula_entry<Squareplus<>>,  &internals::tensors::formula_entry<Gelu>,
        &internals::tensors::formula_entry<GeluTanh>,      &internals::tensors::formula_entry<Silu>,
        &internals::tensors::formula_entry<HardSilu>,      &internals::tensors::formula_entry<Mish>,
        &internals::tensors::formula_entry<Sparsemax>,     &internals::tensors::formula_entry<Glu>,
        &internals::tensors::formula_entry<GeneralRelu<>>,
    };
};

}}} // namespace lamina::families
