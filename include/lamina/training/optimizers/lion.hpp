// lamina/training/optimizers/lion.hpp: steps of one size, with the sign of a mean of gradients.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/settings.hpp>
#include <lamina/training/optimizers/update_each.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// c = beta_1 · m + (1 − beta_1) · g, w −= learning_rate · sign(c), m = beta_2 · m + (1 − beta_2) · g.
///
/// Options   those of all optimizers, too: shared_options.hpp. Its learning_rate is a third to a tenth of Adam's, its weight_decay as much
///           larger.
/// Refuses   a beta_1 outside (0, 1], a beta_2 outside [0, 1].
/// Numerics  as in Keras the betas are rounded to `T` first. The sign of 0 is 0, so padding stays zero.
/// Source    Chen et al., 2023; Keras's Lion.
/// Example   Lion optimizer{.learning_rate = 1e-4f, .weight_decay = 0.1f};
struct Lion {
    static constexpr std::string_view name = "lion", class_name = "Lion";

    LearningRate learning_rate = 1e-3f;
    double beta_1 = 0.9;
    double beta_2 = 0.99;
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
        to("beta_2", beta_2, 0.99);
        protocols::list_shared(*this, to);
    }

    std::size_t slot_count() const { return 1; }
    std::string_view slot_name(std::size_t) const { return "momentum"; }

    void check_settings() const
    {
        if (internals::is_nan(beta_1) || beta_1 <= 0 || beta_1 > 1)
            internals::fail({name, ": beta_1 is ", beta_1, ", it has to be in (0, 1]"});
        if (internals::is_nan(beta_2) || beta_2 < 0 || beta_2 > 1)
            internals::fail({name, ": beta_2 is ", beta_2, ", it has to be in [0, 1]"});
    }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t) const
    {
        const T step = static_cast<T>(rate), here = static_cast<T>(beta_1), kept = static_cast<T>(beta_2);
        const auto rule = [=]<class V>(V& w, const V& g, V& m) {
            const V c = m * V(here) + g * V(1 - here), zero(T(0));
            w = w - protocols::simd::select(c > zero, V(step), protocols::simd::select(c < zero, V(-step), c)); // 0, or NaN
            m = m * V(kept) + g * V(1 - kept);
        };
        protocols::update_each(n, rule, value, gradient, slot_data[0]);
    }
};

}} // namespace lamina
