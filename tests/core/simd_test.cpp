// Registers: sums, fma, quotients and masks, for every type of number.
#include "catch.hpp"
#include "core/registers.hpp"

#include <lamina/core/simd.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(internals::simd::lanes<float> == 2 * internals::simd::lanes<double>);
static_assert(internals::simd::registers == 16 || internals::simd::registers == 32);
#if defined(__AVX512F__)
static_assert(internals::simd::lanes<float> == 16 && internals::simd::registers == 32);
#elif defined(__AVX__)
static_assert(internals::simd::lanes<float> == 8);
#elif defined(__SSE2__)
static_assert(internals::simd::lanes<float> == 4);
#endif

TEMPLATE_TEST_CASE("reductions meet every lane", "[core][simd]", float, double, std::int32_t, std::int64_t)
{
    using T = TestType;
    constexpr std::size_t lanes = internals::simd::lanes<T>;
    CHECK(internals::simd::reduce_add(counting<T>()) ==
          T(lanes * (lanes + 1) / 2)); // NOLINT(bugprone-integer-division): it is even
    CHECK(internals::simd::reduce_max(counting<T>()) == static_cast<T>(lanes));
    for (std::size_t i = 0; i < lanes; ++i) {
        std::vector<T> values(lanes, T(-5));
        values[i] = T(-2);
        const auto x = internals::simd::batch<T>::load_unaligned(values.data());
        CHECK(internals::simd::reduce_max(x) == T(-2));
        CHECK(internals::simd::reduce_add(x) == static_cast<T>(-5 * static_cast<int>(lanes) + 3));
    }
}

TEST_CASE("quotients are as good as divisions, keep the sign of zero and do not pass 1", "[core][simd]")
{
    const auto ratio = [](float a, float b) {
        return values_of(internals::simd::quotient(internals::simd::batch<float>(a), internals::simd::batch<float>(b)))[0];
    };
    std::mt19937 random(1);
    std::uniform_real_distribution<float> fraction(1.f, 2.f);
    std::uniform_int_distribution<int> power(-60, 60);
    double worst = 0;
    bool above = false;
    for (int i = 0; i < 100000; ++i) {
        const float b = std::ldexp(fraction(random), power(random)), a = std::ldexp(fraction(random), power(random));
        const double exact = double(a) / double(b), ulp = std::ldexp(1.0, std::ilogb(exact) - 23);
        worst = std::max(worst, std::abs(double(ratio(a, b)) - exact) / ulp);
        above = above || ratio(b, b) > 1 || ratio(std::nextafter(b, 0.f), b) > 1;
    }
    CHECK(worst <= 0.6);
    CHECK_FALSE(above);
    CHECK_FALSE(std::signbit(ratio(0.f, 3.f)));
    CHECK(std::signbit(ratio(-0.f, 3.f)));
    CHECK(ratio(-6.f, 3.f) == -2.f);
    CHECK(std::isnan(ratio(std::numeric_limits<float>::quiet_NaN(), 3.f)));
}

TEMPLATE_TEST_CASE("fma multiplies and adds, in one rounding where the hardware does", "[core][simd]", float, double)
{
    using T = TestType;
    const auto result = values_of<T>(internals::simd::fma(counting<T>(), counting<T>(T(2)), counting<T>(T(-1))));
    for (std::size_t i = 0; i < result.size(); ++i) CHECK(result[i] == static_cast<T>((i + 1) * (i + 1) * 2 - (i + 1)));

    // (1 + e)² - 1 - 2e is e² in one rounding, 0 in two.
    const T e = std::numeric_limits<T>::epsilon();
    const internals::simd::batch<T> a(1 + e), c(-(1 + 2 * e));
    const T exact = values_of<T>(internals::simd::fma(a, a, c))[0];
#if defined(__FMA__) || defined(__AVX512F__) || defined(__aarch64__)
    CHECK(exact == e * e);
#else
    CHECK((exact == 0 || exact == e * e));
#endif
    CHECK(std::isnan(values_of<T>(internals::simd::fma(internals::simd::batch<T>(0),
                                                       internals::simd::batch<T>(std::numeric_limits<T>::infinity()), c))[0]));

    auto sum = c;
    internals::simd::add_product(sum, a, a);
    CHECK(values_of<T>(sum) == values_of<T>(internals::simd::fma(a, a, c)));
}

TEMPLATE_TEST_CASE("mask_xor is set where exactly one is", "[core][simd]", float, double, std::int32_t)
{
    using T = TestType;
    constexpr std::size_t lanes = internals::simd::lanes<T>;
    const auto x = counting<T>();
    for (std::size_t low = 0; low <= lanes + 1; ++low)
        for (std::size_t high = 0; high <= lanes + 1; ++high) {
            const auto either = internals::simd::mask_xor(x < internals::simd::batch<T>(static_cast<T>(low)),
                                                          x < internals::simd::batch<T>(static_cast<T>(high)));
            const auto chosen =
                values_of<T>(xsimd::select(either, internals::simd::batch<T>(T(1)), internals::simd::batch<T>(T(0))));
            for (std::size_t i = 0; i < lanes; ++i) CHECK(chosen[i] == T((i + 1 < low) != (i + 1 < high)));
        }
}

TEMPLATE_TEST_CASE("keep changes nothing", "[core][simd]", float, double, std::int32_t)
{
    CHECK(values_of<TestType>(internals::simd::keep(counting<TestType>(TestType(3)))) ==
          values_of<TestType>(counting<TestType>(TestType(3))));
}
