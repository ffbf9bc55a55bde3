// CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, AVERAGE_POOL_2D and MAX_POOL_2D of floats: against loops over all products; threads; refusals.
#include "catch.hpp"

#include "../run_operator.hpp"

#include <lamina/lite/operators/convolution.hpp>
#include <lamina/lite/operators/pooling.hpp>
#include <lamina/lite/operators/transpose_conv.hpp>

#include <cmath>
#include <cstdint>
#include <random>

using namespace lite_test;
using Catch::Matchers::Contains;

namespace {

/// What an operator over windows is asked for.
struct Windows {
    std::size_t batch, height, width, channels, filters, down, along, groups = 1, stride = 1, dilation = 1;
    padding_kind padding = padding_kind::same;
    fused activation = fused::none;
    std::size_t threads = 1;
    bool averages = false;

    std::size_t reach(std::size_t taps) const { return (taps - 1) * dilation + 1; }
    std::size_t outputs(std::size_t size, std::size_t taps) const
    {
        return padding == padding_kind::same ? (size + stride - 1) / stride : (size - reach(taps)) / stride + 1;
    }
    std::ptrdiff_t before(std::size_t size, std::size_t taps) const
    {
        const std::ptrdiff_t all = std::ptrdiff_t((outputs(size, taps) - 1) * stride + reach(taps)) - std::ptrdiff_t(size);
        return padding == padding_kind::same && all > 0 ? all / 2 : 0;
    }
    /// f(oy, ox, ky, kx, iy, ix) for each tap that meets the image.
    template <class F> void each(const F& f) const
    {
        for (std::size_t oy = 0; oy < outputs(height, down); ++oy)
            for (std::size_t ox = 0; ox < outputs(width, along); ++ox)
                for (std::size_t ky = 0; ky < down; ++ky)
                    for (std::size_t kx = 0; kx < along; ++kx) {
                        const std::ptrdiff_t iy = std::ptrdiff_t(oy * stride + ky * dilation) - before(height, down);
                        const std::ptrdiff_t ix = std::ptrdiff_t(ox * stride + kx * dilation) - before(width, along);
                        if (iy >= 0 && ix >= 0 && iy < std::ptrdiff_t(height) && ix < std::ptrdiff_t(width))
                            f(oy, ox, ky, kx, std::size_t(iy), std::size_t(ix));
                    }
    }
    void give(Options& o) const
    {
        o.padding = padding, o.activation = activation, o.averages = averages;
        o.stride_height = o.stride_width = static_cast<std::int32_t>(stride);
        o.dilation_height = o.dilation_width = static_cast<std::int32_t>(dilation);
        o.filter_height = static_cast<std::int32_t>(down), o.filter_width = static_cast<std::int32_t>(along);
    }
    float finished(double sum) const
    {
        if (activation == fused::tanh) return static_cast<float>(std::tanh(sum));
        const auto [low, high] = clamp_of(activation);
        return static_cast<float>(sum < double(low) ? double(low) : sum > double(high) ? double(high) : sum);
    }
};

void compare(const std::vector<float>& y, const std::vector<float>& expected, double bound)
{
    REQUIRE(y.size() == expected.size());
    double worst = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double off = std::fabs(double(y[i]) - double(expected[i]));
        worst = off <= worst ? worst : off; // NaN stays
    }
    CHECK(worst <= bound);
}

/// Of numbers below 1: the sum of so many products.
double bound_of(std::size_t terms) { return (4 + 2 * std::sqrt(double(terms))) * 1.2e-7 * double(terms) / 2 + 1e-6; }

