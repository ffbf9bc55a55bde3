// lamina/blocks/constraints.hpp: what weights are brought to after each step.
//
// Source: Keras's constraints.
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/shape.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The axes that a norm goes over; the first where none is said.
template <std::size_t... Axes> struct norm_axes {
    template <class To> static void list(To& to)
    {
        if constexpr (sizeof...(Axes) == 0) to("axis", std::array{0}, std::array{0});
        else to("axis", std::array{static_cast<int>(Axes)...}, std::array{0});
    }
    static constexpr bool fit(const Shape& weights)
    {
        return sizeof...(Axes) == 0 ? weights.rank > 0 : ((Axes < weights.rank) && ...);
    }
    static constexpr bool has(std::size_t axis) { return sizeof...(Axes) == 0 ? axis == 0 : ((Axes == axis) || ...); }

    /// Multiplies the weights of each group, those that differ in these axes alone, by `wanted(norm)` / (norm + 1e-7).
    template <class T, class F> static void scale(stored_types::record& of, const F& wanted)
    {
        const Shape all = of.extents();
        std::array<std::size_t, Shape::max_rank> steps{}; // of the number of a group
        std::size_t groups = 1;
        for (std::size_t axis = all.rank; axis-- > 0;)
            if (!has(axis)) {
                steps[axis] = groups;
                groups *= all[axis];
            }
        const auto each = [&](auto&& f) {
            std::size_t i = 0;
            of.for_each<T>([&](T& w) {
                std::size_t rest = i++, group = 0;
                for (std::size_t axis = all.rank; axis-- > 0; rest /= all[axis]) group += rest % all[axis] * steps[axis];
                f(w, group);
            });
        };
        std::vector<double> factors(groups);
        each([&](T& w, std::size_t group) { factors[group] += static_cast<double>(w) * static_cast<double>(w); });
        for (double& factor : factors) {
            const double norm = std::sqrt(factor);
            factor = wanted(norm) / (norm + 1e-7);
        }
        each([&](T& w, std::size_t group) { w = static_cast<T>(static_cast<double>(w) * factors[group]); });
    }
};

} // namespace internals

/// Negative weights become 0 after each step.
struct NonNegative {
    static constexpr std::string_view class_name = "NonNeg";
    template <class T> static void project(stored_types::record& of)
    {
        of.for_each<T>([](T& w) { w = w < 0 ? T(0) : w; });
    }
};

/// Norms are at most `Most` after each step. Without `Axes` they go over the first axis: of a Dense over the weights that lead to one output;
/// `MaxNorm<2.0, 0, 1, 2>` goes over the first three, which of a Conv2D are all that lead to one filter.
template <internals::fraction Most = 2.0, std::size_t... Axes> struct MaxNorm : internals::norm_axes<Axes...> {
    static constexpr std::string_view class_name = "MaxNorm";
    template <class To> static void list_options(To& to)
    {
        to("max_value", Most.value(), 2.0);
        internals::norm_axes<Axes...>::list(to);
    }
    template <class T> static void project(stored_types::record& of)
    {
        internals::norm_axes<Axes...>::template scale<T>(of, [](double norm) { return std::min(norm, Most.value()); });
    }
};

/// Norms are 1 after each step; axes as of MaxNorm.
template <std::size_t... Axes> struct UnitNorm : internals::norm_axes<Axes...> {
    static constexpr std::string_view class_name = "UnitNorm";
    template <class To> static void list_options(To& to) { internals::norm_axes<Axes...>::list(to); }
    template <class T> static void project(stored_types::record& of)
    {
        internals::norm_axes<Axes...>::template scale<T>(of, [](double) { return 1.0; });
    }
};

/// Norms are brought between `Least` and `Most` after each step, by the share `Rate` of what they lack; axes as of MaxNorm.
template <internals::fraction Least = 0.0, internals::fraction Most = 1.0, internals::fraction Rate = 1.0, std::size_t... Axes>
struct MinMaxNorm : internals::norm_axes<Axes...> {
    static_assert(Least.value() <= Most.value(), "lamina: MinMaxNorm: the least norm is above the largest one");
    static constexpr std::string_view class_name = "MinMaxNorm";
    template <class To> static void list_options(To& to)
    {
        to("min_value", Least.value(), 0.0);
        to("max_value", Most.value(), 1.0);
        to("rate", Rate.value(), 1.0);
        internals::norm_axes<Axes...>::list(to);
    }
    template <class T> static void project(stored_types::record& of)
    {
        internals::norm_axes<Axes...>::template scale<T>(of, [](double norm) {
            return Rate.value() * std::clamp(norm, Least.value(), Most.value()) + (1 - Rate.value()) * norm;
        });
    }
};

}} // namespace lamina
