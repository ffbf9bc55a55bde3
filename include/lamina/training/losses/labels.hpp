// lamina/training/losses/labels.hpp: targets as they come: which of them are classes, probabilities, finite numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::losses {

/// The class that a label of any arithmetic type names, or `width` where it names none: negative, too large, broken, NaN.
template <class Y> std::size_t class_of(Y label, std::size_t width)
{
    if constexpr (std::is_floating_point_v<Y>) {
        const double number = static_cast<double>(label);
        return !is_nan(number) && number >= 0 && number < static_cast<double>(width) && number == std::trunc(number)
                   ? static_cast<std::size_t>(number)
                   : width;
    }
    else {
        if constexpr (std::is_signed_v<Y>)
            if (label < 0) return width;
        return static_cast<std::size_t>(std::min<std::uintmax_t>(static_cast<std::uintmax_t>(label), width));
    }
}

template <class Y> bool all_probabilities(const Y* target, std::size_t n)
{
    return std::all_of(target, target + n,
                       [](const Y& y) { return !is_nan(y) && static_cast<double>(y) >= 0 && static_cast<double>(y) <= 1; });
}

/// Whether targets say yes or no: 1, and −1 or 0.
template <class Y> bool all_signs(const Y* target, std::size_t n)
{
    return std::all_of(target, target + n, [](const Y& y) {
        const double sign = static_cast<double>(y);
        return sign == 0 || sign == 1 || sign == -1;
    });
}

template <class Y> bool all_finite(const Y* target, std::size_t n)
{
    return std::all_of(target, target + n, [](const Y& y) { return is_finite(y); });
}

}}} // namespace lamina::internals::losses
