// lamina/training/callbacks/terminate_on_nan.hpp: ends training when the loss is no number any more.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/callback.hpp>

#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Ends training after the batch whose loss is NaN or infinite.
///
/// Example  TerminateOnNaN guard;
struct TerminateOnNaN {
    static constexpr bool adds_figures = false;

    void on_batch_end(TrainingState& t)
    {
        if (!t.logs.contains("loss") || internals::is_finite(t.logs["loss"])) return;
        t.stop = true;
        t.stopped_by =
            internals::text_of({"TerminateOnNaN: the loss was ", internals::is_nan(t.logs["loss"]) ? "NaN" : "infinite",
                                " after batch ", t.batch, " of epoch ", t.epoch + 1});
    }
};

}} // namespace lamina
