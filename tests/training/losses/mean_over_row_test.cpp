// mean_over_row: a formula that gives something for zeros, at every width around a register; what is behind a row counts for nothing.
#include "training/losses/differences.hpp"

#include <lamina/training/losses/mean_over_row.hpp>

using namespace lamina;
using namespace lamina::internals;

TEMPLATE_TEST_CASE("the mean and its slopes are those of the row alone", "[training][losses]", float, double)
{
    using T = TestType;
    const auto formula = []<class V>(const V& p, const V& t) { return ValueAndSlope{V(p * t + V(T(3))), t}; };
    const std::size_t lanes = simd::lanes<T>;
    for (const std::size_t n : {std::size_t(1), lanes - 1, lanes, lanes + 1, 3 * lanes + 2}) {
        std::vector<T> p(n), gradient(n + 1, T(77));
        std::vector<short> t(n);
        T sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            p[i] = static_cast<T>(i % 7);
            t[i] = static_cast<short>(i % 5);
            sum += p[i] * static_cast<T>(t[i]) + 3;
        }
        INFO("width " << n);
        const T mean = sum / static_cast<T>(n);
        CHECK(mean_over_row(p.data(), t.data(), n, gradient.data(), static_cast<T>(n), formula) == Approx(mean));
        CHECK(mean_over_row(p.data(), t.data(), n, static_cast<T*>(nullptr), T(1), formula) == Approx(mean));
        for (std::size_t i = 0; i < n; ++i) CHECK(gradient[i] == static_cast<T>(t[i]));
        CHECK(gradient[n] == T(77));
    }
    CHECK(mean_over_row(static_cast<const T*>(nullptr), static_cast<const T*>(nullptr), 0, static_cast<T*>(nullptr), T(1),
                        formula) == 0);
}