std::vector<float> convolve(const Windows& s, bool depthwise, bool known = true)
{
    CAPTURE(s.batch, s.height, s.width, s.channels, s.filters, s.down, s.along, s.groups, s.stride, s.dilation, int(s.padding),
            int(s.activation), s.threads, s.averages, depthwise);
    const std::size_t of_group = s.channels / s.groups, filters = s.filters / s.groups, out_height = s.outputs(s.height, s.down),
                      out_width = s.outputs(s.width, s.along);
    const auto x = some_numbers(s.batch * s.height * s.width * s.channels, 1),
               w = some_numbers(s.filters * s.down * s.along * of_group, 2), b = some_numbers(s.filters, 3);
    OneOperator op(convolution_rules, depthwise ? code::depthwise_conv_2d : code::conv_2d);
    s.give(op.options);
    op.step.threads = s.threads;
    op.input<float>({s.batch, s.height, s.width, s.channels}, x, known);
    if (depthwise) op.input<float>({1, s.down, s.along, s.filters}, w);
    else op.input<float>({s.filters, s.down, s.along, of_group}, w);
    op.input<float>({s.filters}, b);
    op.output(dtype::float32);
    op();

    std::vector<double> sums(s.batch * out_height * out_width * s.filters);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = double(b[i % s.filters]);
    for (std::size_t n = 0; n < s.batch; ++n)
        s.each([&](std::size_t oy, std::size_t ox, std::size_t ky, std::size_t kx, std::size_t iy, std::size_t ix) {
            for (std::size_t f = 0; f < s.filters; ++f)
                for (std::size_t c = 0; c < of_group; ++c) {
                    const std::size_t weight =
                        depthwise ? (ky * s.along + kx) * s.filters + f : ((f * s.down + ky) * s.along + kx) * of_group + c;
                    sums[((n * out_height + oy) * out_width + ox) * s.filters + f] +=
                        double(x[((n * s.height + iy) * s.width + ix) * s.channels + f / filters * of_group + c]) *
                        double(w[weight]);
                }
        });
    std::vector<float> expected;
    for (const double sum : sums) expected.push_back(s.finished(sum));
    const std::vector<float> y = op.result<float>();
    if (s.averages) {
        std::vector<float> averages;
        for (std::size_t n = 0; n < s.batch; ++n)
            for (std::size_t oy = 0; oy < out_height / 2; ++oy)
                for (std::size_t ox = 0; ox < out_width / 2; ++ox)
                    for (std::size_t f = 0; f < s.filters; ++f) {
                        const auto at = [&](std::size_t i, std::size_t j) {
                            return expected[((n * out_height + 2 * oy + i) * out_width + 2 * ox + j) * s.filters + f];
                        };
                        averages.push_back((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4);
                    }
        expected = averages;
    }
    compare(y, expected, bound_of(s.down * s.along * of_group));
    return y;
}

} // namespace

TEST_CASE("convolutions of floats equal loops", "[lite]")
{
    for (const padding_kind padding : {padding_kind::same, padding_kind::valid})
        for (const std::size_t stride : {1u, 2u, 3u})
            for (const std::size_t dilation : {1u, 2u})
                for (const fused activation : {fused::none, fused::relu, fused::relu6, fused::relu_n1_to_1, fused::tanh}) {
                    convolve({2, 9, 7, 3, 5, 3, 2, 1, stride, dilation, padding, activation}, false);
                    convolve({1, 9, 8, 4, 4, 3, 3, 4, stride, dilation, padding, activation}, true);
                    convolve({2, 7, 9, 3, 6, 2, 3, 3, stride, dilation, padding, activation}, true, false);
                }
    convolve({3, 5, 6, 6, 8, 3, 3, 2}, false);                             // groups
    convolve({2, 5, 6, 6, 6, 3, 3, 6}, false);                             // groups of one channel
    convolve({2, 6, 6, 1, 4, 3, 3}, true);                                 // one channel, several filters
    convolve({3, 5, 6, 7, 40, 1, 1}, false);                               // windows that are pixels
    convolve({3, 4, 5, 7, 33, 4, 5, 1, 1, 1, padding_kind::valid}, false); // one that covers the image
    convolve({3, 4, 5, 7, 33, 4, 5, 1, 1, 1, padding_kind::valid, fused::tanh}, false);
    for (const fused activation : {fused::none, fused::relu, fused::tanh}) { // few filters, and averages of them
        convolve({2, 20, 21, 1, 6, 5, 5, 1, 1, 1, padding_kind::same, activation}, false);
        convolve({2, 20, 21, 1, 6, 5, 5, 1, 1, 1, padding_kind::same, activation, 1, true}, false);
        convolve({2, 11, 18, 2, 3, 3, 3, 1, 1, 1, padding_kind::valid, activation, 1, true}, false);
    }
}

