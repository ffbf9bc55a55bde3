// lamina/training/schedules/cosine_decay_restarts.hpp: half a cosine down, and again from the top.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// r · ((1 − alpha) · m · (1 + cos(π · done)) / 2 + alpha), where `done` is the share of the running period that went by.
///
/// Options   r is `initial_learning_rate`. The first period has `first_decay_steps`, each further one `t_mul` times the steps of that before it;
///           m is 1 in the first and `m_mul` times that before in each further one.
/// Refuses   first_decay_steps of 0, a t_mul below 1, when called.
/// Source    Loshchilov and Hutter, SGDR, 2016; as Keras's CosineDecayRestarts, in double.
/// Example   CosineDecayRestarts rate{.initial_learning_rate = 0.1f, .first_decay_steps = 1000};
struct CosineDecayRestarts {
    static constexpr std::string_view class_name = "CosineDecayRestarts";

    float initial_learning_rate = 0;
    std::size_t first_decay_steps = 0;
    double t_mul = 2;
    double m_mul = 1;
    double alpha = 0;

    template <class To> void list_options(To& to) const
    {
        to("initial_learning_rate", initial_learning_rate);
        to("first_decay_steps", first_decay_steps);
        to("t_mul", t_mul, 2.0);
        to("m_mul", m_mul, 1.0);
        to("alpha", alpha, 0.0);
    }

    float operator()(std::size_t step) const
    {
        if (first_decay_steps == 0)
            internals::fail({"CosineDecayRestarts: first_decay_steps is 0, the decay needs at least one step"});
        if (!internals::is_finite(t_mul) || t_mul < 1)
            internals::fail({"CosineDecayRestarts: t_mul is ", t_mul, ", it has to be 1 or more"});
        const double periods = static_cast<double>(step) / static_cast<double>(first_decay_steps); // of the first length
        const auto begins = [&](double i) { return t_mul == 1 ? i : (std::pow(t_mul, i) - 1) / (t_mul - 1); };
        double restarts = std::floor(t_mul == 1 ? periods : std::log(1 + periods * (t_mul - 1)) / std::log(t_mul));
        if (begins(restarts + 1) <= periods) ++restarts; // the logarithm may be rounded down
        const double done = (periods - begins(restarts)) / std::pow(t_mul, restarts);
        const double cosine = std::pow(m_mul, restarts) * (1 + std::cos(std::numbers::pi * done)) / 2;
        return static_cast<float>(static_cast<double>(initial_learning_rate) * ((1 - alpha) * cosine + alpha));
    }
};

}} // namespace lamina
