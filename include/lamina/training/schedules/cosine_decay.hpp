// lamina/training/schedules/cosine_decay.hpp: half a cosine down to a fraction of the rate, after an optional warm-up.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// r · ((1 − alpha) · (1 + cos(π · step / decay_steps)) / 2 + alpha), and r · alpha from then on.
///
/// Options   r is `initial_learning_rate`. With `warmup_target` the rate first goes in a straight line from
///           `initial_learning_rate` to the target in `warmup_steps`, and r is the target.
/// Refuses   decay_steps of 0, when called.
/// Source    Loshchilov and Hutter, SGDR, 2016; as Keras's CosineDecay, in double.
/// Example   SGD optimizer{.learning_rate = CosineDecay{.initial_learning_rate = 0.1f, .decay_steps = 1000}};
struct CosineDecay {
    static constexpr std::string_view class_name = "CosineDecay";

    float initial_learning_rate = 0;
    std::size_t decay_steps = 0;
    float alpha = 0;
    std::optional<float> warmup_target{};
    std::size_t warmup_steps = 0;

    template <class To> void list_options(To& to) const
    {
        to("initial_learning_rate", initial_learning_rate);
        to("decay_steps", decay_steps);
        to("alpha", alpha, 0);
        to("warmup_target", warmup_target, nullptr);
        to("warmup_steps", warmup_steps, 0);
    }

    float operator()(std::size_t step) const
    {
        if (decay_steps == 0) internals::fail({"CosineDecay: decay_steps is 0, the decay needs at least one step"});
        const double start = static_cast<double>(initial_learning_rate),
                     top = static_cast<double>(warmup_target.value_or(initial_learning_rate));
        const std::size_t warm = warmup_target ? warmup_steps : 0;
        if (step < warm) return static_cast<float>(start + (top - start) * static_cast<double>(step) / static_cast<double>(warm));

        const double done = static_cast<double>(std::min(step - warm, decay_steps)) / static_cast<double>(decay_steps);
        const double cosine = (1 + std::cos(std::numbers::pi * done)) / 2, floor = static_cast<double>(alpha);
        return static_cast<float>(top * ((1 - floor) * cosine + floor));
    }
};

}} // namespace lamina
