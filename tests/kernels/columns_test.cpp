// columns: sums and functions over rows with numbers a column, of every width, against plain loops.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/columns.hpp>
#include <lamina/kernels/reference/columns.hpp>

using namespace lamina;
using namespace lamina::internals;
namespace reference = internals::kernels::reference;

namespace {

constexpr std::size_t widths[] = {1, 2, 3, 5, 6, 8, 15, 16, 17, 24, 33, 64, 100, 257};
constexpr std::size_t rows_of[] = {0, 1, 2, 7, 16, 33, 255, 256, 257, 600};

} // namespace

TEMPLATE_TEST_CASE("sums over rows are those of plain loops", "[kernels][columns]", float, double)
{
    using T = TestType;
    const auto off_mean = [](const auto& a, const auto& b, const auto& m, const auto& s) { return (a - m) * b * s; };
    const auto magnitude = [](const auto& a, const auto& b, const auto& m, const auto& s) {
        using std::abs;
        return abs((a - m) * b * s);
    };
    for (const std::size_t width : widths)
        for (const std::size_t rows : rows_of) {
            const auto a = Buffer<T>(rows * width, 1).random(1), b = Buffer<T>(rows * width, 3).random(2),
                       m = Buffer<T>(width, 5).random(3), s = Buffer<T>(width).random(4, 0.5, 2);
            const std::array<const T*, 2> x{a.data(), b.data()}, c{m.data(), s.data()};
            std::vector<double> sums(width, 0.5), expected(width, 0.5), size(width, 0.5);
            kernels::sum_columns(sums.data(), rows, width, x, c, off_mean);
            reference::sum_columns(expected.data(), rows, width, x, c, off_mean);
            reference::sum_columns(size.data(), rows, width, x, c, magnitude);
            INFO(rows << " rows of " << width);
            for (std::size_t j = 0; j < width; ++j)
                REQUIRE(std::fabs(sums[j] - expected[j]) <= 74 * double(std::numeric_limits<T>::epsilon()) * size[j]);
        }
}

TEMPLATE_TEST_CASE("functions over rows are those of plain loops, in place and not", "[kernels][columns]", float, double)
{
    using T = TestType;
    const auto f = [](const auto& a, const auto& m, const auto& s) { return (a - m) * s; };
    for (const std::size_t width : widths)
        for (const std::size_t rows : rows_of) {
            const auto a = Buffer<T>(rows * width, 1).random(1), m = Buffer<T>(width, 5).random(3),
                       s = Buffer<T>(width).random(4, 0.5, 2);
            Buffer<T> y(rows * width, 3), expected(rows * width);
            auto place = a;
            kernels::map_columns(y.data(), rows, width, std::array<const T*, 1>{a.data()},
                                 std::array<const T*, 2>{m.data(), s.data()}, f);
            kernels::map_columns(place.data(), rows, width, std::array<const T*, 1>{place.data()},
                                 std::array<const T*, 2>{m.data(), s.data()}, f);
            reference::map_columns(expected.data(), rows, width, std::array<const T*, 1>{a.data()},
                                   std::array<const T*, 2>{m.data(), s.data()}, f);
            INFO(rows << " rows of " << width);
            REQUIRE((y.guarded() && place.guarded()));
            for (std::size_t i = 0; i < y.size(); ++i) {
                REQUIRE(y[i] == expected[i]);
                REQUIRE(place[i] == expected[i]);
            }
        }
}
