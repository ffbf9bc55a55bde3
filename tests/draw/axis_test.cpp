// Axis: ticks at round places around any values.
#include <lamina/draw/axis.hpp>

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("an axis has ticks at round places around its values", "[draw][axis]")
{
    const auto ticks = [](double least, double greatest) { return draw::Axis::around(least, greatest, 5, 0, 100).ticks(); };
    const auto labels = [](double least, double greatest) {
        const auto axis = draw::Axis::around(least, greatest, 5, 0, 100);
        std::vector<std::string> result;
        for (const double tick : axis.ticks()) result.push_back(axis.label(tick));
        return result;
    };
    CHECK(ticks(0, 10) == std::vector<double>{0, 2, 4, 6, 8, 10});
    CHECK(ticks(3, 97) == std::vector<double>{0, 20, 40, 60, 80, 100});
    CHECK(ticks(-7, 12) == std::vector<double>{-10, -5, 0, 5, 10, 15});
    CHECK(labels(0.03, 0.31) == std::vector<std::string>{"0", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35"});
    CHECK(labels(-0.1, 0.2) == std::vector<std::string>{"-0.1", "-0.05", "0", "0.05", "0.1", "0.15", "0.2"});
    CHECK(labels(1e6 + 0.01, 1e6 + 0.03) ==
          std::vector<std::string>{"1000000.01", "1000000.015", "1000000.02", "1000000.025", "1000000.03"});
    CHECK(labels(2, 2) == std::vector<std::string>{"1", "1.5", "2", "2.5", "3"});

    // Whatever the values: finite, increasing, few ticks, and the ends of the pixels where they should be.
    for (const double least : {-1e299, -1e9, -1.0, -1e-300, -5e-324, 0.0, 5e-324, 1e-300, 1e-12, 0.1, 7.0, 1e17, 1e299})
        for (const double range : {0.0, 5e-324, 1e-300, 1e-17, 1e-8, 0.3, 1.0, 1e9, 1e298}) {
            INFO(least << " + " << range);
            const double greatest = least + range;
            const auto axis = draw::Axis::around(least, greatest, 5, 10, 110);
            const auto found = axis.ticks();
            CHECK((found.size() >= 2 && found.size() <= 14));
            CHECK((axis.low <= least + 1e-9 * axis.step && axis.high >= greatest - 1e-9 * axis.step));
            CHECK((axis(axis.low) == 10 && axis(axis.high) == 110));
            CHECK(std::is_sorted(found.begin(), found.end()));
        }
    CHECK_FALSE(draw::drawable(std::nan("")));
    CHECK_FALSE(draw::drawable(HUGE_VAL));
    CHECK_FALSE(draw::drawable(-1e301));
    CHECK(draw::drawable(-1e299));
}
