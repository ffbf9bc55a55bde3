// lamina/training/losses/focal.hpp: what the focal cross-entropies share: a factor that is small where an answer is nearly right.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <cmath>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::losses {

/// x^gamma, where x is how far an answer is from right, and its derivative. The derivative at x = 0 has no bound where gamma is below 1.
template <class T> struct focus {
    T value, slope;

    focus(T x, T gamma) : value(std::pow(x, gamma)), slope(gamma == 0 ? T(0) : gamma * std::pow(x, gamma - 1)) {}
};

template <class L> [[gnu::cold]] void check_focal(const L& loss)
{
    if (!(loss.alpha >= 0 && loss.alpha <= 1)) fail({L::name, ": alpha is ", loss.alpha, ", it has to be in [0, 1]"});
    if (!(loss.gamma >= 0) || !is_finite(loss.gamma))
        fail({L::name, ": gamma is ", loss.gamma, ", it has to be a finite number of at least 0"});
}

}}} // namespace lamina::internals::losses
