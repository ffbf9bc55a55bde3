// lamina/training/callbacks/terminate_on_nan.hpp: ends training when the loss is no number any more.
#pragma once

#include <lamina/training/callback.hpp>

#include <cmath>
#include <string>

namespace lamina {

/// Ends training after the batch whose loss is NaN or infinite.
struct TerminateOnNaN {
    void on_batch_end(Training& t)
    {
        if (!t.logs.contains("loss") || std::isfinite(t.logs["loss"])) return;
        t.stop = true;
        t.stopped_by = "TerminateOnNaN: the loss was " + std::string(std::isnan(t.logs["loss"]) ? "NaN" : "infinite") +
                       " after batch " + std::to_string(t.batch) + " of epoch " + std::to_string(t.epoch + 1);
    }
};

} // namespace lamina
