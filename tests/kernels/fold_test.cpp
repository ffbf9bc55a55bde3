// fold and the products made of it equal their reference twins over odd sizes, and write inside their outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/fold.hpp>
#include <lamina/kernels/products.hpp>
#include <lamina/kernels/reference/fold.hpp>
#include <lamina/kernels/reference/products.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace lamina;
using namespace lamina::internals;
namespace reference = internals::kernels::reference;

TEMPLATE_TEST_CASE("Sums and largest numbers of rows of any length", "[kernels][fold]", float, double)
{
    using T = TestType;
    constexpr T least = -std::numeric_limits<T>::infinity();
    const std::size_t lanes = simd::lanes<T>;
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, lanes - 1, lanes, lanes + 1, 3 * lanes + 2, std::size_t{1000}}) {
        INFO(n << " numbers");
        const auto a = Buffer<T>(n, 1).random(1), b = Buffer<T>(n, 3).random(2);
        const auto product = [](const auto& x, const auto& y) { return x * y; };
        long double terms = 0;
        for (std::size_t i = 0; i < n; ++i) terms += std::fabs(a[i] * b[i]);
        const T sum = kernels::sum_of(n, product, a.data(), b.data());
        CHECK(std::fabs(sum - reference::sum_of(n, product, a.data(), b.data())) <=
              static_cast<T>(n + 2) * std::numeric_limits<T>::epsilon() * static_cast<T>(terms));

        const auto larger = []<class V>(const V& x, const V& y) {
            if constexpr (std::is_same_v<V, T>) return std::max(x, y);
            else return simd::at_least(x, y);
        };
        const auto itself = [](const auto& x) { return x; };
        CHECK(kernels::fold(n, least, larger, itself, a.data()) == reference::fold(n, least, larger, itself, a.data()));
    }
}

TEMPLATE_TEST_CASE("Products of two matrices of a sample", "[kernels][products]", float, double)
{
    using T = TestType;
    const std::size_t lanes = simd::lanes<T>;
    for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{3}, lanes + 1})
        for (const std::size_t terms : {std::size_t{0}, std::size_t{1}, lanes - 1, 2 * lanes + 3})
            for (const std::size_t columns : {std::size_t{1}, std::size_t{4}, lanes + 1}) {
                INFO(rows << " rows, " << terms << " terms, " << columns << " columns");
                const auto a = Buffer<T>(rows * terms, 1).random(1), b = Buffer<T>(terms * columns, 3).random(2);
                Buffer<T> y(rows * columns, 1), expected(rows * columns);
                const auto check = [&](const auto& kernel, const auto& twin) {
                    std::fill_n(y.data(), y.size(), std::numeric_limits<T>::quiet_NaN());
                    kernel(a.data(), b.data(), y.data(), rows, terms, columns);
                    twin(a.data(), b.data(), expected.data(), rows, terms, columns);
                    CHECK(y.guarded());
                    bool near = true;
                    for (std::size_t i = 0; i < y.size(); ++i) // numbers of at most 1
                        near = near && std::fabs(y[i] - expected[i]) <=
                                           static_cast<T>((2 + terms) * terms) * std::numeric_limits<T>::epsilon();
                    CHECK(near);
                };
                check([](auto... x) { kernels::multiply(x...); }, [](auto... x) { reference::multiply(x...); });
                check([](auto... x) { kernels::multiply_by_transposed(x...); },
                      [](auto... x) { reference::multiply_by_transposed(x...); });
                check([](auto... x) { kernels::multiply_transposed(x...); },
                      [](auto... x) { reference::multiply_transposed(x...); });
            }
}
