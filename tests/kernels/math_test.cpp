// math: at most 5 ulp from long double over dense sweeps and random bits; special values; lanes independent of neighbors.
#include "kernels/ulps.hpp"

#include <lamina/kernels/math.hpp>
#include <lamina/kernels/reference/math.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;
namespace math = internals::kernels::math;
namespace exact = internals::kernels::reference::math;

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
