// lamina/training/optimizers/ftrl.hpp: follow the regularized leader: weights that a penalty keeps at zero.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/settings.hpp>
#include <lamina/training/optimizers/update_each.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// With p = −learning_rate_power, a' = a + g² and h = g + 2 · l2_shrinkage · w: z += h − (a'ᵖ − aᵖ) / learning_rate · w,
/// w = (z cut to ±l1 − z) / (a'ᵖ / learning_rate + 2 · l2 + beta / learning_rate), a = a'.
///
/// Options   initial_accumulator_value: what each a starts from. l1 and l2 are l1_regularization_strength and l2_regularization_strength,
///           l2_shrinkage is l2_shrinkage_regularization_strength. And those of all optimizers: shared_options.hpp.
/// Refuses   a learning_rate_power above 0, and negative numbers elsewhere.
/// Numerics  where all gradients were zero and a starts from 0, w becomes 0 (Keras: NaN). Padding stays zero. A power other than −0.5 is
///           exp(p · log a), within a few ulp times |p · log a|.
/// Source    McMahan et al., 2013; Keras's Ftrl.
/// Example   Ftrl optimizer{.learning_rate = 0.1f, .l1_regularization_strength = 0.01f};
struct Ftrl {
    static constexpr std::string_view name = "ftrl", class_name = "Ftrl";

    LearningRate learning_rate = 1e-3f;
    float learning_rate_power = -0.5f;
    float initial_accumulator_value = 0.1f;
    float l1_regularization_strength = 0;
    float l2_regularization_strength = 0;
    float l2_shrinkage_regularization_strength = 0;
    float beta = 0;
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

    template <class To> void list_options(To& to) const
    {
        to("learning_rate", learning_rate, 0.001f);
        to("learning_rate_power", learning_rate_power, -0.5);
        to("initial_accumulator_value", initial_accumulator_value, 0.1);
        to("l1_regularization_strength", l1_regularization_strength, 0);
        to("l2_regularization_strength", l2_regularization_strength, 0);
        to("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength, 0);
        to("beta", beta, 0);
        protocols::list_shared(*this, to);
    }

    std::size_t slot_count() const { return 2; }
    std::string_view slot_name(std::size_t i) const { return i == 0 ? "accumulator" : "linear"; }
    double slot_start(std::size_t i) const { return i == 0 ? static_cast<double>(initial_accumulator_value) : 0; }

    void check_settings() const
    {
        const auto not_negative = [](std::string_view option, float number) {
            internals::optimizers::check_not_negative(name, option, static_cast<double>(number));
        };
        not_negative("minus learning_rate_power", -learning_rate_power);
        not_negative("initial_accumulator_value", initial_accumulator_value);
        not_negative("l1_regularization_strength", l1_regularization_strength);
        not_negative("l2_regularization_strength", l2_regularization_strength);
        not_negative("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength);
        not_negative("beta", beta);
    }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t) const
    {
        if (rate == 0) return; // the formula divides by it, and tends to leaving weights as they are
        const T speed = static_cast<T>(rate), power = static_cast<T>(-learning_rate_power);
        const T l1 = static_cast<T>(l1_regularization_strength), least = std::numeric_limits<T>::min();
        const T l2 = 2 * static_cast<T>(l2_regularization_strength) + static_cast<T>(beta) / speed;
        const T shrinkage = 2 * static_cast<T>(l2_shrinkage_regularization_strength);
        const bool by_root = learning_rate_power == -0.5f;
        const auto rule = [=]<class V>(V& w, const V& g, V& a, V& z) {
            const V old = a;
            a = protocols::simd::fma(g, g, a);
            const V before = raised(old, power, by_root), now = raised(a, power, by_root);
            z = z + (g + V(shrinkage) * w) - (now - before) / V(speed) * w;
            const V cut = protocols::simd::at_least(protocols::simd::at_most(z, V(l1)), V(-l1));
            w = (cut - z) / protocols::simd::at_least(V(now / V(speed) + V(l2)), V(least));
        };
        protocols::update_each(n, rule, value, gradient, slot_data[0], slot_data[1]);
    }

private:
    template <class V, class T> static V raised(const V& x, T power, bool by_root)
    {
        if (by_root) return protocols::simd::sqrt(x);
        return internals::kernels::math::exp(V(V(power) * internals::kernels::math::log(x)));
    }
};

}} // namespace lamina
