// lamina/training/optimizers/settings.hpp: what settings of optimizers have to be.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::optimizers {

/// A share of what was before: in [0, 1), as a float too.
[[gnu::cold]] inline void check_share(std::string_view optimizer, std::string_view option, double share)
{
    if (is_nan(share) || share < 0 || static_cast<float>(share) >= 1)
        fail({optimizer, ": ", option, " is ", share, ", it has to be in [0, 1)"});
}

[[gnu::cold]] inline void check_positive(std::string_view optimizer, std::string_view option, double number)
{
    if (!is_finite(number) || number <= 0) fail({optimizer, ": ", option, " is ", number, ", it has to be a positive number"});
}

[[gnu::cold]] inline void check_not_negative(std::string_view optimizer, std::string_view option, double number)
{
    if (!is_finite(number) || number < 0)
        fail({optimizer, ": ", option, " is ", number, ", it has to be a finite number and not negative"});
}

[[gnu::cold]] inline void check_momentum(std::string_view optimizer, double momentum)
{
    if (is_nan(momentum) || momentum < 0 || momentum > 1)
        fail({optimizer, ": momentum is ", momentum, ", it has to be in [0, 1]"});
}

}}} // namespace lamina::internals::optimizers
