// lamina/training/optimizers/adadelta.hpp: steps as large as the mean of those before, in units of the gradients.
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

/// a = rho·a + (1 − rho)·g², s = √(d + epsilon) / √(a + epsilon) · g, d = rho·d + (1 − rho)·s², w −= learning_rate · s.
///
/// Options   those of all optimizers, too: shared_options.hpp. The paper has a learning_rate of 1, Keras 0.001.
/// Refuses   a rho outside [0, 1), an epsilon that is not positive.
/// Numerics  rho is double, as 1 − rho is. Padding stays zero.
/// Source    Zeiler, 2012; Keras's Adadelta.
/// Example   Adadelta optimizer{.learning_rate = 1};
struct Adadelta {
    static constexpr std::string_view name = "adadelta", class_name = "Adadelta";

    LearningRate learning_rate = 1e-3f;
    double rho = 0.95;
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
        to("rho", rho, 0.95);
        to("epsilon", epsilon, 1e-7);
        protocols::list_shared(*this, to);
    }

    std::size_t slot_count() const { return 2; }
    std::string_view slot_name(std::size_t i) const { return i == 0 ? "accumulated_grad" : "accumulated_delta_var"; }

    void check_settings() const
    {
        internals::optimizers::check_share(name, "rho", rho);
        internals::optimizers::check_positive(name, "epsilon", static_cast<double>(epsilon));
    }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t) const
    {
        const T speed = static_cast<T>(rate), little = static_cast<T>(epsilon), most = std::numeric_limits<T>::max();
        const T old = static_cast<T>(rho), fresh = static_cast<T>(1 - rho);
        const auto rule = [=]<class V>(V& w, const V& g, V& a, V& d) {
            a = protocols::simd::fma(a, V(old), V(g * g * V(fresh)));
            const V top = protocols::simd::sqrt(V(d + V(little))), root = protocols::simd::sqrt(V(a + V(little)));
            const V step = protocols::simd::quotient(V(top * g), protocols::simd::at_most(root, V(most)));
            d = protocols::simd::fma(d, V(old), V(step * step * V(fresh)));
            w = w - step * V(speed);
        };
        protocols::update_each(n, rule, value, gradient, slot_data[0], slot_data[1]);
    }
};

}} // namespace lamina
