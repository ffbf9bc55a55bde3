// lamina/training/optimizers/nadam.hpp: Adam with Nesterov's look ahead.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/settings.hpp>
#include <lamina/training/optimizers/update_each.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// m += (g − m)·(1 − beta_1), v += (g² − v)·(1 − beta_2), and at step t, from 1, with uₜ = beta_1 · (1 − 0.96ᵗ / 2) and their product Uₜ:
/// w −= learning_rate · (uₜ₊₁ · m / (1 − Uₜ₊₁) + (1 − uₜ) · g / (1 − Uₜ)) / (√(v / (1 − beta_2ᵗ)) + epsilon).
///
/// Options   those of all optimizers, too: shared_options.hpp. `momentum_product` is no option but Uₜ, and is kept in checkpoints.
/// Refuses   a beta outside [0, 1), an epsilon that is not positive.
/// Numerics  as in Keras the betas are rounded to `T` first. Padding stays zero.
/// Source    Dozat, 2016; Keras's Nadam.
/// Example   Nadam optimizer{.learning_rate = 2e-3f};
struct Nadam {
    static constexpr std::string_view name = "nadam", class_name = "Nadam";

    LearningRate learning_rate = 1e-3f;
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    float epsilon = 1e-7f;
    std::optional<float> weight_decay{};
    std::vector<std::string> exclude_from_weight_decay{};
    std::optional<float> clipnorm{}, clipvalue{}, global_clipnorm{};
    bool use_ema = false;
    double ema_momentum = 0.99;
    std::optional<std::size_t> ema_overwrite_frequency{}, gradient_accumulation_steps{};
    protocols::OptimizerState state{};

    template <class G = std::vector<AnyTensor>, class V> auto apply_gradients(const G& gradients, const V& variables)
    {
        return update_variables(*this, gradients, variables);
    }
    template <class L, class V> auto minimize(const L& loss, const V& variables) { return minimize_loss(*this, loss, variables); }
    template <class L> auto minimize(const L& loss) const { return minimize_traced(*this, loss); }
    double momentum_product = 1;

    template <class F> void for_each_number(const F& f) { f("momentum_product", momentum_product); }

    template <class To> void list_options(To& to) const
    {
        to("learning_rate", learning_rate, 0.001f);
        to("beta_1", beta_1, 0.9);
        to("beta_2", beta_2, 0.999);
        to("epsilon", epsilon, 1e-7);
        protocols::list_shared(*this, to);
    }

    std::size_t slot_count() const { return 2; }
    std::string_view slot_name(std::size_t i) const { return i == 0 ? "momentum" : "velocity"; }

    void check_settings() const
    {
        internals::optimizers::check_share(name, "beta_1", beta_1);
        internals::optimizers::check_share(name, "beta_2", beta_2);
        internals::optimizers::check_positive(name, "epsilon", static_cast<double>(epsilon));
    }

    void begin_update(std::uint64_t step) { momentum_product *= momentum_at(step); }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t step) const
    {
        const double power = std::pow(static_cast<double>(static_cast<T>(beta_2)), static_cast<double>(step));
        const double here = momentum_at(step), next = momentum_at(step + 1);
        const T of_m = static_cast<T>(next / (1 - momentum_product * next) * static_cast<double>(rate));
        const T of_g = static_cast<T>((1 - here) / (1 - momentum_product) * static_cast<double>(rate));
        const T scale = static_cast<T>(1 / (1 - power)), little = static_cast<T>(epsilon), most = std::numeric_limits<T>::max();
        const T new_m = 1 - static_cast<T>(beta_1), new_v = 1 - static_cast<T>(beta_2);
        const auto rule = [=]<class V>(V& w, const V& g, V& m, V& v) {
            m = protocols::simd::fma(V(g - m), V(new_m), m);
            v = protocols::simd::fma(V(g * g - v), V(new_v), v);
            const V root = protocols::simd::sqrt(V(v * V(scale))) + V(little);
            w = w - protocols::simd::quotient(V(m * V(of_m) + g * V(of_g)), protocols::simd::at_most(root, V(most)));
        };
        protocols::update_each(n, rule, value, gradient, slot_data[0], slot_data[1]);
    }

private:
    double momentum_at(std::uint64_t step) const { return beta_1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(step))); }
};

}} // namespace lamina
