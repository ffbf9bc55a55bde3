// lamina/training/schedules/exponential_decay.hpp: the rate times a power of the step.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// initial_learning_rate · decay_rate ^ (step / decay_steps).
///
/// Options   staircase: the exponent is rounded down, so that the rate falls once in `decay_steps`.
/// Refuses   decay_steps of 0 and a decay_rate that is not positive, when called.
/// Source    Keras's ExponentialDecay, in double.
/// Example   ExponentialDecay rate{.initial_learning_rate = 0.1f, .decay_steps = 100, .decay_rate = 0.96f};
struct ExponentialDecay {
    static constexpr std::string_view class_name = "ExponentialDecay";

    float initial_learning_rate = 0;
    std::size_t decay_steps = 0;
    float decay_rate = 0;
    bool staircase = false;

    template <class To> void list_options(To& to) const
    {
        to("initial_learning_rate", initial_learning_rate);
        to("decay_steps", decay_steps);
        to("decay_rate", decay_rate);
        to("staircase", staircase, false);
    }

    float operator()(std::size_t step) const
    {
        if (decay_steps == 0) internals::fail({"ExponentialDecay: decay_steps is 0, the decay needs at least one step"});
        if (internals::is_nan(decay_rate) || decay_rate <= 0)
            internals::fail({"ExponentialDecay: decay_rate is ", decay_rate, ", it has to be positive"});
        const double exponent = static_cast<double>(step) / static_cast<double>(decay_steps);
        return static_cast<float>(static_cast<double>(initial_learning_rate) *
                                  std::pow(static_cast<double>(decay_rate), staircase ? std::floor(exponent) : exponent));
    }
};

}} // namespace lamina
