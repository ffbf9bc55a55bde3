// Local response normalization: equality with the plain loops over odd widths and windows; writes inside the outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/local_response.hpp>
#include <lamina/kernels/reference/local_response.hpp>

#include <cmath>
#include <limits>

using namespace lamina;
using namespace lamina::internals;
namespace reference = internals::kernels::reference;

TEMPLATE_TEST_CASE("local response normalization is that of plain loops", "[kernels][local_response]", float, double)
{
    using T = TestType;
    const std::size_t lanes = simd::lanes<T>;
    for (const std::size_t width : {std::size_t{1}, std::size_t{2}, lanes - 1, lanes, lanes + 1, 3 * lanes + 2})
        for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{8}})
            for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
                CAPTURE(width, size, rows, sizeof(T));
                const kernels::local_response s{size, 0.5, 0.75, 2};
                const std::size_t n = rows * width;
                const auto x = Buffer<T>(n, 1).random(1), dy = Buffer<T>(n, 3).random(2);
                Buffer<T> scratch(kernels::local_response_scratch<T>(width, size), 0, std::numeric_limits<T>::quiet_NaN());
                Buffer<T> y(n, 1), expected(n), dx(n, 5), dx_expected(n);
                T* const none = nullptr;
                kernels::local_response_forward(x.data(), y.data(), scratch.data(), rows, width, s);
                reference::local_response_forward(x.data(), expected.data(), none, rows, width, s);
                kernels::local_response_backward(x.data(), dy.data(), dx.data(), scratch.data(), rows, width, s);
                reference::local_response_backward(x.data(), dy.data(), dx_expected.data(), none, rows, width, s);
                CHECK((y.guarded() && dx.guarded() && scratch.guarded()));
                const double bound = double(size + 8 + 5) * double(std::numeric_limits<T>::epsilon()); // |x|, |dy| <= 1, q >= 2
                for (std::size_t i = 0; i < n; ++i) {
                    CHECK(std::fabs(double(y[i]) - double(expected[i])) <= bound * std::fabs(double(expected[i])));
                    CHECK(std::fabs(double(dx[i]) - double(dx_expected[i])) <= 2 * bound);
                }
            }
}
