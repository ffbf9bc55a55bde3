// normalization: rows with and without their mean, gradients, of every width, against plain loops in double.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/normalization.hpp>
#include <lamina/kernels/reference/normalization.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::row_norm;
namespace reference = internals::kernels::reference;

namespace {

template <class T, class E> void compare(std::size_t rows, E width, const row_norm& norm, bool scales, bool shifts)
{
    const std::size_t all = rows * width;
    INFO(rows << " rows of " << std::size_t(width) << (norm.centers ? ", centered" : "") << (norm.of_mean ? ", mean" : ""));
    const auto x = Buffer<T>(all, 1).random(1, -1, 2), dy = Buffer<T>(all, 3).random(2), gamma = Buffer<T>(width, 5).random(3),
               beta = Buffer<T>(width, 7).random(4);
    const T *const g = scales ? gamma.data() : nullptr, *const b = shifts ? beta.data() : nullptr;
    Buffer<T> y(all, 5, T(NAN)), dx(all, 7, T(NAN)), kept(2 * rows), dgamma(width, 1, T(0.5)), dbeta(width, 3, T(0.5));
    Buffer<T> y_expected(all), dx_expected(all), dgamma_expected(width, 0, T(0.5)), dbeta_expected(width, 0, T(0.5));
    internals::kernels::normalize_rows(x.data(), y.data(), rows, width, norm, g, b, kept.data());
    internals::kernels::normalize_rows_backward(x.data(), dy.data(), dx.data(), rows, width, norm, g, kept.data(),
                                                scales ? dgamma.data() : nullptr, shifts ? dbeta.data() : nullptr);
    reference::normalize_rows(x.data(), y_expected.data(), rows, std::size_t(width), norm, g, b);
    reference::normalize_rows_backward(x.data(), dy.data(), dx_expected.data(), rows, std::size_t(width), norm, g,
                                       scales ? dgamma_expected.data() : nullptr, shifts ? dbeta_expected.data() : nullptr);
    REQUIRE((y.guarded() && dx.guarded() && kept.guarded() && dgamma.guarded() && dbeta.guarded()));
    // Numbers are about 1, and |mean| / deviation is below 30 for the rows that are drawn; a row of one number is all mean.
    const double bound = 40 * (16 + double(width) / 16) * double(std::numeric_limits<T>::epsilon());
    double largest = 1;
    for (std::size_t i = 0; i < all; ++i) largest = std::fmax(largest, std::fabs(double(dx_expected[i])));
    for (std::size_t i = 0; i < all; ++i) {
        REQUIRE(std::fabs(double(y[i]) - double(y_expected[i])) <= bound);
        REQUIRE(std::fabs(double(dx[i]) - double(dx_expected[i])) <= bound * largest);
    }
    for (std::size_t i = 0; i < width; ++i) {
        REQUIRE(std::fabs(double(dgamma[i]) - double(dgamma_expected[i])) <= bound * double(rows + 1));
        REQUIRE(std::fabs(double(dbeta[i]) - double(dbeta_expected[i])) <= bound * double(rows + 1));
    }
    auto place = x;
    internals::kernels::normalize_rows(place.data(), place.data(), rows, width, norm, g, b, static_cast<T*>(nullptr));
    for (std::size_t i = 0; i < all; ++i) REQUIRE(place[i] == y[i]);
}

constexpr std::size_t widths[] = {1, 2, 3, 7, 8, 15, 16, 17, 33, 64, 65, 100, 257}, counts[] = {0, 1, 3};

} // namespace

TEMPLATE_TEST_CASE("rows are normalized as by plain loops", "[kernels][normalization]", float, double)
{
    for (const std::size_t width : widths)
        for (const std::size_t rows : counts)
            for (const row_norm& norm :
                 {row_norm{true, true, 1e-3}, row_norm{false, true, 1e-6}, row_norm{false, false, 1e-12}}) {
                compare<TestType>(rows, width, norm, true, true);
                compare<TestType>(rows, width, norm, false, false);
            }
    compare<TestType>(5, fixed<37>{}, {true, true, 1e-3}, true, false);
    compare<TestType>(5, fixed<4>{}, {true, true, 1e-3}, false, true);
}

TEST_CASE("A row of zeros stays zeros, and its gradient is finite", "[kernels][normalization]")
{
    const float x[5]{}, dy[]{1, 2, 3, 4, 5};
    float y[5], dx[5], kept[2];
    internals::kernels::normalize_rows(x, y, 1, std::size_t(5), {false, false, 1e-24}, static_cast<const float*>(nullptr),
                                       static_cast<const float*>(nullptr), kept);
    internals::kernels::normalize_rows_backward(x, dy, dx, 1, std::size_t(5), {false, false, 1e-24},
                                                static_cast<const float*>(nullptr), kept, static_cast<float*>(nullptr),
                                                static_cast<float*>(nullptr));
    for (std::size_t i = 0; i < 5; ++i) CHECK((y[i] == 0 && dx[i] == dy[i] * kept[1]));
}
