// softmax: equality with the plain loops over widths, in place and not; rows that are huge, infinite or NaN.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/reference/softmax.hpp>
#include <lamina/kernels/softmax.hpp>

using namespace lamina;
using namespace lamina::internals;
namespace reference = internals::kernels::reference;

namespace {

/// Runs the four kernels on `rows` rows and compares each with its twin.
template <class T, class E> void compare(std::size_t rows, E extent, double range)
{
    const std::size_t width = extent, size = rows * width;
    const double c = 8 + std::sqrt(double(width));
    CAPTURE(rows, width, range, sizeof(T), is_fixed<E>);
    const auto x = Buffer<T>(size, 1).random(1, -range, range), dy = Buffer<T>(size, 1).random(2);

    Buffer<T> y(size, 1), expected(size), magnitude(size);
    internals::kernels::softmax_forward(x.data(), y.data(), rows, extent);
    reference::softmax_forward(x.data(), expected.data(), rows, width);
    for (std::size_t i = 0; i < size; ++i) {
        const T* row = x.data() + i / width * width;
        magnitude[i] = T((c + double(*std::max_element(row, row + width)) - double(x[i])) / c * double(expected[i]));
    }
    CHECK(worst(y, expected, magnitude) <= c);
    CHECK(y.guarded());

    Buffer<T> dx(size, 1), dx_expected(size);
    internals::kernels::softmax_backward(y.data(), dy.data(), dx.data(), rows, extent);
    reference::softmax_backward(y.data(), dy.data(), dx_expected.data(), rows, width);
    for (std::size_t i = 0; i < size; ++i) {
        double sum = std::abs(double(dy[i]));
        for (std::size_t j = i / width * width; j < i / width * width + width; ++j) sum += std::abs(double(y[j]) * double(dy[j]));
        magnitude[i] = T(double(y[i]) * sum);
    }
    CHECK(worst(dx, dx_expected, magnitude) <= c);
    CHECK(dx.guarded());

    Buffer<T> log_y(size, 1), log_expected(size);
    internals::kernels::log_softmax_forward(x.data(), log_y.data(), rows, extent);
    reference::log_softmax_forward(x.data(), log_expected.data(), rows, width);
    for (std::size_t i = 0; i < size; ++i) magnitude[i] = 1 + std::abs(log_expected[i]);
    CHECK(worst(log_y, log_expected, magnitude) <= c);
    CHECK(log_y.guarded());

    Buffer<T> log_dx(size, 1), log_dx_expected(size);
    internals::kernels::log_softmax_backward(log_y.data(), dy.data(), log_dx.data(), rows, extent);
    reference::log_softmax_backward(log_y.data(), dy.data(), log_dx_expected.data(), rows, width);
    for (std::size_t i = 0; i < size; ++i) {
        double sum = 0;
        for (std::size_t j = i / width * width; j < i / width * width + width; ++j) sum += std::abs(double(dy[j]));
        magnitude[i] = T(std::abs(double(dy[i])) + std::exp(double(log_y[i])) * sum);
    }
    CHECK(worst(log_dx, log_dx_expected, magnitude) <= c);
    CHECK(log_dx.guarded());

    // In place, to the bit.
    auto place = x, gradient = dy, log_place = x, log_gradient = dy;
    internals::kernels::softmax_forward(place.data(), place.data(), rows, extent);
    internals::kernels::softmax_backward(y.data(), gradient.data(), gradient.data(), rows, extent);
    internals::kernels::log_softmax_forward(log_place.data(), log_place.data(), rows, extent);
    internals::kernels::log_softmax_backward(log_y.data(), log_gradient.data(), log_gradient.data(), rows, extent);
    const std::size_t bytes = size * sizeof(T);
    CHECK((std::memcmp(place.data(), y.data(), bytes) == 0 && std::memcmp(gradient.data(), dx.data(), bytes) == 0));
    CHECK(
        (std::memcmp(log_place.data(), log_y.data(), bytes) == 0 && std::memcmp(log_gradient.data(), log_dx.data(), bytes) == 0));
}

} // namespace

TEMPLATE_TEST_CASE("softmax equals plain loops", "[kernels][softmax]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t rows : sample_counts)
        for (const double range : {1.0, 30.0, 1e30}) {
            for (const std::size_t width :
                 {std::size_t(1), std::size_t(2), std::size_t(10), lanes - 1, lanes, lanes + 1, 3 * lanes + 2, std::size_t(1000)})
                compare<TestType>(rows, width, range);
            compare<TestType>(rows, fixed<std::size_t(10)>{}, range);
            compare<TestType>(rows, fixed<std::size_t(1)>{}, range);
            compare<TestType>(rows, fixed<std::size_t(37)>{}, range);
        }
}

TEMPLATE_TEST_CASE("softmax treats infinities and NaN as NumPy would", "[kernels][softmax]", float, double)
{
    using T = TestType;
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    for (const std::size_t width : {std::size_t(1), std::size_t(3), std::size_t(16), std::size_t(33)}) {
        const auto run = [&](T first, T rest, bool logarithm) {
            Buffer<T> x(width, 0, rest);
            x[width / 2] = first;
            if (logarithm) internals::kernels::log_softmax_forward(x.data(), x.data(), 1, width);
            else internals::kernels::softmax_forward(x.data(), x.data(), 1, width);
            CHECK(x.guarded());
            return x;
        };
        for (const bool logarithm : {false, true}) {
            for (const auto& [first, rest] :
                 {std::pair{-infinity, -infinity}, {nan, T(1)}, {infinity, T(1)}, {nan, -infinity}, {nan, nan}}) {
                const auto y = run(first, rest, logarithm);
                CHECK(std::all_of(y.data(), y.data() + width, [](T value) { return std::isnan(value); }));
            }
            const auto certain = run(T(1e30), T(-1e30), logarithm); // one value far above the others: exactly certain
            CHECK(certain[width / 2] == T(logarithm ? 0 : 1));
            if (width > 1) {
                const auto excluded = run(-infinity, T(2), logarithm);
                CHECK(excluded[width / 2] == (logarithm ? -infinity : T(0)));
                CHECK(std::isfinite(excluded[0]));
            }
        }
    }
}
