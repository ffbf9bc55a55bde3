// lamina/training/optimizers/lamb.hpp: Adam whose steps are as long as the weights of each variable are.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/settings.hpp>
#include <lamina/training/optimizers/update_each.hpp>
#include <lamina/training/optimizers/whole_parameter.hpp>
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

/// m += (g − m)·(1 − beta_1), v += (g² − v)·(1 − beta_2), u = m / (1 − beta_1ᵗ) / (√(v / (1 − beta_2ᵗ)) + epsilon) at step t, from 1, and
/// w −= learning_rate · ‖w‖ / ‖u‖ · u, with the norms of the whole variable; the quotient is 1 where one of them is 0.
///
/// Options   those of all optimizers, too: shared_options.hpp.
/// Refuses   a beta outside [0, 1), an epsilon that is not positive.
/// Numerics  norms are sums in double. A variable is updated by one thread. Padding stays zero.
/// Source    You et al., 2020; Keras's Lamb.
/// Example   Lamb optimizer{.learning_rate = 1e-2f};
struct Lamb {
    static constexpr std::string_view name = "lamb", class_name = "Lamb";

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
    std::string_view slot_name(std::size_t i) const { return i == 0 ? "momentum" : "velocity"; }

    void check_settings() const
    {
        internals::optimizers::check_share(name, "beta_1", beta_1);
        internals::optimizers::check_share(name, "beta_2", beta_2);
        internals::optimizers::check_positive(name, "epsilon", static_cast<double>(epsilon));
    }

    template <class T> void update_whole(const protocols::WholeParameter<T>& of, float rate, std::uint64_t step) const
    {
        const auto scale = [step](double beta) {
            return static_cast<T>(1 / (1 - std::pow(static_cast<double>(static_cast<T>(beta)), static_cast<double>(step))));
        };
        const T of_m = scale(beta_1), of_v = scale(beta_2), little = static_cast<T>(epsilon),
                most = std::numeric_limits<T>::max();
        const T new_m = static_cast<T>(1 - beta_1), new_v = static_cast<T>(1 - beta_2);
        protocols::update_each(
            of.size,
            [=]<class V>(V& g, const V&, V& m, V& v) { // the gradient becomes u
                m = protocols::simd::fma(V(g - m), V(new_m), m);
                v = protocols::simd::fma(V(g * g - v), V(new_v), v);
                const V root = protocols::simd::sqrt(V(v * V(of_v))) + V(little);
                g = protocols::simd::quotient(V(m * V(of_m)), protocols::simd::at_most(root, V(most)));
            },
            of.gradient, of.gradient, of.slot(0), of.slot(1));
        const double w = internals::optimizers::squared_norm(of.value, of.size),
                     u = internals::optimizers::squared_norm(of.gradient, of.size);
        const T size = static_cast<T>(static_cast<double>(rate) * (w > 0 && u > 0 ? std::sqrt(w / u) : 1));
        protocols::update_each(
            of.size, [=]<class V>(V& value, const V& by) { value = value - V(size) * by; }, of.value, of.gradient);
    }
};

}} // namespace lamina
