// Trigonometric and hyperbolic functions: at most 5 ulp from long double over dense sweeps and random bits; lanes independent of neighbors.
#include "kernels/ulps.hpp"

#include <lamina/kernels/trigonometry.hpp>

#include <cmath>

using namespace lamina;
namespace math = internals::kernels::math;

TEMPLATE_TEST_CASE("trigonometric functions are within 5 ulp everywhere", "[kernels][math]", float, double)
{
    using T = TestType;
    using wide = long double;
    for (const double far : {3.2, 110.0, 8100.0, 1.1e6}) {
        check<T>("sin", -far, far, [](auto x) { return math::sin(x); }, [](wide x) { return std::sin(x); });
        check<T>("cos", -far, far, [](auto x) { return math::cos(x); }, [](wide x) { return std::cos(x); });
        check<T>("tan", -far, far, [](auto x) { return math::tan(x); }, [](wide x) { return std::tan(x); });
    }
    check<T>("asin", -1, 1, [](auto x) { return math::asin(x); }, [](wide x) { return std::asin(x); });
    check<T>("acos", -1, 1, [](auto x) { return math::acos(x); }, [](wide x) { return std::acos(x); });
    check<T>("atan", -10, 10, [](auto x) { return math::atan(x); }, [](wide x) { return std::atan(x); });
}

TEMPLATE_TEST_CASE("hyperbolic functions are within 5 ulp everywhere", "[kernels][math]", float, double)
{
    using T = TestType;
    using wide = long double;
    const double end = sizeof(T) == 4 ? 91 : 712;
    check<T>("sinh", -end, end, [](auto x) { return math::sinh(x); }, [](wide x) { return std::sinh(x); });
    check<T>("cosh", -end, end, [](auto x) { return math::cosh(x); }, [](wide x) { return std::cosh(x); });
    check<T>("asinh", -10, 10, [](auto x) { return math::asinh(x); }, [](wide x) { return std::asinh(x); });
    check<T>("acosh", 1, 10, [](auto x) { return math::acosh(x); }, [](wide x) { return std::acosh(x); });
    check<T>("atanh", -1, 1, [](auto x) { return math::atanh(x); }, [](wide x) { return std::atanh(x); });
}

TEMPLATE_TEST_CASE("a lane of a sine does not depend on what its neighbors need", "[kernels][math]", float, double)
{
    using lanes = internals::simd::batch<TestType>;
    alignas(internals::alignment) TestType x[lanes::size], y[lanes::size], alone[lanes::size];
    for (std::size_t i = 0; i < lanes::size; ++i) x[i] = TestType(i + 1) * TestType(1.2345);
    const auto test = [&](const auto& f) {
        lanes(f(lanes::load_aligned(x))).store_aligned(y);
        for (std::size_t i = 0; i < lanes::size; ++i) {
            f(lanes::broadcast(x[i])).store_aligned(alone);
            CHECK(std::memcmp(&y[i], &alone[0], sizeof(TestType)) == 0);
        }
    };
    for (const TestType far : {TestType(1e-3), TestType(50), TestType(3000), TestType(1e8), TestType(1e30)}) {
        x[0] = far;
        test([](const lanes& v) { return math::sin(v); });
        test([](const lanes& v) { return math::cos(v); });
        test([](const lanes& v) { return math::tan(v); });
        test([](const lanes& v) { return math::sinh(v); });
        test([](const lanes& v) { return math::cosh(v); });
        test([](const lanes& v) { return math::asin(v); });
        test([](const lanes& v) { return math::asinh(v); });
    }
}
