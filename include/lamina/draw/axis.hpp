// lamina/draw/axis.hpp: an axis from values to pixels, with ticks at round numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/draw/svg.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace draw {

/// Whether a value has a place on an axis: finite, and small enough to compute with.
inline bool drawable(double value) { return internals::is_finite(value) && std::abs(value) < 1e300; }

/// 1, 2 or 5 times a power of ten, so that `range` has about `ticks` such steps.
inline double round_step(double range, int ticks)
{
    const double rough = range / ticks, power = std::pow(10, std::floor(std::log10(rough))), leading = rough / power;
    return power * (leading < 1.5 ? 1 : leading < 3.5 ? 2 : leading < 7.5 ? 5 : 10);
}

/// Values from `low` to `high` on pixels from `start` to `end`.
struct Axis {
    double low, high, step, start, end;

    /// An axis whose ends are ticks, around drawable values from `least` to `greatest`.
    static Axis around(double least, double greatest, int ticks, double start, double end)
    {
        const double size = std::max(std::abs(least), std::abs(greatest));
        if (greatest - least <= std::max(1e-9 * size, 1e-300)) { // a single value lies in the middle
            const double margin = size > 1e-290 ? size / 2 : 1;
            least -= margin;
            greatest += margin;
        }
        const double step = round_step(greatest - least, ticks);
        return {std::floor(least / step) * step, std::ceil(greatest / step) * step, step, start, end};
    }

    double operator()(double value) const { return start + (end - start) * ((value - low) / (high - low)); }

    std::vector<double> ticks() const
    {
        std::vector<double> result;
        for (double i = std::ceil(low / step - 1e-6), last = std::floor(high / step + 1e-6); i <= last; ++i)
            result.push_back(i * step);
        return result;
    }

    /// A tick's value with as many digits as tell it from its neighbors.
    std::string label(double tick) const
    {
        const double digits = std::ceil(std::log10(std::max(std::abs(low), std::abs(high)) / step)) + 1;
        return number(std::abs(tick) < step / 2 ? 0 : tick, static_cast<int>(std::clamp(digits, 6.0, 15.0)));
    }
};

}}} // namespace lamina::draw
