// lamina/blocks/regularizers.hpp: penalties on a layer's variables, and the options that name penalties and constraints.
//
// Source: Keras's regularizers.
#pragma once

#include <lamina/blocks/constraints.hpp>
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

/// Which vectors of a matrix an OrthogonalRegularizer compares.
enum class OrthogonalMode { rows, columns };
[[gnu::cold]] constexpr std::string_view word_of(OrthogonalMode mode)
{
    return mode == OrthogonalMode::rows ? "rows" : "columns";
}

/// The penalty Factor · the mean of |cosine| over all pairs of rows of a matrix, or of columns: it is 0 where they stand upright on each other.
/// For variables of rank 2.
template <internals::fraction Factor = 0.01, OrthogonalMode Mode = OrthogonalMode::rows> struct OrthogonalRegularizer {
    static constexpr std::string_view class_name = "OrthogonalRegularizer";
    template <class To> static void list_options(To& to)
    {
        to("factor", Factor.value(), 0.01);
        to("mode", Mode, OrthogonalMode::rows);
    }
    static constexpr bool fit(const Shape& weights) { return weights.rank == 2; }

    /// Of all weights in logical order; gives the slopes in the same order.
    static double of_whole(const std::vector<double>& w, const Shape& shape, std::vector<double>& slopes)
    {
        constexpr bool rows = Mode == OrthogonalMode::rows;
        const std::size_t count = rows ? shape[0] : shape[1], length = rows ? shape[1] : shape[0];
        const auto at = [&](std::size_t vector, std::size_t i) { return rows ? vector * length + i : i * count + vector; };
        if (count < 2) return 0;
        const double each = Factor.value() / (double(count) * double(count - 1) / 2);
        std::vector<double> unit(w), lengths(count), slope(w.size());
        for (std::size_t v = 0; v < count; ++v) {
            double square = 0;
            for (std::size_t i = 0; i < length; ++i) square += w[at(v, i)] * w[at(v, i)];
            lengths[v] = std::sqrt(std::max(square, 1e-12));
            for (std::size_t i = 0; i < length; ++i) unit[at(v, i)] /= lengths[v];
        }
        double sum = 0;
        for (std::size_t a = 0; a < count; ++a)
            for (std::size_t b = 0; b < a; ++b) {
                double cosine = 0;
                for (std::size_t i = 0; i < length; ++i) cosine += unit[at(a, i)] * unit[at(b, i)];
                sum += each * std::fabs(cosine);
                const double sign = cosine > 0 ? each : cosine < 0 ? -each : 0;
                for (std::size_t i = 0; i < length; ++i) {
                    slope[at(a, i)] += sign * unit[at(b, i)];
                    slope[at(b, i)] += sign * unit[at(a, i)];
                }
            }
        for (std::size_t v = 0; v < count; ++v) { // what goes along the vector itself changes no cosine
            double along = 0;
            for (std::size_t i = 0; i < length; ++i) along += slope[at(v, i)] * unit[at(v, i)];
            for (std::size_t i = 0; i < length; ++i) slopes[at(v, i)] += (slope[at(v, i)] - along * unit[at(v, i)]) / lengths[v];
        }
        return sum;
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
/// Whether a rule is for variables of this rank.
template <class Rule, class V>
inline constexpr bool fits_rule = [] {
    if constexpr (requires { Rule::fit(V::extents); }) return Rule::fit(V::extents);
    else return true;
}();
template <class Rule> using listed_rule = std::conditional_t<is_rule<Rule>, Rule, std::nullptr_t>;

/// The penalty R on a variable; adds its derivative to the gradient's. Nothing for a frozen variable, as in Keras.
template <class R, class V> [[gnu::cold]] double penalty_on([[maybe_unused]] const V& variable, [[maybe_unused]] V* gradient)
{
    if constexpr (!is_rule<R> || !is_variable<V>) return 0;
    else {
        using T = typename V::value_type;
        double sum = 0;
        if (!variable.storage()->trainable) return sum;
        static_assert(fits_rule<R, V>, "lamina: this regularizer is for variables of another rank, see its description");
        if constexpr (requires { &R::of_whole; }) {
            std::vector<double> w, slopes(V::size);
            variable.storage()->template for_each<T>([&](T& x) { w.push_back(double(x)); });
            sum = R::of_whole(w, V::extents, slopes);
            std::size_t i = 0;
            if (gradient) gradient->storage()->template for_each<T>([&](T& g) { g += T(slopes[i++]); });
            return sum;
        }
        else {
            for (std::size_t i = 0; i < variable.storage()->stored_size(); ++i) { // zeros between rows stay zeros
                const double w = double(variable.data()[i]);
                sum += R::value(w);
                if (gradient) gradient->data()[i] += T(R::slope(w));
            }
            return sum;
        }
    }
}
template <class C, class V> [[gnu::cold]] void project([[maybe_unused]] V& variable)
{
    if constexpr (is_rule<C> && is_variable<V>) {
        static_assert(fits_rule<C, V>, "lamina: this constraint goes over an axis that its variable has not");
        if (variable.storage()->trainable) C::template project<typename V::value_type>(*variable.storage());
    }
}

} // namespace internals

namespace protocols {

/// The families of options that `parameter_rules` looks for.
template <class... Family>
using with_rules = protocols::families<Family..., family::kernel_regularizer, family::bias_regularizer, family::kernel_constraint,
                                       family::bias_constraint>;

/// The penalty and the constraint of one variable among a layer's options. `Of` says which variable of a block it is, and what Keras calls
/// both:
///
///     struct alpha_of {
///         static auto& of(auto& block) { return block.alpha; }
///         static constexpr std::string_view regularizer = "alpha_regularizer", constraint = "alpha_constraint";
///     };
template <class Of, class RegularizerFamily, class ConstraintFamily, class... Options> struct rules_of {
    using regularizer = typename chosen<RegularizerFamily, internals::NoRule, Options...>::rule;
    using constraint = typename chosen<ConstraintFamily, internals::NoRule, Options...>::rule;
    static constexpr bool penalize = internals::is_rule<regularizer>, constrain = internals::is_rule<constraint>;

    template <class B> static double penalty(const B& block, B* gradient)
    {
        return internals::penalty_on<regularizer>(Of::of(block), gradient ? &Of::of(*gradient) : nullptr);
    }
    template <class B> static void project(B& block) { internals::project<constraint>(Of::of(block)); }

    /// What the list of a layer's options says of them.
    template <class To> static void list_regularizer(To& to)
    {
        to(Of::regularizer, internals::listed_rule<regularizer>{}, nullptr);
    }
    template <class To> static void list_constraint(To& to) { to(Of::constraint, internals::listed_rule<constraint>{}, nullptr); }
};

/// The rules of a layer: those of each of its variables.
template <class... Rules> struct rules_together {
    static constexpr bool penalize = (... || Rules::penalize), constrain = (... || Rules::constrain);

    template <class B> static double penalty(const B& block, B* gradient) { return (... + Rules::penalty(block, gradient)); }
    template <class B> static void project(B& block) { (..., Rules::project(block)); }
    template <class To> static void list_options(To& to)
    {
        (..., Rules::list_regularizer(to));
        (..., Rules::list_constraint(to));
    }
};

} // namespace protocols

namespace internals {

struct kernel_of {
    static auto& of(auto& block) { return block.kernel; }
    static constexpr std::string_view regularizer = "kernel_regularizer", constraint = "kernel_constraint";
};
struct bias_of {
    static auto& of(auto& block) { return block.bias; }
    static constexpr std::string_view regularizer = "bias_regularizer", constraint = "bias_constraint";
};
/// The rules of the variable to which KernelRegularizer and KernelConstraint apply, and of the bias.
template <class Of, class... Options>
using kernel_rules = protocols::rules_of<Of, family::kernel_regularizer, family::kernel_constraint, Options...>;
template <class... Options>
using bias_rules = protocols::rules_of<bias_of, family::bias_regularizer, family::bias_constraint, Options...>;

} // namespace internals

namespace protocols {

/// The penalties and constraints among a layer's options, for a block with `kernel` and `bias`.
template <class... Options>
using parameter_rules =
    rules_together<internals::kernel_rules<internals::kernel_of, Options...>, internals::bias_rules<Options...>>;

} // namespace protocols

}} // namespace lamina
