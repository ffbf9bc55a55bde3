// lamina/training/optimizers/adamax.hpp: Adam with the largest gradient of late for the root of their squares.
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

/// m += (g − m)·(1 − beta_1), u = max(beta_2 · u, |g|), w −= learning_rate / (1 − beta_1ᵗ) · m / (u + epsilon) at step t, from 1.
///
/// Options   those of all optimizers, too: shared_options.hpp.
/// Refuses   a beta outside [0, 1), an epsilon that is not positive.
/// Numerics  as Adam's. Padding stays zero.
/// Source    Kingma and Ba, 2015, section 7; Keras's Adamax.
/// Example   Adamax optimizer{.learning_rate = 2e-3f};
struct Adamax {
    static constexpr std::string_view name = "adamax", class_name = "Adamax";

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

    template <class To> void list_options(To& to) const
    {
        to("learning_rate", learning_rate, 0.001f);
        to("beta_1", beta_1, 0.9);
        to("beta_2", beta_2, 0.999);
        to("epsilon", epsilon, 1e-7);
        protocols::list_shared(*this, to);
    }

    std::size_t slot_count() const { return 2; }
    std::string_view slot_name(std::size_t i) const { return i == 0 ? "momentum" : "norm"; }

    void check_settings() const
    {
        internals::optimizers::check_share(name, "beta_1", beta_1);
        internals::optimizers::check_share(name, "beta_2", beta_2);
        internals::optimizers::check_positive(name, "epsilon", static_cast<double>(epsilon));
    }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t step) const
    {
        const double power = std::pow(static_cast<double>(static_cast<T>(beta_1)), static_cast<double>(step));
        const T size = static_cast<T>(static_cast<double>(rate) / (1 - power));
        const T new_m = static_cast<T>(1 - beta_1), old = static_cast<T>(beta_2), little = static_cast<T>(epsilon);
        const T most = std::numeric_limits<T>::max();
        const auto rule = [=]<class V>(V& w, const V& g, V& m, V& u) {
            m = protocols::simd::fma(V(g - m), V(new_m), m);
            u = protocols::simd::at_least(V(u * V(old)), protocols::simd::abs(g));
            w = w - protocols::simd::quotient(V(m * V(size)), protocols::simd::at_most(V(u + V(little)), V(most)));
        };
        protocols::update_each(n, rule, value, gradient, slot_data[0], slot_data[1]);
    }
};

}} // namespace lamina
