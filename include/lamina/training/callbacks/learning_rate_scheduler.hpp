// lamina/training/callbacks/learning_rate_scheduler.hpp: a learning rate for each epoch, by a function.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/callback.hpp>

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Sets the learning rate before each epoch to what a function of the epoch, from 0, and of the rate so far gives:
/// `LearningRateScheduler([](std::size_t epoch, double rate) { return epoch < 10 ? rate : rate * 0.9; })`. It may take the epoch alone. The
/// rate of every epoch is among its figures, as `learning_rate`. A rate for each step is a schedule, `Adam{.learning_rate = CosineDecay{…}}`.
///
/// Refuses  an optimizer whose rate is a schedule.
/// Source   keras/src/callbacks/learning_rate_scheduler.py, Keras 3.15.
/// Example  LearningRateScheduler rates([](std::size_t epoch, double rate) { return epoch < 10 ? rate : rate * 0.9; });
class LearningRateScheduler {
public:
    template <class F>
        requires std::is_invocable_r_v<double, F&, std::size_t, double>
    explicit LearningRateScheduler(F of_epoch_and_rate)
        : set_rate(
              [of = std::move(of_epoch_and_rate)](TrainingState& t) mutable { t.learning_rate = of(t.epoch, t.learning_rate); })
    {}
    template <class F>
        requires std::is_invocable_r_v<double, F&, std::size_t>
    explicit LearningRateScheduler(F of_epoch)
        : set_rate([of = std::move(of_epoch)](TrainingState& t) mutable { t.learning_rate = of(t.epoch); })
    {}

    void on_epoch_begin(TrainingState& t)
    {
        if (t.batch == 0) set_rate(t); // an epoch that goes on has its rate
    }
    void on_epoch_end(TrainingState& t) { t.logs.set("learning_rate", t.learning_rate); }

private:
    std::function<void(TrainingState&)> set_rate; // of a type that other instruction sets have not
};

}} // namespace lamina
