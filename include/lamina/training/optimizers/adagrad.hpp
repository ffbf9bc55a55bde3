// lamina/training/optimizers/adagrad.hpp: gradients divided by the root of the sum of their squares.
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

/// a += g², w −= learning_rate · g / √(a + epsilon).
///
/// Options   initial_accumulator_value: what each a starts from. And those of all optimizers: shared_options.hpp.
/// Refuses   an initial_accumulator_value that is negative, an epsilon that is not positive.
/// Numerics  padding stays zero, as 0 / √epsilon is.
/// Source    Duchi, Hazan and Singer, 2011; Keras's Adagrad.
/// Example   Adagrad optimizer{.learning_rate = 0.1f};
struct Adagrad {
    static constexpr std::string_view name = "adagrad", class_name = "Adagrad";

    LearningRate learning_rate = 1e-3f;
    float initial_accumulator_value = 0.1f;
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
        to("initial_accumulator_value", initial_accumulator_value, 0.1);
        to("epsilon", epsilon, 1e-7);
        protocols::list_shared(*this, to);
    }

    std::size_t slot_count() const { return 1; }
    std::string_view slot_name(std::size_t) const { return "accumulator"; }
    double slot_start(std::size_t) const { return static_cast<double>(initial_accumulator_value); }

    void check_settings() const
    {
        internals::optimizers::check_not_negative(name, "initial_accumulator_value",
                                                  static_cast<double>(initial_accumulator_value));
        internals::optimizers::check_positive(name, "epsilon", static_cast<double>(epsilon));
    }

    template <class T>
    void update(T* value, const T* gradient, T* const* slot_data, std::size_t n, float rate, std::uint64_t) const
    {
        const T speed = static_cast<T>(rate), little = static_cast<T>(epsilon), most = std::numeric_limits<T>::max();
        const auto rule = [=]<class V>(V& w, const V& g, V& a) {
            a = protocols::simd::fma(g, g, a);
            const V root = protocols::simd::sqrt(V(a + V(little)));
            w = w - protocols::simd::quotient(V(g * V(speed)), protocols::simd::at_most(root, V(most)));
        };
        protocols::update_each(n, rule, value, gradient, slot_data[0]);
    }
};

}} // namespace lamina
