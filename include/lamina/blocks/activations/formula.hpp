// lamina/blocks/activations/formula.hpp: what the formulas of activations are written with, on registers and on plain numbers.
#pragma once

#include <lamina/blocks/activations/activation_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/math.hpp>

#include <concepts>
#include <limits>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

template <class T, class A> T number_in(const simd::batch<T, A>&);
template <std::floating_point T> T number_in(T);
template <class V> V number_as(double value) { return V(static_cast<decltype(number_in(V()))>(value)); }

template <class V> V clamp(const V& x, double low, double high)
{
    const V least = number_as<V>(low), most = number_as<V>(high);
    return simd::select(x < least, least, simd::select(x > most, most, x)); // keeps NaN
}

/// x, where it is −infinity the lowest number: times 0 that is 0, and not NaN. Keeps NaN.
template <class V> V above_minus_infinity(const V& x)
{
    return simd::at_least(x, V(std::numeric_limits<decltype(number_in(V()))>::lowest()));
}

}}} // namespace lamina::internals