TEST_CASE("convolutions give the same bits with any number of threads", "[lite]")
{
    for (const std::size_t threads : {2u, 3u, 7u}) {
        Windows s{2, 30, 31, 12, 40, 3, 3};
        const auto alone = convolve(s, false);
        s.threads = threads;
        CHECK(convolve(s, false) == alone);
        Windows channels{1, 61, 60, 40, 40, 3, 3, 40};
        const auto by_itself = convolve(channels, true);
        channels.threads = threads;
        CHECK(convolve(channels, true) == by_itself);
        Windows whole{1, 8, 8, 16, 800, 8, 8, 1, 1, 1, padding_kind::valid};
        const auto dense = convolve(whole, false);
        whole.threads = threads;
        CHECK(convolve(whole, false) == dense);
    }
}

TEST_CASE("transposed convolutions of floats equal loops", "[lite]")
{
    for (const padding_kind padding : {padding_kind::same, padding_kind::valid})
        for (const std::size_t stride : {1u, 2u, 3u})
            for (const std::size_t taps : {1u, 2u, 3u, 5u})
                for (const bool with_bias : {false, true}) {
                    // From the result, [height, width, channels], back to the image, [.., .., filters].
                    const Windows s{2, 11, 8, 5, 3, taps, taps, 1, stride, 1, padding};
                    CAPTURE(int(padding), stride, taps, with_bias);
                    const std::size_t height = s.outputs(s.height, taps), width = s.outputs(s.width, taps);
                    const auto x = some_numbers(s.batch * height * width * s.filters, 1),
                               w = some_numbers(s.channels * taps * taps * s.filters, 2), b = some_numbers(s.channels, 3);
                    OneOperator op(transpose_conv_rules, code::transpose_conv);
                    s.give(op.options);
                    op.options.activation = fused::relu;
                    op.input<std::int32_t>({4}, {2, 11, 8, 5});
                    op.input<float>({s.channels, taps, taps, s.filters}, w);
                    op.input<float>({s.batch, height, width, s.filters}, x);
                    if (with_bias) op.input<float>({s.channels}, b);
                    op.output(dtype::float32);
                    op();
                    std::vector<double> sums(s.batch * s.height * s.width * s.channels);
                    for (std::size_t i = 0; with_bias && i < sums.size(); ++i) sums[i] = double(b[i % s.channels]);
                    for (std::size_t n = 0; n < s.batch; ++n)
                        s.each(
                            [&](std::size_t oy, std::size_t ox, std::size_t ky, std::size_t kx, std::size_t iy, std::size_t ix) {
                                for (std::size_t c = 0; c < s.channels; ++c)
                                    for (std::size_t f = 0; f < s.filters; ++f)
                                        sums[((n * s.height + iy) * s.width + ix) * s.channels + c] +=
                                            double(x[((n * height + oy) * width + ox) * s.filters + f]) *
                                            double(w[((c * taps + ky) * taps + kx) * s.filters + f]);
                            });
                    std::vector<float> expected;
                    for (const double sum : sums) expected.push_back(static_cast<float>(sum > 0 ? sum : 0));
                    compare(op.result<float>(), expected, bound_of(taps * taps * s.filters));
                }
}

