// lamina/training/history.hpp: what `fit` returns: the figures of every epoch.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/training/callbacks/monitor.hpp>
#include <lamina/training/logs.hpp>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The figures of every epoch, in order, and why training ended.
struct History {
    std::vector<Logs> epochs;
    std::string stopped_by; ///< the sentence of the callback that ended training; empty where all epochs were run

    std::size_t size() const { return epochs.size(); }

    /// One figure over the epochs. Refuses a name that an epoch does not have.
    LAMINA_OUTLINED std::vector<double> operator[](std::string_view name) const
    {
        internals::now_and_then();
        std::vector<double> result(epochs.size());
        for (std::size_t i = 0; i < result.size(); ++i) result[i] = epochs[i][name];
        return result;
    }

    /// The epoch, from 0, in which a figure was best; the first of equal ones, and never one in which it is NaN.
    LAMINA_OUTLINED std::size_t best(std::string_view name, monitor_mode mode = monitor_mode::automatic) const
    {
        const auto values = (*this)[name];
        const bool down = internals::direction_of(name, mode) == monitor_mode::min;
        std::size_t found = values.size();
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (internals::is_nan(values[i])) continue;
            if (found == values.size() || (down ? values[i] < values[found] : values[i] > values[found])) found = i;
        }
        if (found == values.size())
            internals::fail({"history: \"", name, "\" is a number in none of ", size(),
                             " epochs, so none is the best; was the model trained?"});
        return found;
    }

    /// Prints a line an epoch, `epoch 1: loss 0.1592, …`, and the reason why training ended.
    LAMINA_OUTLINED friend std::ostream& operator<<(std::ostream& out, const History& history)
    {
        for (std::size_t i = 0; i < history.size(); ++i) { // the number as a text, as a stream may group its digits
            std::string number;
            internals::append(number, {i + 1});
            out << "epoch " << number << ": " << history.epochs[i] << '\n';
        }
        if (!history.stopped_by.empty()) out << history.stopped_by << '\n';
        return out;
    }
};

}} // namespace lamina
