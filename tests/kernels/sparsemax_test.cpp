// kernels/sparsemax.hpp against its twin, over odd sizes.
#include "catch.hpp"

#include <lamina/core/random.hpp>
#include <lamina/kernels/reference/sparsemax.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace lamina;
using namespace lamina::internals::kernels;

TEMPLATE_TEST_CASE("Sparsemax equals its twin", "[kernels][sparsemax]", float, double)
{
    using T = TestType;
    const double tolerance = 4 * double(std::numeric_limits<T>::epsilon());
    Random random(Seed{5});
    for (const std::size_t width : {1u, 2u, 3u, 7u, 8u, 17u, 33u, 100u})
        for (const double spread : {0.1, 1.0, 10.0}) {
            const std::size_t rows = 5;
            std::vector<T> x(rows * width), y(x), wanted(x), dy(x), dx(x), wanted_dx(x);
            for (T& each : x) each = T(spread * random.normal());
            for (T& each : dy) each = T(random.normal());
            if (width > 2) x[1] = x[0]; // a tie
            sparsemax_forward(x.data(), y.data(), rows, width);
            reference::sparsemax_forward(x.data(), wanted.data(), rows, width);
            sparsemax_backward(y.data(), dy.data(), dx.data(), rows, width);
            reference::sparsemax_backward(y.data(), dy.data(), wanted_dx.data(), rows, width);
            double worst = 0, worst_dx = 0;
            for (std::size_t i = 0; i < x.size(); ++i) {
                worst = std::fmax(worst, std::fabs(double(y[i] - wanted[i])));
                worst_dx = std::fmax(worst_dx, std::fabs(double(dx[i] - wanted_dx[i])));
            }
            INFO("width " << width << ", spread " << spread);
            CHECK(worst <= spread * tolerance + tolerance);
            CHECK(worst_dx <= 4 * tolerance);
        }
}

TEST_CASE("Sparsemax of what is no number", "[kernels][sparsemax]")
{
    const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    float y[3];
    for (const std::vector<float>& x :
         {std::vector{1.f, nan, 0.f}, {nan, 0.f, 1.f}, {1.f, infinity, 0.f}, {-infinity, -infinity, -infinity}}) {
        sparsemax_forward(x.data(), y, std::size_t{1}, std::size_t{3});
        CHECK((std::isnan(y[0]) && std::isnan(y[1]) && std::isnan(y[2])));
    }
    const float x[]{-infinity, 1, 1.5f};
    sparsemax_forward(x, y, std::size_t{1}, std::size_t{3});
    CHECK(std::vector(y, y + 3) == std::vector{0.f, 0.25f, 0.75f});
}
