// lamina/training/optimizers/rmsprop.hpp: gradients divided by the root of the mean of their squares.
#pragma once

#include <lamina/core/architecture.hpp>
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

/// v = rho·v + (1 − rho)·g², w −= learning_rate · g / √(v + epsilon). With momentum: m = momentum · m + that step, w −= m.
///
/// Options   centered: v less the square of the mean gradient, a = rho·a + (1 − rho)·g, stands for v. And those of all optimizers:
///           shared_options.hpp.
/// Refuses   a rho outside [0, 1), a momentum outside [0, 1], an epsilon that is not positive.
/// Numerics  rho is double, as 1 − rho is. v − a² counts as 0 where rounding makes it negative; Keras gives NaN there once it is below
///           −epsilon. Padding stays zero, as 0 / √epsilon is.
/// Source    Tieleman and Hinton, 2012; Graves, 2013 (centered); Keras's RMSprop.
/// Example   RMSprop optimizer{.learning_rate = 1e-3f, .momentum = 0.9f, .centered = true};
struct RMSprop {
    static constexpr std::string_view name = "rmsprop";
    static constexpr std::string_view class_name = "RMSprop";

    LearningRate learning_rate = 1e-3f;
    double rho = 0.9;
    float momentum = 0;
    float epsilon = 1e-7f;
    bool centered = false;
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
        to("rho", rho, 0.9);
        to("momentum", momentum, 0);
        to("epsilon", epsilon, 1e-7);
        to("centered", centered, false);
        protocols::list_shared(*this, to);
    }

    std::size_t slot_count() const { return std::size_t{1} + moving() + centered; }
    std::string_view slot_name(std::size_t i) const
    {
        if (i == 0) return "velocity";
        return i == 1 && moving() ? "momentum" : "average_gradient";
    }

    void check_settings() const
    {
        internals::optimizers::check_share(name, "rho", rho);
        internals::optimizers::check_momentum(name, static_cast<double>(momentum));
        internals::optimizers::check_positive(name, "epsilon", static_cast<double>(epsilon));
    }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t) const
    {
        const T speed = static_cast<T>(rate), kept = static_cast<T>(momentum), little = static_cast<T>(epsilon);
        const T old = static_cast<T>(rho), fresh = static_cast<T>(1 - rho), most = std::numeric_limits<T>::max();
        const auto rule = [=, by_deviation = centered]<class V>(V& w, const V& g, V& v, V& m, V& a) {
            v = protocols::simd::fma(v, V(old), V(g * g * V(fresh)));
            V spread = v;
            if (by_deviation) {
                a = protocols::simd::fma(a, V(old), V(g * V(fresh)));
                spread = protocols::simd::at_least(V(v - a * a), V(T(0)));
            }
            const V root = protocols::simd::sqrt(V(spread + V(little)));
            const V step = protocols::simd::quotient(V(g * V(speed)), protocols::simd::at_most(root, V(most)));
            m = protocols::simd::fma(m, V(kept), step); // the step itself where there is no such slot
            w = w - m;
        };
        protocols::update_each(n, rule, value, gradient, slot_data[0], protocols::OptionalSlot{moving() ? slot_data[1] : nullptr},
                               protocols::OptionalSlot{centered ? slot_data[moving() ? 2 : 1] : nullptr});
    }

private:
    bool moving() const { return momentum != 0; }
};

}} // namespace lamina
