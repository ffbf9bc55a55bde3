// lamina/training/schedules/polynomial_decay.hpp: a power of what is left of the way to a last rate.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// (initial_learning_rate − end_learning_rate) · (1 − step / decay_steps) ^ power + end_learning_rate, and end_learning_rate from
/// decay_steps on.
///
/// Options   cycle: instead of staying at the last rate, decay_steps is multiplied with the number of times that it went by, so that the rate
///           rises again and falls more slowly.
/// Refuses   decay_steps of 0 and a negative power, when called.
/// Source    Keras's PolynomialDecay, in double.
/// Example   PolynomialDecay rate{.initial_learning_rate = 0.1f, .decay_steps = 1000, .end_learning_rate = 0.01f, .power = 0.5f};
struct PolynomialDecay {
    static constexpr std::string_view class_name = "PolynomialDecay";

    float initial_learning_rate = 0;
    std::size_t decay_steps = 0;
    float end_learning_rate = 0.0001f;
    float power = 1;
    bool cycle = false;

    template <class To> void list_options(To& to) const
    {
        to("initial_learning_rate", initial_learning_rate);
        to("decay_steps", decay_steps);
        to("end_learning_rate", end_learning_rate, 0.0001);
        to("power", power, 1);
        to("cycle", cycle, false);
    }

    float operator()(std::size_t step) const
    {
        if (decay_steps == 0) internals::fail({"PolynomialDecay: decay_steps is 0, the decay needs at least one step"});
        if (!internals::is_finite(power) || power < 0)
            internals::fail({"PolynomialDecay: power is ", power, ", it has to be a finite number and not negative"});
        const std::size_t times = cycle ? std::max<std::size_t>((step + decay_steps - 1) / decay_steps, 1) : 1;
        const double all = static_cast<double>(times * decay_steps), left = 1 - std::min(static_cast<double>(step) / all, 1.0);
        const double first = static_cast<double>(initial_learning_rate), last = static_cast<double>(end_learning_rate);
        return static_cast<float>((first - last) * std::pow(left, static_cast<double>(power)) + last);
    }
};

}} // namespace lamina
