// lamina/training/optimizers/adam.hpp: Adam and AdamW: steps of a size that the gradients' first two moments choose.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/settings.hpp>
#include <lamina/training/optimizers/update_each.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// How much weights decay where nothing is said.
enum class decay_is { none_by_default, usual };

} // namespace protocols

/// m += (g − m)·(1 − beta_1), v += (g² − v)·(1 − beta_2), w −= m · a / (√v + epsilon), where
/// a = learning_rate · √(1 − beta_2ᵗ) / (1 − beta_1ᵗ) at step t, from 1. `Adam` and `AdamW` are two names of it.
///
/// Options   amsgrad: the largest v so far stands for v. And those of all optimizers: shared_options.hpp. AdamW has a weight_decay of 0.004,
///           which as in Keras is for biases too: `.exclude_from_weight_decay = {"bias", "gamma", "beta"}` leaves them out.
/// Refuses   a beta outside [0, 1), an epsilon that is not positive; AdamW one without weight_decay.
/// Numerics  the betas are double: 1 − 0.999f misses 0.001 by 1.3e-5 of it. As in Keras their powers are those of the numbers
///           rounded to `T`, and one less them is not. Padding stays zero, as 0 / epsilon is. Where g² overflows, v is infinite:
///           that step leaves w nearly as it is, and the next one makes it NaN, as in Keras.
/// Source    Kingma and Ba, 2015; Reddi, Kale and Kumar, 2018 (amsgrad); Loshchilov and Hutter, 2019 (AdamW); Keras's Adam and AdamW.
/// Example   Adam optimizer{.learning_rate = 1e-3f, .amsgrad = true};
template <protocols::decay_is Decay> struct AdamOf {
    static constexpr bool decays = Decay == protocols::decay_is::usual;
    static constexpr std::string_view name = decays ? "adamw" : "adam";
    static constexpr std::string_view class_name = decays ? "AdamW" : "Adam";

    LearningRate learning_rate = 1e-3f;
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    float epsilon = 1e-7f;
    bool amsgrad = false;
    std::optional<float> weight_decay = decays ? std::optional(0.004f) : std::nullopt;
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
        to("amsgrad", amsgrad, false);
        protocols::list_shared(*this, to, AdamOf{}.weight_decay);
    }

    std::size_t slot_count() const { return amsgrad ? 3 : 2; }
    std::string_view slot_name(std::size_t i) const { return std::array{"momentum", "velocity", "velocity_hat"}[i]; }

    void check_settings() const
    {
        internals::optimizers::check_share(name, "beta_1", beta_1);
        internals::optimizers::check_share(name, "beta_2", beta_2);
        internals::optimizers::check_positive(name, "epsilon", static_cast<double>(epsilon));
        if (decays && !weight_decay) internals::fail({name, ": there is no weight_decay; without one it is Adam"});
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

using Adam = AdamOf<protocols::decay_is::none_by_default>;
/// Adam whose weights decay. Example: AdamW optimizer{.learning_rate = 1e-3f, .weight_decay = 0.01f};
using AdamW = AdamOf<protocols::decay_is::usual>;

}} // namespace lamina
