// lamina/layers/normalization/scale_rules.hpp: penalties and constraints on gamma and beta.
#pragma once

#include <lamina/blocks/regularizers.hpp>
#include <lamina/core/architecture.hpp>

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
using with_scale_rules =
    families<Family..., family::gamma_regularizer, family::beta_regularizer, family::gamma_constraint, family::beta_constraint>;

/// The penalties and constraints among a normalization's options, for a block with `gamma` and `beta`.
template <class... Options> struct scale_rules {
    using of_gamma = typename chosen<family::gamma_regularizer, NoRule, Options...>::rule;
    using of_beta = typename chosen<family::beta_regularizer, NoRule, Options...>::rule;
    using gamma_constraint = typename chosen<family::gamma_constraint, NoRule, Options...>::rule;
    using beta_constraint = typename chosen<family::beta_constraint, NoRule, Options...>::rule;
    static constexpr bool penalize = is_rule<of_gamma> || is_rule<of_beta>;
    static constexpr bool constrain = is_rule<gamma_constraint> || is_rule<beta_constraint>;

    template <class B> static double penalty(const B& block, B* gradient)
    {
        return penalty_on<of_gamma>(block.gamma, gradient ? &gradient->gamma : nullptr) +
               penalty_on<of_beta>(block.beta, gradient ? &gradient->beta : nullptr);
    }
    template <class B> static void project(B& block)
    {
        internals::project<gamma_constraint>(block.gamma);
        internals::project<beta_constraint>(block.beta);
    }

    template <class To> static void list_options(To& to)
    {
        to("beta_regularizer", listed_rule<of_beta>{}, nullptr);
        to("gamma_regularizer", listed_rule<of_gamma>{}, nullptr);
        to("beta_constraint", listed_rule<beta_constraint>{}, nullptr);
        to("gamma_constraint", listed_rule<gamma_constraint>{}, nullptr);
    }
};

} // namespace internals

}} // namespace lamina
