// pooling_any: equality with the plain loops over windows, strides, paddings, dilations, even parts; ties, NaN, infinities.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/pooling_any.hpp>
#include <lamina/kernels/reference/pooling_any.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::pooling_sizes;
namespace reference = internals::kernels::reference;

namespace {

template <class T> bool same_values(const Buffer<T>& a, const Buffer<T>& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))) return false;
    return true;
}

template <class T> void compare_maximum(const Buffer<T>& x, std::size_t n, const pooling_sizes& s)
{
    const std::size_t out = n * s.out_height * s.out_width * s.channels;
    const auto dy = Buffer<T>(out, 1).random(2), from = Buffer<T>(x.size(), 1).random(3);
    const T nan = std::numeric_limits<T>::quiet_NaN();

    Buffer<T> y(out, 1), expected(out), taken(out, 1, nan), taken_expected(out), largest(out);
    internals::kernels::max_pooling_any(x.data(), y.data(), n, s);
    reference::max_pooling_any(x.data(), expected.data(), n, s);
    CHECK(same_values(y, expected));
    internals::kernels::take_at_max(from.data(), x.data(), taken.data(), n, s);
    reference::take_at_max(from.data(), x.data(), taken_expected.data(), n, s);
    CHECK(same_values(taken, taken_expected));
    CHECK((y.guarded() && taken.guarded()));
    internals::kernels::take_at_max(x.data(), x.data(), largest.data(), n, s); // the maximum takes itself, where there is a cell
    for (std::size_t i = 0; i < out; ++i)
        if (std::isinf(y[i]) && y[i] < 0) largest[i] = y[i];
    CHECK(same_values(largest, y));

    const auto abs_dy = dy.magnitudes();
    Buffer<T> dx(x.size(), 1, nan), dx_expected(x.size()), magnitude(x.size()), as_layers(x.size());
    internals::kernels::spread_to_max(dy.data(), x.data(), dx.data(), n, s);
    reference::spread_to_max(dy.data(), x.data(), dx_expected.data(), n, s);
    reference::spread_to_max(abs_dy.data(), x.data(), magnitude.data(), n, s);
    CHECK(worst(dx, dx_expected, magnitude) <= sum_bound(s.window_height * s.window_width));
    internals::kernels::max_pooling_backward(x.data(), y.data(), dy.data(), as_layers.data(), n, s);
    CHECK(same_values(dx, as_layers));
    CHECK(dx.guarded());
}

template <class T> void compare(std::size_t n, const pooling_sizes& s, bool of_averages = true)
{
    const std::size_t in = n * s.height * s.width * s.channels, out = n * s.out_height * s.out_width * s.channels;
    CAPTURE(n, s.height, s.width, s.channels, s.window_height, s.window_width, s.stride_height, s.stride_width, s.pad_top,
            s.pad_left, s.out_height, s.out_width, s.adaptive, sizeof(T));
    const auto x = Buffer<T>(in, 1).random(1), dy = Buffer<T>(out, 1).random(2);
    if (of_averages) {
        const auto abs_x = x.magnitudes(), abs_dy = dy.magnitudes();
        Buffer<T> y(out, 1), expected(out), magnitude(out);
        internals::kernels::average_pooling_any(x.data(), y.data(), n, s);
        reference::average_pooling_any(x.data(), expected.data(), n, s);
        reference::average_pooling_any(abs_x.data(), magnitude.data(), n, s);
        CHECK(worst(y, expected, magnitude) <= sum_bound(s.window_height * s.window_width + s.height * s.width));
        Buffer<T> dx(in, 1), dx_expected(in), dx_magnitude(in);
        internals::kernels::spread_averages_any(dy.data(), dx.data(), n, s);
        reference::spread_averages_any(dy.data(), dx_expected.data(), n, s);
        reference::spread_averages_any(abs_dy.data(), dx_magnitude.data(), n, s);
        CHECK(worst(dx, dx_expected, dx_magnitude) <= sum_bound(s.window_height * s.window_width + s.out_height * s.out_width));
        CHECK((y.guarded() && dx.guarded()));
    }
    compare_maximum(x, n, s);
    auto special = x; // few values, so that most windows hold their maximum twice; some NaN and infinities
    const T infinity = std::numeric_limits<T>::infinity(),
            some[] = {0, 1, -1, -T(0), infinity, -infinity, 1, 0, 1, std::numeric_limits<T>::quiet_NaN()};
    std::mt19937 generator(3);
    for (std::size_t i = 0; i < special.size(); ++i) special[i] = some[generator() % std::size(some)];
    compare_maximum(special, n, s);
}

} // namespace

TEMPLATE_TEST_CASE("poolings of run-time sizes equal plain loops", "[kernels][pooling]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t channels : {std::size_t(1), std::size_t(3), lanes, lanes + 1}) {
        for (std::size_t window = 1; window <= 4; ++window)
            for (std::size_t stride = 1; stride <= 3; ++stride)
                for (std::size_t pad = 0; pad <= window / 2; ++pad) {
                    const auto outputs = [&](std::size_t size) { return (size + 2 * pad - window) / stride + 1; };
                    pooling_sizes s{7, 5, channels, window, window, stride, stride, pad, pad, outputs(7), outputs(5)};
                    compare<TestType>(2, s);
                    s.counted_height = 7 + 2 * pad, s.counted_width = 5 + 2 * pad;
                    compare<TestType>(1, s);
                }
        compare<TestType>(2, {7, 8, channels, 3, 2, 1, 2, 1, 0, 5, 3, 2, 3}, false); // only a maximum has a dilation
        pooling_sizes even{7, 8, channels, 1, 1, 1, 1, 0, 0, 3, 5};
        even.adaptive = true;
        compare<TestType>(3, even);
    }
    for (const std::size_t n : sample_counts) compare<TestType>(n, {9, 4, 5, 2, 2, 2, 2, 0, 0, 5, 2});
}

TEST_CASE("a tie of a maximum goes to the first cell", "[kernels][pooling]")
{
    const float x[] = {1, 3, 3, 3}, dy[] = {5}, from[] = {10, 20, 30, 40};
    const pooling_sizes s{2, 2, 1, 2, 2, 2, 2, 0, 0, 1, 1};
    float dx[4], y[1];
    internals::kernels::spread_to_max(dy, x, dx, 1, s);
    internals::kernels::take_at_max(from, x, y, 1, s);
    CHECK((dx[0] == 0 && dx[1] == 5 && dx[2] == 0 && dx[3] == 0 && y[0] == 20));
}
