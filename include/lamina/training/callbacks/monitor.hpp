// lamina/training/callbacks/monitor.hpp: which way a figure gets better.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <cmath>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Whether a smaller or a larger figure is the better one; `automatic` tells by the figure's name.
enum class monitor_mode { automatic, min, max };

namespace internals {

/// Decides `automatic`: losses, errors and cross-entropies are better small, accuracies large, with or without `val_`.
/// Refuses any other name, as guessing wrong would keep the worst weights.
inline monitor_mode direction_of(std::string_view figure, monitor_mode mode)
{
    if (mode != monitor_mode::automatic) return mode;
    for (const auto word : {"loss", "error", "crossentropy"})
        if (figure.find(word) != figure.npos) return monitor_mode::min;
    if (figure.find("accuracy") != figure.npos) return monitor_mode::max;
    fail({"whether \"", figure, "\" gets better downwards or upwards cannot be told by its name; ",
          "set the mode to monitor_mode::min or monitor_mode::max"});
}

/// Whether a figure is better than another by more than `min_delta`; NaN never is. `down` says which way it gets better.
inline bool improves_on(double current, double reference, bool down, double min_delta)
{
    if (is_nan(current)) return false;
    return down ? current + std::abs(min_delta) < reference : current - std::abs(min_delta) > reference;
}

} // namespace internals

}} // namespace lamina
