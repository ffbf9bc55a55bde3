// convolution_planes_any: equality with the plain loops over paddings, dilations and odd sizes; the finish; 2×2 averages.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/convolution_planes_any.hpp>
#include <lamina/kernels/reference/convolution.hpp>
#include <lamina/kernels/reference/pooling.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;
namespace reference = internals::kernels::reference;

namespace {

template <class T> void compare(const convolution_sizes& s)
{
    CAPTURE(s.height, s.width, s.channels, s.filters, s.kernel_height, s.kernel_width, s.dilation_height, s.dilation_width);
    CAPTURE(s.pad_top, s.pad_left, s.out_height, s.out_width, sizeof(T));
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    const std::size_t taps = s.kernel_height * s.kernel_width * s.channels, out = s.out_height * s.out_width * s.filters;
    const auto x = Buffer<T>(s.height * s.width * s.channels, 1).random(1), bias = Buffer<T>(s.filters, 1).random(3);
    const auto w = padded_rows<T>(taps, s.filters, 2), abs_x = x.magnitudes(), abs_w = w.magnitudes(),
               abs_bias = bias.magnitudes();
    Buffer<T> scratch(kernels::planes_any_scratch<T>(s), 0, nan), y(out, 1, nan), expected(out), magnitude(out), cut(out, 1, nan);
    T* const none = nullptr;
    reference::convolution_forward(x.data(), w.data(), bias.data(), expected.data(), none, 1, s);
    reference::convolution_forward(abs_x.data(), abs_w.data(), abs_bias.data(), magnitude.data(), none, 1, s);

    const auto nothing = [](T*, std::size_t) {};
    const auto twice = [](T* p, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) p[i] *= 2;
    };
    const T* planes =
        kernels::planes_any_forward(x.data(), w.data(), bias.data(), scratch.data(), s, {-infinity, infinity}, nothing);
    kernels::interleave_planes(planes, y.data(), s);
    CHECK(worst(y, expected, magnitude) <= sum_bound(taps + 1));
    planes = kernels::planes_any_forward(x.data(), w.data(), bias.data(), scratch.data(), s, {T(0), T(0.5)}, twice);
    kernels::interleave_planes(planes, cut.data(), s);
    bool same = true;
    for (std::size_t i = 0; i < out; ++i) same = same && cut[i] == 2 * std::min(std::max(y[i], T(0)), T(0.5));
    CHECK(same);
    CHECK((y.guarded() && scratch.guarded() && cut.guarded()));

    if (s.out_height < 2 || s.out_width < 2) return;
    const kernels::pooling_sizes windows{s.out_height,     s.out_width,    s.filters, 2, 2, 2, 2, 0, 0,
                                         s.out_height / 2, s.out_width / 2};
    Buffer<T> averages(windows.out_height * windows.out_width * s.filters, 1, nan), by_hand(averages.size()),
        scale(averages.size());
    planes = kernels::planes_any_forward(x.data(), w.data(), bias.data(), scratch.data(), s, {-infinity, infinity}, nothing);
    kernels::average_planes(planes, averages.data(), scratch.data(), s);
    const auto abs_y = y.magnitudes();
    reference::average_pooling_forward(y.data(), by_hand.data(), 1, windows);
    reference::average_pooling_forward(abs_y.data(), scale.data(), 1, windows);
    CHECK(worst(averages, by_hand, scale) <= 6);
    CHECK((averages.guarded() && scratch.guarded()));
}

} // namespace

TEMPLATE_TEST_CASE("a convolution in planes of run-time sizes equals plain loops", "[kernels][convolution]", float, double)
{
    compare<TestType>({28, 28, 1, 6, 5, 5, 1, 1, 1, 1, 2, 2, 28, 28});
    std::mt19937 generator(7);
    const auto up_to = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(1, most)(generator); };
    for (int i = 0; i < 150; ++i) {
        convolution_sizes s{up_to(9), up_to(40), up_to(4), up_to(9), up_to(4), up_to(4), 1, 1, up_to(3), up_to(3), 0, 0, 0, 0};
        const std::size_t reach_height = (s.kernel_height - 1) * s.dilation_height + 1;
        const std::size_t reach_width = (s.kernel_width - 1) * s.dilation_width + 1;
        s.pad_top = up_to(4) - 1, s.pad_left = up_to(4) - 1;
        s.out_height = std::max(s.height + s.pad_top + up_to(4) - 1, reach_height) - reach_height + 1;
        s.out_width = std::max(s.width + s.pad_left + up_to(4) - 1, reach_width) - reach_width + 1;
        compare<TestType>(s);
    }
}
