// lamina/training/callbacks/swap_ema_weights.hpp: validation with the moving averages of the weights.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/optimizers/averages.hpp>
#include <lamina/training/optimizers/optimizer.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Puts the averages of the weights, which an optimizer with `use_ema` keeps, in the weights' place while the model is validated or
/// evaluated, and takes them out again: figures are those of the averages, training goes on from the weights.
///
/// Options  `swap_on_epoch`: the averages are there from the end of an epoch to the begin of the next one too, so that callbacks that stand
///          behind this one save them: `SwapEMAWeights{.swap_on_epoch = true}, ModelCheckpoint{…}`. After the last epoch they stay.
/// Refuses  an optimizer without averages: while it is compiled where the optimizer cannot have them, else before the first epoch.
/// Source   keras/src/callbacks/swap_ema_weights.py, Keras 3.15; but the averages stay in the model also where a callback ended the training,
///          and the weights wait in a copy of their own, not in the place of the averages.
/// Example  SwapEMAWeights swap{.swap_on_epoch = true};
struct SwapEMAWeights {
    bool swap_on_epoch = false;
    static constexpr bool adds_figures = false, needs_averages = true;

    struct State {
        const std::vector<std::shared_ptr<stored_types::record>>* averages = nullptr; ///< the optimizer's
        std::vector<std::shared_ptr<stored_types::record>> weights{}; ///< wait while the averages are in the model
    } state{};

    template <class Parts> void attach(TrainingState&, const Parts& parts)
    {
        if (!parts.optimizer.use_ema)
            internals::fail({"SwapEMAWeights: ", Parts::optimizer_type::name,
                             " keeps no averages of the weights; give the optimizer .use_ema = true"});
        state = {&parts.optimizer.state.averages, {}};
    }

    void on_epoch_begin(TrainingState& t)
    {
        if (swap_on_epoch) put_weights(t);
    }
    void on_epoch_end(TrainingState& t)
    {
        if (swap_on_epoch) put_averages(t);
    }
    void on_test_begin(TrainingState& t) { put_averages(t); }
    void on_test_end(TrainingState& t) { put_weights(t); }
    void on_train_end(TrainingState& t)
    {
        t.averaged = false; // they are the weights now
        state = {};
    }

private:
    void put_averages(TrainingState& t)
    {
        if (t.averaged) return;
        const auto variables = internals::span_of(t.variables);
        if (state.weights.empty()) state.weights = internals::optimizers::made_likes("weight", false, variables);
        internals::optimizers::for_each_average(variables, internals::span_of(state.weights), [](auto value, auto kept) {
            std::copy(value.begin(), value.end(), kept.begin());
        });
        internals::optimizers::take_averages(variables, internals::span_of(*state.averages));
        t.averaged = true;
    }

    void put_weights(TrainingState& t)
    {
        if (!t.averaged) return;
        internals::optimizers::take_averages(internals::span_of(t.variables), internals::span_of(state.weights));
        t.averaged = false;
    }
};

}} // namespace lamina
