// lamina/training/schedules/learning_rate.hpp: a learning rate: a number, or a function of the step.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace lamina {

/// Anything that takes the number of updates done so far and returns a rate: `[](std::size_t step) { return 1.0 / (1 + step); }`.
template <class S>
concept Schedule = std::copy_constructible<S> && std::is_invocable_v<S&, std::size_t> &&
                   std::is_arithmetic_v<std::remove_cvref_t<std::invoke_result_t<S&, std::size_t>>>;

/// What the option `learning_rate` of an optimizer is: it converts from any number and any schedule.
class LearningRate {
public:
    template <class Number>
        requires std::is_arithmetic_v<Number>
    LearningRate(Number rate) : constant(static_cast<float>(rate))
    {}

    // In this order: otherwise clang asks whether a LearningRate can be copied while it finds out whether it can.
    template <class S>
        requires(!std::same_as<S, LearningRate> && Schedule<S>)
    LearningRate(S of_step)
        : schedule([of_step = std::move(of_step)](std::size_t step) mutable { return static_cast<float>(of_step(step)); })
    {}

    /// The rate of the update that is made after `step` others: the first asks for 0.
    float operator()(std::size_t step) const { return schedule ? schedule(step) : constant; }

    /// What a checkpoint keeps: a rate that is a number. A schedule is a function of the step, which the optimizer keeps.
    template <class F>
    void for_each_state(F&& f)
    {
        if (!schedule) f("rate", constant);
    }

private:
    float constant = 0;
    std::function<float(std::size_t)> schedule;
};

} // namespace lamina
