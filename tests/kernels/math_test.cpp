// math: at most 5 ulp from long double over dense sweeps and random bits; special values; lanes independent of neighbors.
#include "catch.hpp"

#include <lamina/kernels/math.hpp>
#include <lamina/kernels/reference/math.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

using namespace lamina;
using namespace lamina::internals;
namespace math = internals::kernels::math;
namespace exact = internals::kernels::reference::math;

namespace {

/// |got - expected| in units in the last place of T at `expected`; infinite if one is NaN or infinite and the other is not.
template <class T> double ulps(T got, long double expected)
{
    using limits = std::numeric_limits<T>;
    const T rounded = T(expected);
    if (got == rounded || (std::isnan(got) && std::isnan(rounded))) return 0;
    if (!std::isfinite(got) || !std::isfinite(rounded)) return std::numeric_limits<double>::infinity();
    const T magnitude = std::max(std::abs(rounded), limits::min());
    return double(std::abs((long double)got - expected) / std::ldexp(1.0L, std::ilogb(magnitude) - limits::digits + 1));
}

/// Dense in `low … high`, near 0 and 1, and over all bit patterns.
template <class T> std::vector<T> inputs(double low, double high)
{
    using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    std::mt19937_64 generator(11);
    std::vector<T> result;
    constexpr int many = sanitized ? 5000 : 100000;
    for (int i = 0; i <= many; ++i) result.push_back(T(low + (high - low) * i / many));
    for (int i = 0; i < 2 * many; ++i) {
        const bits pattern = bits(generator());
        T value;
        std::memcpy(&value, &pattern, sizeof value);
        result.push_back(value);
    }
    for (const double scale : {1e-1, 1e-3, 1e-5, 1e-9, 1e-20, 1e-39, 1e-310})
        for (int i = -2000; i < 2000; i += sanitized ? 20 : 1) {
            result.push_back(T(i / 2000.0 * scale));
            result.push_back(T(1 + i / 2000.0 * scale));
        }
    using limits = std::numeric_limits<T>;
    for (const T value :
         {T(0), T(1), limits::infinity(), limits::quiet_NaN(), limits::denorm_min(), limits::min(), limits::max(),
          limits::epsilon(), T(88.5), T(88.7228), T(103.9), T(104.1), T(709.7), T(745.1), T(745.2), std::nextafter(T(1), T(0))}) {
        result.push_back(value);
        result.push_back(-value);
    }
    return result;
}

template <class T, class F, class E> void check(const char* name, double low, double high, F function, E reference)
{
    using lanes = internals::simd::batch<T>;
    auto x = inputs<T>(low, high);
    x.resize(round_up(x.size(), lanes::size));
    double worst = 0, worst_scalar = 0;
    T at = 0, at_scalar = 0;
    std::size_t wrong_zeros = 0, dependent = 0;
    for (std::size_t i = 0; i < x.size(); i += lanes::size) {
        alignas(alignment) T y[lanes::size], alone[lanes::size];
        lanes(function(lanes::load_unaligned(x.data() + i))).store_aligned(y);
        lanes(function(lanes(x[i]))).store_aligned(alone);
        dependent += std::memcmp(y, alone, sizeof(T)) != 0 && !std::isnan(y[0]);
        for (std::size_t j = 0; j < lanes::size; ++j) {
            const long double expected = reference((long double)x[i + j]);
            const double off = ulps(y[j], expected), off_scalar = ulps(T(function(x[i + j])), expected);
            if (!(off <= worst)) worst = off, at = x[i + j];
            if (!(off_scalar <= worst_scalar)) worst_scalar = off_scalar, at_scalar = x[i + j];
            wrong_zeros += y[j] == 0 && expected == 0 && std::signbit(y[j]) != std::signbit(expected);
        }
    }
    CAPTURE(name, sizeof(T), at, at_scalar);
    CHECK(worst <= 5);
    CHECK(worst_scalar <= 5);
    CHECK(wrong_zeros == 0);
    CHECK(dependent == 0);
}

} // namespace

TEMPLATE_TEST_CASE("functions are within 5 ulp everywhere", "[kernels][math]", float, double)
{
    using T = TestType;
    const double end = sizeof(T) == 4 ? 110 : 760;
    check<T>("exp", -end, end, [](auto x) { return math::exp(x); }, exact::exp);
    check<T>("expm1", -40, end, [](auto x) { return math::expm1(x); }, exact::expm1);
    check<T>("log", 0, 100, [](auto x) { return math::log(x); }, exact::log);
    check<T>("log1p", -1, 10, [](auto x) { return math::log1p(x); }, exact::log1p);
    check<T>("tanh", -20, 20, [](auto x) { return math::tanh(x); }, exact::tanh);
    check<T>("sqrt", 0, 10, [](auto x) { return math::sqrt(x); }, exact::sqrt);
    check<T>("erf", -7, 7, [](auto x) { return math::erf(x); }, exact::erf);
    check<T>("gelu", -40, 40, [](auto x) { return math::gelu(x); }, exact::gelu);
    check<T>("sigmoid", -end, end, [](auto x) { return math::sigmoid(x); }, exact::sigmoid);
    check<T>("softplus", -end, end, [](auto x) { return math::softplus(x); }, exact::softplus);
}

TEMPLATE_TEST_CASE("special values are exact", "[kernels][math]", float, double)
{
    using lanes = internals::simd::batch<TestType>;
    const TestType infinity = std::numeric_limits<TestType>::infinity();
    const auto first = [](const lanes& x) {
        alignas(alignment) TestType values[lanes::size];
        x.store_aligned(values);
        return values[0];
    };
    CHECK(first(math::exp(lanes(TestType(0)))) == 1);
    CHECK(first(math::exp(lanes(-infinity))) == 0);
    CHECK(first(math::exp(lanes(infinity))) == infinity);
    CHECK(first(math::log(lanes(TestType(0)))) == -infinity);
    CHECK(first(math::log(lanes(infinity))) == infinity);
    CHECK(std::isnan(first(math::log(lanes(TestType(-1))))));
    CHECK(first(math::sigmoid(lanes(-infinity))) == 0);
    CHECK(first(math::sigmoid(lanes(infinity))) == 1);
    CHECK(first(math::sigmoid(lanes(TestType(0)))) == TestType(0.5));
    CHECK(first(math::softplus(lanes(infinity))) == infinity);
    CHECK(first(math::softplus(lanes(-infinity))) == 0);
    CHECK(first(math::tanh(lanes(infinity))) == 1);
    CHECK(first(math::erf(lanes(-infinity))) == -1);
    CHECK(first(math::gelu(lanes(-infinity))) == 0);
    CHECK(first(math::gelu(lanes(infinity))) == infinity);
    CHECK(first(math::normal(lanes(infinity)).distribution) == 1);
    CHECK(first(math::normal(lanes(TestType(0))).distribution) == TestType(0.5));
}
