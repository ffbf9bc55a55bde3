// pooling: equality with the plain loops over windows, strides, paddings; ties, NaN, infinities; writes inside the outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/pooling.hpp>
#include <lamina/kernels/reference/pooling.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::pooling_sizes;
namespace reference = internals::kernels::reference;

namespace {

constexpr pooling_sizes sizes_of(std::size_t height, std::size_t width, std::size_t channels, std::size_t window,
                                 std::size_t stride, bool same)
{
    const auto out = [&](std::size_t n) { return same ? (n + stride - 1) / stride : (n - window) / stride + 1; };
    const auto pad = [&](std::size_t n) {
        const std::size_t reach = (out(n) - 1) * stride + window;
        return same && reach > n ? (reach - n) / 2 : 0;
    };
    return {height, width, channels, window, window, stride, stride, pad(height), pad(width), out(height), out(width)};
}

/// The same values, NaN included; 0 and -0 are not told apart.
template <class T> bool same_values(const Buffer<T>& a, const Buffer<T>& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))) return false;
    return true;
}

template <class T, class S> void compare_maximum(const Buffer<T>& x, std::size_t n, S sizes)
{
    const pooling_sizes s = sizes;
    const std::size_t out = s.out_height * s.out_width * s.channels;
    const auto dy = Buffer<T>(n * out, 1).random(2);

    Buffer<T> y(n * out, 1), expected(n * out);
    internals::kernels::max_pooling_forward(x.data(), y.data(), n, sizes);
    reference::max_pooling_forward(x.data(), expected.data(), n, s);
    CHECK(same_values(y, expected));
    CHECK(y.guarded());

    const auto abs_dy = dy.magnitudes();
    Buffer<T> dx(x.size(), 1, T(7)), dx_expected(x.size()), magnitude(x.size());
    internals::kernels::max_pooling_backward(x.data(), y.data(), dy.data(), dx.data(), n, sizes);
    reference::max_pooling_backward(x.data(), y.data(), dy.data(), dx_expected.data(), n, s);
    reference::max_pooling_backward(x.data(), y.data(), abs_dy.data(), magnitude.data(), n, s);
    CHECK(worst(dx, dx_expected, magnitude) <= sum_bound(s.window_height * s.window_width));
    CHECK(dx.guarded());
}

/// Runs the four kernels on `n` images and compares each with its twin.
template <class T, class S> void compare(std::size_t n, S sizes)
{
    const pooling_sizes s = sizes;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.channels;
    const std::size_t cells = s.window_height * s.window_width;
    CAPTURE(n, s.height, s.width, s.channels, s.window_height, s.window_width, s.stride_height, s.stride_width, s.pad_top,
            s.pad_left);
    CAPTURE(s.out_height, s.out_width, sizeof(T), is_fixed<S>);

    const auto x = Buffer<T>(n * in, 1).random(1), dy = Buffer<T>(n * out, 1).random(2);
    const auto abs_x = x.magnitudes(), abs_dy = dy.magnitudes();

    Buffer<T> y(n * out, 1), expected(n * out), magnitude(n * out);
    internals::kernels::average_pooling_forward(x.data(), y.data(), n, sizes);
    reference::average_pooling_forward(x.data(), expected.data(), n, s);
    reference::average_pooling_forward(abs_x.data(), magnitude.data(), n, s);
    CHECK(worst(y, expected, magnitude) <= sum_bound(cells));
    CHECK(y.guarded());

    Buffer<T> dx(n * in, 1, T(7)), dx_expected(n * in), dx_magnitude(n * in);
    internals::kernels::average_pooling_backward(dy.data(), dx.data(), n, sizes);
    reference::average_pooling_backward(dy.data(), dx_expected.data(), n, s);
    reference::average_pooling_backward(abs_dy.data(), dx_magnitude.data(), n, s);
    CHECK(worst(dx, dx_expected, dx_magnitude) <= sum_bound(cells));
    CHECK(dx.guarded());

    if (internals::kernels::detail::disjoint(s)) {
        Buffer<T> dz(n * in, 1, T(7)), product(n * in);
        internals::kernels::average_pooling_backward(x.data(), dy.data(), dz.data(), n, sizes,
                                                     [](const auto& at, const auto& share) { return at * share; });
        for (std::size_t i = 0; i < product.size(); ++i) product[i] = x[i] * dx[i];
        CHECK(same_values(dz, product));
        CHECK(dz.guarded());
    }

    compare_maximum(x, n, sizes);
    auto special = x; // few values, so that most windows hold their maximum twice; some NaN and infinities
    const T infinity = std::numeric_limits<T>::infinity(),
            some[] = {0, 1, -1, -T(0), infinity, -infinity, 1, 0, 1, std::numeric_limits<T>::quiet_NaN()};
    std::mt19937 generator(3);
    for (std::size_t i = 0; i < special.size(); ++i) special[i] = some[generator() % std::size(some)];
    compare_maximum(special, n, sizes);
}

} // namespace

