// convolution_any: equality with the plain loops over paddings, strides, dilations, groups and odd sizes; writes inside the outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/convolution_any.hpp>
#include <lamina/kernels/reference/convolution_any.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;
namespace reference = internals::kernels::reference;

namespace {

/// Runs the three kernels on `n` images and compares each with its twin.
template <class T> void compare(std::size_t n, const convolution_sizes& s)
{
    const std::size_t in = n * s.height * s.width * s.channels, out = n * s.out_height * s.out_width * s.filters;
    const std::size_t taps = s.kernel_height * s.kernel_width * s.channels / s.groups;
    CAPTURE(n, s.height, s.width, s.channels, s.filters, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width);
    CAPTURE(s.dilation_height, s.dilation_width, s.pad_top, s.pad_left, s.out_height, s.out_width, s.groups, sizeof(T));
    const auto bound = [&](std::size_t terms) {
        return s.groups == s.channels && s.groups > 1 ? 2 + double(terms) : 2 * sum_bound(terms);
    };

    const auto x = Buffer<T>(in, 1).random(1), dy = Buffer<T>(out, 3).random(2), w = Buffer<T>(taps * s.filters, 1).random(4);
    const auto abs_x = x.magnitudes(), abs_dy = dy.magnitudes(), abs_w = w.magnitudes();
    const T nan = std::numeric_limits<T>::quiet_NaN();
    Buffer<T> scratch(internals::kernels::convolution_any_scratch<T>(s), 0, nan);
    T* const none = nullptr;

    Buffer<T> y(out, 1, nan), y_expected(out), y_magnitude(out);
    internals::kernels::convolution_any_forward(x.data(), w.data(), y.data(), scratch.data(), n, s);
    reference::convolution_any_forward(x.data(), w.data(), y_expected.data(), none, n, s);
    reference::convolution_any_forward(abs_x.data(), abs_w.data(), y_magnitude.data(), none, n, s);
    CHECK(worst(y, y_expected, y_magnitude) <= bound(taps));
    CHECK(y.guarded());

    Buffer<T> dx(in, 1, nan), dx_expected(in), dx_magnitude(in);
    internals::kernels::convolution_any_data(dy.data(), w.data(), dx.data(), scratch.data(), n, s);
    reference::convolution_any_data(dy.data(), w.data(), dx_expected.data(), none, n, s);
    reference::convolution_any_data(abs_dy.data(), abs_w.data(), dx_magnitude.data(), none, n, s);
    CHECK(worst(dx, dx_expected, dx_magnitude) <= bound(s.kernel_height * s.kernel_width * s.filters / s.groups));
    CHECK(dx.guarded());

    Buffer<T> dw(w.size(), 1, nan), dw_expected(w.size()), dw_magnitude(w.size());
    internals::kernels::convolution_any_weights(x.data(), dy.data(), dw.data(), scratch.data(), n, s);
    reference::convolution_any_weights(x.data(), dy.data(), dw_expected.data(), none, n, s);
    reference::convolution_any_weights(abs_x.data(), abs_dy.data(), dw_magnitude.data(), none, n, s);
    CHECK(worst(dw, dw_expected, dw_magnitude) <= bound(n * s.out_height * s.out_width));
    CHECK((dw.guarded() && scratch.guarded()));
}

std::size_t windows(std::size_t size, std::size_t reach, std::size_t stride) { return (size - reach) / stride + 1; }

} // namespace

TEMPLATE_TEST_CASE("a convolution of run-time sizes equals plain loops", "[kernels][convolution]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    const std::size_t odd[] = {1, 2, lanes - 1, lanes, lanes + 1, 3 * lanes + 1};
    for (const std::size_t channels : odd)
        for (const std::size_t filters : odd) {
            compare<TestType>(2, {6, 7, channels, filters, 3, 2, 1, 1, 1, 1, 1, 0, 6, 7});
            compare<TestType>(1, {5, 9, channels, filters, 2, 3, 2, 1, 1, 2, 0, 0, 2, 5});
            compare<TestType>(3, {4, 5, channels, filters, 1, 1, 1, 1, 1, 1, 0, 0, 4, 5}); // windows are pixels
        }
    for (const std::size_t n : sample_counts) compare<TestType>(n, {14, 14, 6, 16, 5, 5, 1, 1, 1, 1, 0, 0, 10, 10});
    compare<TestType>(1, {1, 1, 3, 2, 3, 3, 1, 1, 1, 1, 4, 4, 7, 7});     // windows that meet nothing but padding
    compare<TestType>(2, {1, 40, 3, 5, 1, 4, 1, 3, 1, 2, 0, 6, 1, 14});   // a sequence
    compare<TestType>(2, {40, 40, 3, 2, 3, 3, 1, 1, 1, 1, 1, 1, 40, 40}); // several blocks of windows
}

TEMPLATE_TEST_CASE("a convolution of run-time sizes equals plain loops in groups and for random geometry",
                   "[kernels][convolution]", float, double)
{
    std::mt19937 generator(7);
    const auto up_to = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(1, most)(generator); };
    for (int i = 0; i < 160; ++i) {
        const std::size_t groups = i % 2 == 0 ? 1 : up_to(5), channels = groups * (i % 4 == 1 ? 1 : up_to(5));
        convolution_sizes s{up_to(9), up_to(12), channels, groups * up_to(6), up_to(4), up_to(4),
                            up_to(3), up_to(3),  up_to(3), up_to(3),          0,        0,
                            0,        0,         groups};
        const std::size_t reach_height = (s.kernel_height - 1) * s.dilation_height + 1;
        const std::size_t reach_width = (s.kernel_width - 1) * s.dilation_width + 1;
        s.pad_top = up_to(4) - 1, s.pad_left = up_to(4) - 1;
        const std::size_t height = std::max(s.height + s.pad_top + up_to(4) - 1, reach_height);
        const std::size_t width = std::max(s.width + s.pad_left + up_to(4) - 1, reach_width);
        s.out_height = windows(height, reach_height, s.stride_height);
        s.out_width = windows(width, reach_width, s.stride_width);
        compare<TestType>(up_to(3), s);
    }
    compare<TestType>(2, {8, 8, 33, 33, 3, 3, 1, 1, 1, 1, 1, 1, 8, 8, 33}); // depthwise, more channels than lanes
    compare<TestType>(2, {8, 8, 5, 15, 3, 3, 2, 2, 1, 1, 1, 1, 4, 4, 5});
}
