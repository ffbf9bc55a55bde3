// lamina/training/optimizers/sgd.hpp: gradient descent, with momentum and Nesterov's look ahead.
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

/// w −= learning_rate · g. With momentum: m = momentum · m − learning_rate · g, w += m; with `nesterov` as well:
/// w += momentum · m − learning_rate · g.
///
/// Options   those of all optimizers, too: shared_options.hpp.
/// Refuses   a momentum outside [0, 1].
/// Source    Keras's SGD.
/// Example   SGD optimizer{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true};
struct SGD {
    static constexpr std::string_view name = "sgd";
    static constexpr std::string_view class_name = "SGD";

    LearningRate learning_rate = 0.01f;
    float momentum = 0;
    bool nesterov = false;
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
        to("learning_rate", learning_rate, 0.01f);
        to("momentum", momentum, 0);
        to("nesterov", nesterov, false);
        protocols::list_shared(*this, to);
    }

    std::size_t slot_count() const { return momentum != 0 ? 1 : 0; }
    std::string_view slot_name(std::size_t) const { return "momentum"; }

    void check_settings() const { internals::optimizers::check_momentum(name, static_cast<double>(momentum)); }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t) const
    {
        const T speed = static_cast<T>(rate), kept = static_cast<T>(momentum);
        const bool moving = momentum != 0, ahead = moving && nesterov;
        const auto step = [=]<class V>(V& w, const V& g, V& m) {
            const V pull = V(T(0)) - g * V(speed);
            m = protocols::simd::fma(m, V(kept), pull); // the pull itself where there is no such slot
            w = w + (ahead ? protocols::simd::fma(m, V(kept), pull) : m);
        };
        protocols::update_each(n, step, value, gradient, protocols::OptionalSlot{moving ? slot_data[0] : nullptr});
    }
};

}} // namespace lamina