TEMPLATE_TEST_CASE("pooling equals plain loops at run-time sizes", "[kernels][pooling]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t channels : {std::size_t(1), std::size_t(3), lanes - 1, lanes, lanes + 1, 2 * lanes + 3})
        for (std::size_t window = 1; window <= 4; ++window)
            for (std::size_t stride = 1; stride <= 4; ++stride)
                for (const bool same : {false, true}) compare<TestType>(2, sizes_of(7, 5, channels, window, stride, same));
    for (const std::size_t n : sample_counts) compare<TestType>(n, sizes_of(9, 4, 5, 2, 2, true));
    compare<TestType>(2, pooling_sizes{7, 6, 3, 3, 2, 1, 3, 1, 0, 7, 2});
    compare<TestType>(2, pooling_sizes{3, 6, 3, 5, 2, 2, 1, 2, 1, 2, 7});
}

TEMPLATE_TEST_CASE("pooling equals plain loops with a dilation, with padding that counts, over even parts", "[kernels][pooling]",
                   float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t channels : {std::size_t(1), lanes - 1, lanes + 1}) {
        const auto x = Buffer<TestType>(3 * 7 * 8 * channels, 1).random(4);
        compare_maximum(x, 3, pooling_sizes{7, 8, channels, 3, 2, 1, 2, 1, 0, 5, 3, 2, 3});
        compare_maximum(x, 3, pooling_sizes{7, 8, channels, 2, 3, 3, 1, 1, 1, 3, 6, 3, 2});
        compare<TestType>(2, pooling_sizes{7, 8, channels, 3, 3, 2, 2, 1, 1, 4, 4, 1, 1, 9, 10});
        compare<TestType>(
            2, pooling_sizes{6, 8, channels, 3, 2, 2, 3, 1, 1, 4, 4, 1, 1, 8, 10}); // the last rows lie beyond the padding
        const auto even = [&](std::size_t height, std::size_t width, std::size_t out_height, std::size_t out_width) {
            compare<TestType>(
                2, pooling_sizes{height, width, channels, height, width, 1, 1, 0, 0, out_height, out_width, 1, 1, 0, 0, true});
        };
        even(7, 5, 3, 2);
        even(6, 4, 3, 2);
        even(2, 3, 5, 3);
        even(1, 1, 1, 4);
    }
    compare<TestType>(2, fixed<pooling_sizes{7, 5, 3, 7, 5, 1, 1, 0, 0, 3, 2, 1, 1, 0, 0, true}>{});
}

TEST_CASE("pooling equals plain loops at constant sizes", "[kernels][pooling]")
{
    for (const std::size_t n : sample_counts) {
        compare<float>(n, fixed<sizes_of(28, 28, 6, 2, 2, false)>{});
        compare<float>(n, fixed<sizes_of(10, 10, 16, 2, 2, false)>{});
    }
    compare<float>(3, fixed<sizes_of(8, 7, 19, 3, 2, true)>{});
    compare<double>(3, fixed<sizes_of(7, 9, 5, 3, 1, true)>{});
}

TEMPLATE_TEST_CASE("a maximum's gradient goes to exactly one cell", "[kernels][pooling]", float, double)
{
    const TestType nan = std::numeric_limits<TestType>::quiet_NaN(), infinity = std::numeric_limits<TestType>::infinity();
    const pooling_sizes sizes{2, 2, 1, 2, 2, 2, 2, 0, 0, 1, 1};
    const auto winner = [&](std::initializer_list<TestType> cells) {
        Buffer<TestType> x(4), y(1), dy(1, 0, TestType(5)), dx(4);
        std::copy(cells.begin(), cells.end(), x.data());
        internals::kernels::max_pooling_forward<TestType>(x.data(), y.data(), 1, sizes);
        internals::kernels::max_pooling_backward<TestType>(x.data(), y.data(), dy.data(), dx.data(), 1, sizes);
        CHECK(dx[0] + dx[1] + dx[2] + dx[3] == 5);
        return std::find(dx.data(), dx.data() + 4, TestType(5)) - dx.data();
    };
    CHECK(winner({1, 3, 3, 2}) == 1);
    CHECK(winner({2, 2, 2, 2}) == 0);
    CHECK(winner({-infinity, -infinity, -infinity, -infinity}) == 0);
    CHECK(winner({1, nan, 7, nan}) == 1);
    CHECK(winner({nan, nan, nan, nan}) == 0);
    CHECK(winner({infinity, 0, nan, 0}) == 2);
}

TEST_CASE("an average leaves the padding out", "[kernels][pooling]")
{
    const auto sizes = sizes_of(3, 3, 1, 2, 2, true);
    Buffer<float> x(9), y(4);
    for (std::size_t i = 0; i < 9; ++i) x[i] = float(i);
    internals::kernels::average_pooling_forward<float>(x.data(), y.data(), 1, sizes);
    CHECK((y[0] == 2 && y[1] == 3.5f && y[2] == 6.5f && y[3] == 8));
}