TEST_CASE("poolings of floats equal loops", "[lite]")
{
    for (const code which : {code::average_pool_2d, code::max_pool_2d})
        for (const padding_kind padding : {padding_kind::same, padding_kind::valid})
            for (const std::size_t stride : {1u, 2u, 3u})
                for (const std::size_t threads : {1u, 3u})
                    for (const fused activation : {fused::none, fused::relu, fused::tanh}) {
                        const Windows s{2, 70, 39, 19, 19, 3, 2, 1, stride, 1, padding, activation};
                        const std::size_t height = s.outputs(s.height, s.down), width = s.outputs(s.width, s.along);
                        const auto x = some_numbers(s.batch * s.height * s.width * s.channels, 1);
                        OneOperator op(pooling_rules, which);
                        s.give(op.options);
                        op.step.threads = threads;
                        op.input<float>({s.batch, s.height, s.width, s.channels}, x);
                        op.output(dtype::float32);
                        op();
                        std::vector<double> all(s.batch * height * width * s.channels, which == code::max_pool_2d ? -9 : 0);
                        std::vector<double> cells(all.size());
                        for (std::size_t n = 0; n < s.batch; ++n)
                            s.each([&](std::size_t oy, std::size_t ox, std::size_t, std::size_t, std::size_t iy, std::size_t ix) {
                                for (std::size_t c = 0; c < s.channels; ++c) {
                                    const std::size_t at = ((n * height + oy) * width + ox) * s.channels + c;
                                    const double number = double(x[((n * s.height + iy) * s.width + ix) * s.channels + c]);
                                    all[at] = which == code::max_pool_2d ? std::max(all[at], number) : all[at] + number;
                                    ++cells[at];
                                }
                            });
                        std::vector<float> expected;
                        for (std::size_t i = 0; i < all.size(); ++i)
                            expected.push_back(s.finished(which == code::max_pool_2d ? all[i] : all[i] / cells[i]));
                        CAPTURE(int(which), int(padding), stride, threads, int(activation));
                        compare(op.result<float>(), expected, 2e-6);
                    }
}

TEST_CASE("operators of windows refuse what does not fit", "[lite]")
{
    const auto refusal = [](const Extents& x, const Extents& w, const Extents& b, const auto& change) {
        OneOperator op(convolution_rules, code::conv_2d);
        op.options.stride_height = op.options.stride_width = 1;
        op.options.padding = padding_kind::valid;
        change(op.options);
        op.input<float>(x, std::vector<float>(x.size()));
        op.input<float>(w, std::vector<float>(w.size()));
        op.input<float>(b, std::vector<float>(b.size()));
        op.output(dtype::float32);
        return op.refusal();
    };
    const auto nothing = [](Options&) {};
    CHECK(refusal({1, 4, 4, 2}, {3, 2, 2, 2}, {3}, nothing).empty());
    CHECK_THAT(refusal({4, 4, 2}, {3, 2, 2, 2}, {3}, nothing), Contains("[batch, height, width, channels]"));
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 2, 2, 3}, {3}, nothing), Contains("for 2 channels"));
    CHECK_THAT(refusal({1, 4, 4, 4}, {3, 2, 2, 2}, {3}, nothing), Contains("weights of shape")); // three filters for two groups
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 2, 2, 0}, {3}, nothing), Contains("weights of shape"));
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 0, 2, 2}, {3}, nothing), Contains("without height"));
    CHECK_THAT(refusal({1, 0, 4, 2}, {3, 2, 2, 2}, {3}, nothing), Contains("without height"));
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 5, 2, 2}, {3}, nothing), Contains("reach over 5"));
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 2, 2, 2}, {2}, nothing), Contains("a bias of shape [2]"));
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 2, 2, 2}, {3}, [](Options& o) { o.stride_width = 0; }), Contains("stride_w 0"));
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 2, 2, 2}, {3}, [](Options& o) { o.dilation_height = -1; }),
               Contains("dilation_h_factor -1"));
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 3, 3, 2}, {3},
                       [](Options& o) {
                           o.padding = padding_kind::same;
                           o.dilation_height = o.dilation_width = 2147483647;
                       }),
               Contains("larger than any memory"));
    CHECK_THAT(refusal({1, 4, 4, 2}, {3, 2, 2, 2}, {3}, [](Options& o) { o.activation = fused::sign_bit; }),
               Contains("SIGN_BIT"));

    OneOperator transposed(transpose_conv_rules, code::transpose_conv);
    transposed.options.stride_height = transposed.options.stride_width = 2147483647;
    transposed.input<std::int32_t>({4}, {1, 4, 4, 1});
    transposed.input<float>({1, 1, 1, 1}, {1});
    transposed.input<float>({1, 1, 1, 1}, {1});
    transposed.output(dtype::float32);
    CHECK_THAT(transposed.refusal(), Contains("at most 128"));
}
