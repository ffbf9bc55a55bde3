// lamina/training/optimizers/adam.hpp: steps of a size that the gradients' first two moments choose.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/update_each.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// m += (g − m)·(1 − beta_1), v += (g² − v)·(1 − beta_2), w −= m · a / (√v + epsilon), where
/// a = learning_rate · √(1 − beta_2ᵗ) / (1 − beta_1ᵗ) at step t, from 1.
///
/// Options   amsgrad: the largest v so far stands for v. clipnorm, clipvalue, global_clipnorm: see clipping.hpp; one of them.
/// Refuses   a beta outside [0, 1), an epsilon that is not positive.
/// Numerics  the betas are double: 1 − 0.999f misses 0.001 by 1.3e-5 of it. As in Keras their powers are those of the numbers
///           rounded to `T`, and one less them is not. Padding stays zero, as 0 / epsilon is. Where g² overflows, v is infinite:
///           that step leaves w nearly as it is, and the next one makes it NaN, as in Keras.
/// Source    Kingma and Ba, 2015; Reddi, Kale and Kumar, 2018 (amsgrad); Keras's Adam.
/// Example   Adam optimizer{.learning_rate = 1e-3f, .amsgrad = true};
struct Adam {
    static constexpr std::string_view name = "adam";
    static constexpr std::string_view class_name = "Adam";

    LearningRate learning_rate = 1e-3f;
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    float epsilon = 1e-7f;
    bool amsgrad = false;
    std::optional<float> clipnorm{}, clipvalue{}, global_clipnorm{};
    protocols::OptimizerState state{};

    template <class To> void list_options(To& to) const
    {
        to("learning_rate", learning_rate, 0.001f);
        to("beta_1", beta_1, 0.9);
        to("beta_2", beta_2, 0.999);
        to("epsilon", epsilon, 1e-7);
        to("amsgrad", amsgrad, false);
        protocols::list_clipping(*this, to);
    }

    std::size_t slot_count() const { return amsgrad ? 3 : 2; }
    std::string_view slot_name(std::size_t i) const { return std::array{"momentum", "velocity", "velocity_hat"}[i]; }

    void check_settings() const
    {
        const auto below_one = [](std::string_view option, double beta) {
            if (internals::is_nan(beta) || beta < 0 || static_cast<float>(beta) >= 1)
                internals::fail({name, ": ", option, " is ", beta, ", it has to be in [0, 1)"});
        };
        below_one("beta_1", beta_1);
        below_one("beta_2", beta_2);
        if (!internals::is_finite(epsilon) || epsilon <= 0)
            internals::fail({name, ": epsilon is ", epsilon, ", it has to be a positive number"});
    }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t step) const
    {
        const auto power = [step](double beta) {
            return std::pow(static_cast<double>(static_cast<T>(beta)), static_cast<double>(step));
        };
        const double size = static_cast<double>(rate) * std::sqrt(1 - power(beta_2)) / (1 - power(beta_1));

        const T alpha = static_cast<T>(size), little = static_cast<T>(epsilon), most = std::numeric_limits<T>::max();
        const T new_m = static_cast<T>(1 - beta_1), new_v = static_cast<T>(1 - beta_2);
        const auto rule = [=, keeps_largest = amsgrad]<class V>(V& w, const V& g, V& m, V& v, V& largest) {
            m = protocols::simd::fma(V(g - m), V(new_m), m);
            v = protocols::simd::fma(V(g * g - v), V(new_v), v);
            largest = keeps_largest ? protocols::simd::at_least(v, largest) : v;
            const V root = protocols::simd::sqrt(largest) + V(little);
            w = w - protocols::simd::quotient(V(m * V(alpha)), protocols::simd::at_most(root, V(most)));
        };
        protocols::update_each(n, rule, value, gradient, slot_data[0], slot_data[1],
                               protocols::OptionalSlot{amsgrad ? slot_data[2] : nullptr});
    }
};

}} // namespace lamina
