// depthwise_any: equality with the plain loops over paddings, strides, dilations and odd sizes, in parts; the clamp; spreading channels.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/depthwise_any.hpp>
#include <lamina/kernels/reference/depthwise_any.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;
namespace reference = internals::kernels::reference;

namespace {

constexpr std::size_t register_room = 16;

template <class T> void compare(const convolution_sizes& s, std::size_t parts = 1)
{
    CAPTURE(s.height, s.width, s.channels, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width);
    CAPTURE(s.dilation_height, s.dilation_width, s.pad_top, s.pad_left, s.out_height, s.out_width, parts, sizeof(T));
    const std::size_t taps = s.kernel_height * s.kernel_width;
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    auto x = Buffer<T>(s.height * s.width * s.channels + register_room, 1).random(1);
    auto bias = Buffer<T>(s.channels + register_room, 1).random(3);
    std::fill_n(x.data() + x.size() - register_room, register_room, nan); // read, but of no effect
    std::fill_n(bias.data() + s.channels, register_room, nan);
    const auto w = padded_rows<T>(taps, s.channels, 2), abs_x = x.magnitudes(), abs_w = w.magnitudes(),
               abs_bias = bias.magnitudes();

    Buffer<T> y(s.out_height * s.out_width * s.channels, 1, nan), expected(y.size()), magnitude(y.size()), cut(y.size(), 1, nan);
    const kernels::clamp_bounds<T> all{-infinity, infinity}, some{T(0), T(0.5)};
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t first = s.out_height * part / parts, last = s.out_height * (part + 1) / parts;
        kernels::depthwise_any_forward(x.data(), w.data(), bias.data(), y.data(), s, first, last, all);
        kernels::depthwise_any_forward(x.data(), w.data(), bias.data(), cut.data(), s, first, last, some);
    }
    reference::depthwise_any_forward(x.data(), w.data(), bias.data(), expected.data(), s, 0, s.out_height, all);
    reference::depthwise_any_forward(abs_x.data(), abs_w.data(), abs_bias.data(), magnitude.data(), s, 0, s.out_height, all);
    CHECK(worst(y, expected, magnitude) <= 2 + double(taps));
    CHECK((y.guarded() && cut.guarded()));
    bool same = true;
    for (std::size_t i = 0; i < y.size(); ++i) same = same && cut[i] == std::min(std::max(y[i], T(0)), T(0.5));
    CHECK(same);
}

} // namespace

TEMPLATE_TEST_CASE("a depthwise convolution of run-time sizes equals plain loops", "[kernels][depthwise]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t channels : {std::size_t(1), std::size_t(3), lanes - 1, lanes, lanes + 1, 3 * lanes, 3 * lanes + 2})
        for (const std::size_t width : {1u, 3u, 6u, 9u, 17u})
            for (const std::size_t stride : {1u, 2u}) {
                const std::size_t out = (width + stride - 1) / stride;
                compare<TestType>(
                    {7, width, channels, channels, 3, 3, stride, stride, 1, 1, 1, 1, (7 + stride - 1) / stride, out}, 2);
            }
    std::mt19937 generator(7);
    const auto up_to = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(1, most)(generator); };
    for (int i = 0; i < 200; ++i) {
        const std::size_t channels = up_to(40);
        convolution_sizes s{up_to(9), up_to(20), channels, channels, up_to(5), up_to(5), up_to(3), up_to(3),
                            up_to(3), up_to(3),  0,        0,        0,        0,        channels};
        const std::size_t reach_height = (s.kernel_height - 1) * s.dilation_height + 1;
        const std::size_t reach_width = (s.kernel_width - 1) * s.dilation_width + 1;
        s.pad_top = up_to(5) - 1, s.pad_left = up_to(5) - 1;
        const std::size_t height = std::max(s.height + s.pad_top + up_to(4) - 1, reach_height);
        const std::size_t width = std::max(s.width + s.pad_left + up_to(4) - 1, reach_width);
        s.out_height = (height - reach_height) / s.stride_height + 1;
        s.out_width = (width - reach_width) / s.stride_width + 1;
        compare<TestType>(s, up_to(3));
    }
}

TEST_CASE("channels are spread side by side", "[kernels][depthwise]")
{
    const float x[] = {1, 2, 3};
    Buffer<float> y(6, 1);
    internals::kernels::spread_channels(x, y.data(), 3, 2);
    CHECK((y[0] == 1 && y[1] == 1 && y[2] == 2 && y[3] == 2 && y[4] == 3 && y[5] == 3 && y.guarded()));
}
