// lamina/blocks/regularizers.hpp: penalties on a layer's variables, and constraints that hold after each step.
//
// Source: Keras's regularizers and constraints.
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The penalty Factor · Σ |w|.
template <internals::fraction Factor = 0.01> struct L1 {
    static constexpr std::string_view class_name = "L1";
    template <class To> static void list_options(To& to) { to("l1", Factor.value(), 0.01); }
    static double value(double w) { return Factor.value() * std::fabs(w); }
    static double slope(double w) { return w > 0 ? Factor.value() : w < 0 ? -Factor.value() : 0; }
};

/// The penalty Factor · Σ w², without ½, as Keras's; PyTorch's weight_decay d is L2<d / 2>.
template <internals::fraction Factor = 0.01> struct L2 {
    static constexpr std::string_view class_name = "L2";
    template <class To> static void list_options(To& to) { to("l2", Factor.value(), 0.01); }
    static double value(double w) { return Factor.value() * w * w; }
    static double slope(double w) { return 2 * Factor.value() * w; }
};

/// Both of them: One · Σ |w| + Two · Σ w².
template <internals::fraction One = 0.01, internals::fraction Two = 0.01> struct L1L2 {
    static constexpr std::string_view class_name = "L1L2";
    template <class To> static void list_options(To& to)
    {
        to("l1", One.value(), 0.0);
        to("l2", Two.value(), 0.0);
    }
    static double value(double w) { return L1<One>::value(w) + L2<Two>::value(w); }
    static double slope(double w) { return L1<One>::slope(w) + L2<Two>::slope(w); }
};

/// Negative weights become 0 after each step.
struct NonNegative {
    static constexpr std::string_view class_name = "NonNeg";
    template <class T> static void project(stored_types::record& of)
    {
        of.for_each<T>([](T& w) { w = w < 0 ? T(0) : w; });
    }
};

/// The weights of each column, over the first axis, have a norm of at most `Most` after each step: of a Dense those that lead to one
/// output.
template <internals::fraction Most = 2.0> struct MaxNorm {
    static constexpr std::string_view class_name = "MaxNorm";
    template <class To> static void list_options(To& to) { to("max_value", Most.value(), 2.0); }
    template <class T> static void project(stored_types::record& of)
    {
        const std::size_t columns = of.extents().size() / of.extents()[0];
        std::vector<double> squares(columns);
        std::size_t i = 0;
        of.for_each<T>([&](T& w) { squares[i++ % columns] += double(w) * double(w); });
        i = 0;
        of.for_each<T>([&](T& w) {
            const double norm = std::sqrt(squares[i++ % columns]);
            w = T(double(w) * (std::min(norm, Most.value()) / (1e-7 + norm)));
        });
    }
};

/// The option of a layer that penalizes its kernel: `Dense<10, KernelRegularizer<L2<0.001>>>`.
template <class R> struct KernelRegularizer {
    using family = protocols::family::kernel_regularizer;
    using rule = R;
};
/// The same of its bias.
template <class R> struct BiasRegularizer {
    using family = protocols::family::bias_regularizer;
    using rule = R;
};
/// The option of a layer whose kernel is brought to a constraint after each step: `Dense<10, KernelConstraint<MaxNorm<3>>>`.
template <class C> struct KernelConstraint {
    using family = protocols::family::kernel_constraint;
    using rule = C;
};
/// The same of its bias.
template <class C> struct BiasConstraint {
    using family = protocols::family::bias_constraint;
    using rule = C;
};
/// The rules of a separable convolution's pointwise kernel.
template <class R> struct PointwiseRegularizer {
    using family = protocols::family::pointwise_regularizer;
    using rule = R;
};
template <class C> struct PointwiseConstraint {
    using family = protocols::family::pointwise_constraint;
    using rule = C;
};

/// The same of a recurrent kernel.
template <class R> struct RecurrentRegularizer {
    using family = protocols::family::recurrent_regularizer;
    using rule = R;
};
template <class C> struct RecurrentConstraint {
    using family = protocols::family::recurrent_constraint;
    using rule = C;
};

namespace internals {

struct NoRule {
    using rule = NoRule;
};
template <class Rule> inline constexpr bool is_rule = !std::is_same_v<Rule, NoRule>;
template <class Rule> using listed_rule = std::conditional_t<is_rule<Rule>, Rule, std::nullptr_t>;

/// The penalty R on a variable; adds its derivative to the gradient's. Nothing for a frozen variable, as in Keras.
template <class R, class V> [[gnu::cold]] double penalty_on([[maybe_unused]] const V& variable, [[maybe_unused]] V* gradient)
{
    if constexpr (!is_rule<R> || !is_variable<V>) return 0;
    else {
        using T = typename V::value_type;
        double sum = 0;
        if (!variable.storage()->trainable) return sum;
        for (std::size_t i = 0; i < variable.storage()->stored_size(); ++i) { // zeros between rows stay zeros
            const double w = double(variable.data()[i]);
            sum += R::value(w);
            if (gradient) gradient->data()[i] += T(R::slope(w));
        }
        return sum;
    }
}
template <class C, class V> [[gnu::cold]] void project([[maybe_unused]] V& variable)
{
    if constexpr (is_rule<C> && is_variable<V>)
        if (variable.storage()->trainable) C::template project<typename V::value_type>(*variable.storage());
}

} // namespace internals

namespace protocols {

/// The families of options that `parameter_rules` looks for.
template <class... Family>
using with_rules =
    families<Family..., family::kernel_regularizer, family::bias_regularizer, family::kernel_constraint, family::bias_constraint>;

/// The penalties and constraints among a layer's options, for a block with `kernel` and `bias`.
template <class... Options> struct parameter_rules {
    using of_kernel = typename chosen<family::kernel_regularizer, internals::NoRule, Options...>::rule;
    using of_bias = typename chosen<family::bias_regularizer, internals::NoRule, Options...>::rule;
    using kernel_constraint = typename chosen<family::kernel_constraint, internals::NoRule, Options...>::rule;
    using bias_constraint = typename chosen<family::bias_constraint, internals::NoRule, Options...>::rule;
    static constexpr bool penalize = internals::is_rule<of_kernel> || internals::is_rule<of_bias>;
    static constexpr bool constrain = internals::is_rule<kernel_constraint> || internals::is_rule<bias_constraint>;

    template <class B> static double penalty(const B& block, B* gradient)
    {
        return internals::penalty_on<of_kernel>(block.kernel, gradient ? &gradient->kernel : nullptr) +
               internals::penalty_on<of_bias>(block.bias, gradient ? &gradient->bias : nullptr);
    }
    template <class B> static void project(B& block)
    {
        internals::project<kernel_constraint>(block.kernel);
        internals::project<bias_constraint>(block.bias);
    }

    /// What the list of a layer's options says of them.
    template <class To>
    static void list_options(To& to, std::string_view regularizer = "kernel_regularizer",
                             std::string_view constraint = "kernel_constraint")
    {
        to(regularizer, internals::listed_rule<of_kernel>{}, nullptr);
        to("bias_regularizer", internals::listed_rule<of_bias>{}, nullptr);
        to(constraint, internals::listed_rule<kernel_constraint>{}, nullptr);
        to("bias_constraint", internals::listed_rule<bias_constraint>{}, nullptr);
    }
};

} // namespace protocols

}} // namespace lamina
