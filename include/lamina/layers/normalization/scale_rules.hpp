// lamina/layers/normalization/scale_rules.hpp: penalties and constraints on gamma and beta.
#pragma once

#include <lamina/blocks/regularizers.hpp>
#include <lamina/core/architecture.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The option of a normalization that penalizes its gamma: `BatchNormalization<GammaRegularizer<L2<0.001>>>`.
template <class R> struct GammaRegularizer {
    using family = protocols::family::gamma_regularizer;
    using rule = R;
};
/// The same of its beta.
template <class R> struct BetaRegularizer {
    using family = protocols::family::beta_regularizer;
    using rule = R;
};
/// The option of a normalization whose gamma is brought to a constraint after each step.
template <class C> struct GammaConstraint {
    using family = protocols::family::gamma_constraint;
    using rule = C;
};
/// The same of its beta.
template <class C> struct BetaConstraint {
    using family = protocols::family::beta_constraint;
    using rule = C;
};

namespace internals {

template <class... Family>
using with_scale_rules = protocols::families<Family..., family::gamma_regularizer, family::beta_regularizer,
                                             family::gamma_constraint, family::beta_constraint>;

struct beta_of {
    static auto& of(auto& block) { return block.beta; }
    static constexpr std::string_view regularizer = "beta_regularizer", constraint = "beta_constraint";
};
struct gamma_of {
    static auto& of(auto& block) { return block.gamma; }
    static constexpr std::string_view regularizer = "gamma_regularizer", constraint = "gamma_constraint";
};

/// The penalties and constraints among a normalization's options, for a block with `gamma` and `beta`.
template <class... Options>
using scale_rules = rules_together<rules_of<beta_of, family::beta_regularizer, family::beta_constraint, Options...>,
                                   rules_of<gamma_of, family::gamma_regularizer, family::gamma_constraint, Options...>>;

} // namespace internals

}} // namespace lamina
