// depthwise: every stride, dilation, padding and number of channels against plain loops; writes inside the outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/core/aligned.hpp>
#include <lamina/kernels/depthwise.hpp>
#include <lamina/kernels/reference/depthwise.hpp>

using namespace lamina;
using namespace lamina::internals;
using kernels::convolution_sizes;
namespace reference = internals::kernels::reference;

namespace {

template <class T> std::vector<T> row_of_weights(std::size_t taps, std::size_t channels, unsigned seed)
{
    const auto values = Buffer<T>(taps * channels).random(seed);
    std::vector<T> w(taps * row_stride<T>(channels));
    for (std::size_t i = 0; i < values.size(); ++i) w[i / channels * row_stride<T>(channels) + i % channels] = values[i];
    return w;
}

template <class T, convolution_sizes S> void check(std::size_t n)
{
    constexpr std::size_t in = S.height * S.width * S.channels, out = S.out_height * S.out_width * S.channels;
    constexpr std::size_t taps = S.kernel_height * S.kernel_width, step = row_stride<T>(S.channels);
    const double tolerance = double(taps + 4) * double(std::numeric_limits<T>::epsilon());
    const auto x = Buffer<T>(n * in, 1).random(1), dz = Buffer<T>(n * out, 3).random(2),
               bias = Buffer<T>(S.channels, 5).random(3);
    Aligned<T> w, dw;
    w.reserve(taps * step);
    dw.reserve(taps * step);
    const auto weights = row_of_weights<T>(taps, S.channels, 4);
    std::copy(weights.begin(), weights.end(), w.data());

    Buffer<T> y(n * out, 1), expected(n * out), sizes(n * out);
    kernels::depthwise_forward(x.data(), w.data(), bias.data(), y.data(), n, fixed<S>{});
    reference::depthwise_forward(x.data(), w.data(), bias.data(), expected.data(), n, S);
    REQUIRE(y.guarded());
    for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(std::fabs(y[i] - expected[i]) <= tolerance * double(taps + 1));

    Buffer<T> dx(n * in, 1), wanted(n * in);
    kernels::depthwise_backward_data(dz.data(), w.data(), dx.data(), n, fixed<S>{});
    reference::depthwise_backward_data(dz.data(), w.data(), wanted.data(), n, S);
    REQUIRE(dx.guarded());
    for (std::size_t i = 0; i < dx.size(); ++i) REQUIRE(std::fabs(dx[i] - wanted[i]) <= tolerance * double(taps));

    std::vector<T> slopes(taps * step, T(0.5)), of_bias(S.channels, T(1)), bias_slopes = of_bias;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        if (i % step >= S.channels) slopes[i] = 0;
        dw.data()[i] = slopes[i];
    }
    kernels::depthwise_backward_weights(x.data(), dz.data(), dw.data(), of_bias.data(), n, fixed<S>{});
    reference::depthwise_backward_weights(x.data(), dz.data(), slopes.data(), bias_slopes.data(), n, S);
    const double terms = double(n * S.out_height * S.out_width + 1);
    for (std::size_t i = 0; i < slopes.size(); ++i)
        REQUIRE(std::fabs(dw.data()[i] - slopes[i]) <=
                (4 + std::sqrt(terms)) * terms * double(std::numeric_limits<T>::epsilon()));
    for (std::size_t c = 0; c < S.channels; ++c)
        REQUIRE(std::fabs(of_bias[c] - bias_slopes[c]) <=
                (4 + std::sqrt(terms)) * terms * double(std::numeric_limits<T>::epsilon()));
}

} // namespace

TEMPLATE_TEST_CASE("depthwise convolutions are those of plain loops", "[kernels][depthwise]", float, double)
{
    using T = TestType;
    // height, width, channels twice, kernel, stride, dilation, padding above and left, output
    check<T, convolution_sizes{5, 7, 1, 1, 3, 3, 1, 1, 1, 1, 0, 0, 3, 5}>(2);
    check<T, convolution_sizes{5, 19, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 5, 19}>(3);
    check<T, convolution_sizes{7, 11, 37, 37, 3, 3, 1, 1, 1, 1, 1, 1, 7, 11}>(2); // two rows of outputs at once, and one
    check<T, convolution_sizes{6, 9, 16, 16, 2, 5, 1, 1, 1, 1, 0, 2, 6, 9}>(1);
    check<T, convolution_sizes{7, 8, 17, 17, 3, 3, 2, 2, 1, 1, 0, 0, 4, 4}>(2); // the last window reaches over the edge
    check<T, convolution_sizes{9, 9, 33, 33, 3, 2, 1, 1, 2, 3, 2, 1, 9, 9}>(1);
    check<T, convolution_sizes{3, 2, 5, 5, 5, 5, 1, 1, 1, 1, 2, 2, 3, 2}>(2); // no window lies inside
    check<T, convolution_sizes{4, 12, 2, 2, 1, 9, 1, 1, 1, 1, 0, 4, 4, 12}>(1);
    check<T, convolution_sizes{5, 9, 7, 7, 3, 3, 2, 3, 2, 2, 3, 5, 4, 5}>(2); // strides, dilation and whole windows of padding
    check<T, convolution_sizes{1, 1, 40, 40, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1}>(0);
}
