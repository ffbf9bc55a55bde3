// lamina/training/schedules/inverse_time_decay.hpp: the rate divided by the step.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// initial_learning_rate / (1 + decay_rate · step / decay_steps).
///
/// Options   staircase: step / decay_steps is rounded down, so that the rate falls once in `decay_steps`.
/// Refuses   decay_steps of 0 and a negative decay_rate, when called.
/// Source    Keras's InverseTimeDecay, in double.
/// Example   InverseTimeDecay rate{.initial_learning_rate = 0.1f, .decay_steps = 100, .decay_rate = 0.5f};
struct InverseTimeDecay {
    static constexpr std::string_view class_name = "InverseTimeDecay";

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
        if (decay_steps == 0) internals::fail({"InverseTimeDecay: decay_steps is 0, the decay needs at least one step"});
        if (!internals::is_finite(decay_rate) || decay_rate < 0)
            internals::fail({"InverseTimeDecay: decay_rate is ", decay_rate, ", it has to be a finite number and not negative"});
        const double times = static_cast<double>(step) / static_cast<double>(decay_steps);
        return static_cast<float>(static_cast<double>(initial_learning_rate) /
                                  (1 + static_cast<double>(decay_rate) * (staircase ? std::floor(times) : times)));
    }
};

}} // namespace lamina
