// lamina/kernels/reference/math.hpp: the functions of kernels/math.hpp in long double, for the tests to count ulp against.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/math.hpp>

#include <numbers>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference::math {

inline long double exp(long double x) { return std::exp(x); }
inline long double expm1(long double x) { return std::expm1(x); }
inline long double log(long double x) { return std::log(x); }
inline long double log1p(long double x) { return std::log1p(x); }
inline long double tanh(long double x) { return std::tanh(x); }
inline long double sqrt(long double x) { return std::sqrt(x); }
inline long double erf(long double x) { return std::erf(x); }
inline long double gelu(long double x) { return x < -50 ? -0.0L : x * std::erfc(-x / std::numbers::sqrt2_v<long double>) / 2; }
inline long double sigmoid(long double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
inline long double softplus(long double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

}}} // namespace lamina::internals::kernels::reference::math
