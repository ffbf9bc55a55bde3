// lamina/training/schedules/learning_rate.hpp: a learning rate: a number, or a function of the step.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// Anything that takes the number of updates done so far and returns a rate: `[](std::size_t step) { return 1.0 / (1 + step); }`.
template <class S>
concept Schedule = std::copy_constructible<S> && std::is_invocable_v<S&, std::size_t> &&
                   std::is_arithmetic_v<std::remove_cvref_t<std::invoke_result_t<S&, std::size_t>>>;

} // namespace protocols

/// What the option `learning_rate` of an optimizer is: it converts from any number and any schedule.
///
/// Example  LearningRate rate = [](std::size_t step) { return 0.1 / (1 + double(step)); };
class LearningRate {
public:
    template <class Number>
        requires std::is_arithmetic_v<Number>
    LearningRate(Number rate) : constant(static_cast<float>(rate))
    {}

    // In this order: otherwise clang asks whether a LearningRate can be copied while it finds out whether it can.
    template <class S>
        requires(!std::same_as<S, LearningRate> && protocols::Schedule<S>)
    LearningRate(S of_step) : schedule(OfStep<S>{std::move(of_step)}), list_schedule(list<S>)
    {}

    /// The rate of the update that is made after `step` others: the first asks for 0.
    float operator()(std::size_t step) const { return schedule ? schedule(step) : constant; }

    /// Another number from the next update on; what callbacks do. Refuses it where the rate is a schedule.
    [[gnu::cold]] void set(double rate)
    {
        if (schedule)
            internals::fail({"learning_rate: it is a schedule and cannot be set to ", rate,
                             " as well; give the optimizer a number, or leave out the callback that sets one"});
        constant = static_cast<float>(rate);
    }

    /// What a checkpoint keeps: a rate that is a number. A schedule is a function of the step, which the optimizer keeps.
    template <class F> void for_each_state(F&& f)
    {
        if (!schedule) f("rate", constant);
    }

    /// What an optimizer's list of options says of it: the number, or the schedule with its own options.
    template <class To> void list_value(To& to) const
    {
        to = schedule ? list_schedule(schedule) : protocols::option_value(constant);
    }

private:
    using Function = std::function<float(std::size_t)>;

    template <class S> struct OfStep {
        S of_step;
        float operator()(std::size_t step) { return static_cast<float>(of_step(step)); }
    };
    template <class S> [[gnu::cold]] static protocols::OptionValue list(const Function& schedule)
    {
        return protocols::option_value(schedule.target<OfStep<S>>()->of_step);
    }

    float constant = 0;
    Function schedule;
    protocols::OptionValue (*list_schedule)(const Function&) = nullptr;
};

}} // namespace lamina
