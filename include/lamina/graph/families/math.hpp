// lamina/graph/families/math.hpp: functions of numbers: powers, trigonometry, rounding.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/powers.hpp>
#include <lamina/ops/powers_of_tensors.hpp>
#include <lamina/ops/rounding.hpp>
#include <lamina/ops/trigonometry.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// log1p, expm1, erf, sign, powers, rounding, whole division and what is left of it, the trigonometric and hyperbolic functions and their inverses.
///
/// Example    Graph graph = Graph::load<families::core, families::math>("waves.safetensors");
struct math {
    static constexpr std::string_view name = "math";
    static constexpr const internals::tensors::OpEntry* ops[]{
        &internals::tensors::formula_entry<internals::ops::LogarithmOfOneMore>,
        &internals::tensors::formula_entry<internals::ops::ExponentialLessOne>,
        &internals::tensors::formula_entry<internals::ops::ErrorFunction>,
        &internals::tensors::formula_entry<internals::ops::Sign>,
        &internals::tensors::power_entry,
        &internals::tensors::PlainBinary<internals::tensors::PowerOfTensors>::entry,
        &internals::tensors::PlainBinary<internals::tensors::Angle>::entry,
        &internals::tensors::Round<internals::tensors::Rounds::down>::entry,
        &internals::tensors::Round<internals::tensors::Rounds::up>::entry,
        &internals::tensors::Round<internals::tensors::Rounds::to_nearest>::entry,
        &internals::tensors::Division<false>::entry,
        &internals::tensors::Division<true>::entry,
        &internals::tensors::formula_entry<internals::ops::Sine>,
        &internals::tensors::formula_entry<internals::ops::Cosine>,
        &internals::tensors::formula_entry<internals::ops::Tangent>,
        &internals::tensors::formula_entry<internals::ops::HyperbolicSine>,
        &internals::tensors::formula_entry<internals::ops::HyperbolicCosine>,
        &internals::tensors::formula_entry<internals::ops::InverseSine>,
        &internals::tensors::formula_entry<internals::ops::InverseCosine>,
        &internals::tensors::formula_entry<internals::ops::InverseTangent>,
        &internals::tensors::formula_entry<internals::ops::InverseHyperbolicSine>,
        &internals::tensors::formula_entry<internals::ops::InverseHyperbolicCosine>,
        &internals::tensors::formula_entry<internals::ops::InverseHyperbolicTangent>,
    };
};

}}} // namespace lamina::families
