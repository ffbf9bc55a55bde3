// The table of tanh: its polynomials computed anew, and its error over all floats that differ.
#include "catch.hpp"

#include <lamina/kernels/tanh_table.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

using namespace lamina;
using namespace lamina::internals;
namespace math = internals::kernels::math;

namespace {

constexpr std::size_t terms = 10, degree = math::detail::tanh_degree;

/// The first terms of a Taylor series of tanh, from a' = 1 - a².
std::array<double, terms + 1> series(double middle)
{
    std::array<double, terms + 1> a{std::tanh(middle)};
    for (std::size_t n = 0; n < terms; ++n) {
        double next = n == 0 ? 1 : 0;
        for (std::size_t k = 0; k <= n; ++k) next -= a[k] * a[n - k];
        a[n + 1] = next / double(n + 1);
    }
    return a;
}

/// Takes from the terms above the table's degree the Chebyshev polynomials that they lead, in -1 … 1.
void economize(std::array<double, terms + 1>& a)
{
    for (std::size_t n = terms; n > degree; --n) {
        double share = 1; // of x to the n - 2k in 2 to the 1 - n times the polynomial
        for (std::size_t k = 1; 2 * k <= n; ++k) {
            share *= -double((n - 2 * k + 2) * (n - 2 * k + 1)) / double(4 * k * (n - k));
            a[n - 2 * k] -= a[n] * share;
        }
    }
}

/// x - x³ / 3 + 2 / 15 x⁵ on 0 … reach without its last term: x to the fourth falls by the Chebyshev polynomial that it leads where
/// that is stretched so that its first root is 0.
std::array<double, degree + 1> first_interval(double reach)
{
    const double root = std::cos(std::numbers::pi / 8), scale = (1 + root) / reach; // y = x · scale - root
    const double leads = 2. / 15 / (8 * std::pow(scale, 4));                        // times 8y⁴ - 8y² + 1
    std::array<double, degree + 1> a{0, 1, 0, -1. / 3, 0};
    for (std::size_t n = 0; n < degree; ++n) { // the term x to the n of it, by its derivatives at y = -root
        const double r = root,
                     derivatives[] = {8 * r * r * r * r - 8 * r * r + 1, -(32 * r * r * r - 16 * r), 48 * r * r - 8, -32 * r};
        a[n + 1] -= leads * derivatives[n] * std::pow(scale, n);
    }
    return a;
}

} // namespace

TEST_CASE("the table of tanh is the economized Taylor series of each interval", "[kernels][tanh_table]")
{
    double begin = math::detail::tanh_begin, end;
    for (std::size_t i = 0; i < math::detail::tanh_intervals; ++i, begin = end) {
        end = begin + std::exp2(std::floor(std::log2(begin))) / 8;
        const double middle = i == 0 ? 0 : (begin + end) / 2 - math::detail::tanh_begin;
        const double reach = end - math::detail::tanh_begin - middle;
        const std::size_t place = std::bit_cast<std::uint32_t>(float(begin)) >> 20 & 31;
        INFO("interval " << i << " at place " << place);
        CHECK(math::detail::tanh_middle[place] == float(middle));
        auto a = series(middle);
        double scale = 1;
        for (double& term : a) term *= scale, scale *= reach;
        economize(a);
        scale = 1;
        for (std::size_t n = 0; n <= degree; ++n, scale *= reach) {
            const double term = i == 0 ? first_interval(reach)[n] : a[n] / scale;
            const double size = std::max(std::abs(term), n == 0 ? 1.0 : 1e-9);
            CHECK(std::abs(math::detail::tanh_factor[n][place] - term) <= 1e-4 * size * (n == 0 ? 1e-3 : 1));
        }
    }
    CHECK(end == 10);
}

#if defined(__AVX512F__)
namespace {

using lanes = internals::simd::batch<float>;

float table_tanh(float x) { return (math::table_tanh<lanes>{}(lanes(x))).get(0); }

} // namespace

TEST_CASE("tanh from the table is within 1.5 ulp, never above 1, odd, and IEEE at the ends", "[kernels][tanh_table]")
{
    static_assert(internals::simd::looks_up<lanes> && !internals::simd::looks_up<internals::simd::batch<double>>);
    const math::table_tanh<lanes> function;
    double worst = 0;
    bool above = false, odd = true;
    for (std::uint32_t bits = 0; bits < 0x41800000u; bits += 16 * 61) { // up to 16
        alignas(64) float x[lanes::size], y[lanes::size], minus[lanes::size];
        for (std::uint32_t i = 0; i < lanes::size; ++i) x[i] = std::bit_cast<float>(bits + 61 * i);
        function(lanes::load_aligned(x)).store_aligned(y);
        function(-lanes::load_aligned(x)).store_aligned(minus);
        for (std::size_t i = 0; i < lanes::size; ++i) {
            const double exact = std::tanh(double(x[i]));
            const float nearest = float(exact);
            const double ulp = double(nearest) - double(std::nextafter(nearest, 0.f));
            if (ulp > 0) worst = std::max(worst, std::abs(y[i] - exact) / ulp);
            above = above || y[i] > 1;
            odd = odd && minus[i] == -y[i];
        }
    }
    CHECK(worst <= 1.5);
    CHECK_FALSE(above);
    CHECK(odd);

    using limits = std::numeric_limits<float>;
    CHECK(std::isnan(table_tanh(limits::quiet_NaN())));
    CHECK(table_tanh(limits::infinity()) == 1);
    CHECK(table_tanh(-limits::infinity()) == -1);
    CHECK(table_tanh(limits::max()) == 1);
    CHECK(table_tanh(9.3f) == 1);
    CHECK(table_tanh(10.f) == 1);
    CHECK(table_tanh(0.f) == 0);
    CHECK_FALSE(std::signbit(table_tanh(0.f)));
    CHECK(std::signbit(table_tanh(-0.f)));
    CHECK(table_tanh(limits::denorm_min()) == limits::denorm_min());
}
#endif
