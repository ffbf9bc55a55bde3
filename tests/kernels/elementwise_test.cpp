// elementwise: every length and position gives the same bits; sums are what they claim; writes inside the outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/kernels/reference/elementwise.hpp>

using namespace lamina;
using namespace lamina::internals;
namespace reference = internals::kernels::reference;

namespace {

template <class T> bool same_bits(const Buffer<T>& a, const Buffer<T>& b)
{
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T> std::vector<std::size_t> lengths()
{
    const std::size_t lanes = internals::simd::lanes<T>;
    return {0, 1, lanes - 1, lanes, lanes + 1, 2 * lanes, 5 * lanes + 3, 1000};
}

} // namespace

TEMPLATE_TEST_CASE("transform equals a plain loop, in place and not", "[kernels][elementwise]", float, double)
{
    using T = TestType;
    for (const std::size_t n : lengths<T>()) {
        const auto a = Buffer<T>(n, 1).random(1), b = Buffer<T>(n, 2).random(2), c = Buffer<T>(n, 3).random(3);
        Buffer<T> y(n, 1), expected(n);

        const auto one = [](const auto& u) { return u - u * decltype(u + u)(T(0.25)); };
        internals::kernels::transform(a.data(), y.data(), n, one);
        reference::transform(a.data(), expected.data(), n, one);
        CHECK(worst(y, expected, a.magnitudes()) <= 1);

        const auto two = [](const auto& u, const auto& v) { return u - v; };
        internals::kernels::transform(a.data(), b.data(), y.data(), n, two);
        reference::transform(a.data(), b.data(), expected.data(), n, two);
        CHECK(same_bits(y, expected));
        auto place = b;
        internals::kernels::transform(a.data(), place.data(), place.data(), n, two);
        CHECK(same_bits(place, expected));

        const auto three = [](const auto& u, const auto& v, const auto& w) { return (u - v) - w; };
        internals::kernels::transform(a.data(), b.data(), c.data(), y.data(), n, three);
        reference::transform(a.data(), b.data(), c.data(), expected.data(), n, three);
        CHECK(same_bits(y, expected));
        CHECK((y.guarded() && place.guarded()));
    }
}

TEMPLATE_TEST_CASE("an element's bits do not depend on where it lies", "[kernels][elementwise]", float, double)
{
    using T = TestType;
    const auto f = [](const auto& x) { return internals::kernels::math::tanh(x) + internals::kernels::math::exp(x); };
    const auto x = Buffer<T>(100).random(5, -3, 3);
    Buffer<T> whole(100);
    internals::kernels::transform(x.data(), whole.data(), 100, f);
    for (std::size_t first = 0; first < 40; ++first)
        for (const std::size_t n : lengths<T>()) {
            if (first + n > 100) continue;
            Buffer<T> part(n, 1);
            internals::kernels::transform(x.data() + first, part.data(), n, f);
            CHECK(std::memcmp(part.data(), whole.data() + first, n * sizeof(T)) == 0);
        }
}

TEMPLATE_TEST_CASE("add, fill and the sums equal plain loops", "[kernels][elementwise]", float, double)
{
    using T = TestType;
    for (const std::size_t n : lengths<T>()) {
        const auto x = Buffer<T>(n, 1).random(1);
        auto y = Buffer<T>(n, 1).random(2), expected = y;
        internals::kernels::add(x.data(), y.data(), n);
        reference::add(x.data(), expected.data(), n);
        CHECK(same_bits(y, expected));
        internals::kernels::fill(y.data(), T(3), n);
        reference::fill(expected.data(), T(3), n);
        CHECK(same_bits(y, expected));
        CHECK(y.guarded());

        const double sum = internals::kernels::sum_of_squares(x.data(), n), sum_expected = reference::sum_of_squares(x.data(), n);
        CHECK(std::abs(sum - sum_expected) <= (2 + double(n) / 16) * std::numeric_limits<double>::epsilon() * sum_expected);
    }
    for (const std::size_t rows : {0u, 1u, 7u, 8u, 9u, 33u, 784u})
        for (const std::size_t width : lengths<T>()) {
            const auto x = Buffer<T>(rows * width, 1).random(1);
            auto sums = Buffer<T>(width, 1).random(2), expected = sums, magnitude = sums.magnitudes();
            internals::kernels::add_rows(x.data(), sums.data(), rows, width);
            reference::add_rows(x.data(), expected.data(), rows, width);
            reference::add_rows(x.magnitudes().data(), magnitude.data(), rows, width);
            CHECK(worst(sums, expected, magnitude) <= sum_bound(rows + 1));
            CHECK(sums.guarded());
        }
}

TEST_CASE("squares of floats neither overflow nor vanish", "[kernels][elementwise]")
{
    CHECK(internals::kernels::sum_of_squares(Buffer<float>(20, 0, 1e30f).data(), 20) == Approx(2e61));
    CHECK(internals::kernels::sum_of_squares(Buffer<float>(20, 0, 1e-30f).data(), 20) == Approx(2e-59));
    const float some[] = {1, std::numeric_limits<float>::quiet_NaN()};
    CHECK(std::isnan(internals::kernels::sum_of_squares(some, 2)));
}
