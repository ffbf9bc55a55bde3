// depthwise convolutions and poolings of bytes: every stride, padding and number of channels against plain loops, to the bit.
#include "buffer.hpp"
#include "catch.hpp"
#include "quantized_bytes.hpp"

#include <lamina/kernels/quantized/depthwise.hpp>
#include <lamina/kernels/quantized/finish.hpp>
#include <lamina/kernels/quantized/pooling.hpp>
#include <lamina/kernels/reference/quantized_images.hpp>
#include <lamina/kernels/reference/quantized_product.hpp>

using namespace lamina;
using namespace lamina::internals;
using kernels::convolution_sizes;
using kernels::pooling_sizes;
namespace reference = internals::kernels::reference;

namespace {

template <class T> using aligned_vector = std::vector<T, AlignedAllocator<T>>;

void check(const convolution_sizes& s, std::int32_t zero)
{
    INFO(s.height << " × " << s.width << " × " << s.channels << " -> " << s.filters);
    const std::size_t taps = s.kernel_height * s.kernel_width, padded = kernels::padded_channels(s.filters),
                      times = s.filters / s.channels;
    const auto x = extreme_bytes(s.height * s.width * s.channels, 1), w = extreme_bytes(taps * s.filters, 2);
    aligned_vector<float> weights(taps * padded), scale(padded);
    aligned_vector<std::int32_t> start(padded);
    for (std::size_t t = 0; t < taps; ++t)
        for (std::size_t f = 0; f < s.filters; ++f) weights[t * padded + f] = w[t * s.filters + f];
    for (std::size_t f = 0; f < s.filters; ++f) {
        scale[f] = 0.25f / static_cast<float>(f % 3 + 1) / static_cast<float>(taps);
        start[f] = static_cast<std::int32_t>(7 * f);
    }
    const std::size_t outputs = s.out_height * s.out_width;
    std::vector<std::int8_t> y(outputs * s.filters + 32, 99);
    const kernels::integer_results results{start.data(), nullptr, nullptr, scale.data(), 3, -120, 125, y.data(), s.filters};

    // all rows, padded
    const std::size_t above = s.kernel_height * s.dilation_height, rows = above + s.height + above,
                      row = (s.width + s.pad_left + s.kernel_width * s.dilation_width + s.stride_width) * s.filters + 64;
    std::vector<float> image(rows * row);
    for (std::size_t i = 0; i < s.height; ++i)
        kernels::spread_bytes(x.data() + i * s.width * s.channels, s.width * s.channels, zero, times,
                              image.data() + (above + i) * row + s.pad_left * s.filters);
    for (std::size_t oy = 0; oy < s.out_height; ++oy) {
        std::vector<const float*> seen;
        for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
            seen.push_back(image.data() + (above + oy * s.stride_height + ky * s.dilation_height - s.pad_top) * row);
        const kernels::depthwise_line line{
            seen.data(), s.out_width, s.stride_width * s.filters, s.dilation_width * s.filters, s.kernel_height, s.kernel_width};
        kernels::multiply_channels(line, weights.data(), s.filters, oy * s.out_width, kernels::finish_of(results));
    }

    std::vector<std::int32_t> sums(outputs * s.filters);
    reference::depthwise_sums(x.data(), zero, w.data(), s, sums.data());
    for (std::size_t i = 0; i < sums.size(); ++i)
        REQUIRE(int(y[i]) == int(reference::requantize(sums[i] + start[i % s.filters], scale[i % s.filters], 3, -120, 125)));
    for (std::size_t i = sums.size(); i < y.size(); ++i) REQUIRE(y[i] == 99);
}

void check(const pooling_sizes& s)
{
    INFO(s.height << " × " << s.width << " × " << s.channels << ", windows of " << s.window_height << " × " << s.window_width);
    const std::size_t n = 2, outputs = n * s.out_height * s.out_width * s.channels;
    const auto x = extreme_bytes(n * s.height * s.width * s.channels, 3);
    std::vector<std::int32_t> scratch(kernels::pooling_scratch(s) / 4);
    for (const auto& [low, high] : {std::pair{-128, 127}, std::pair{-100, 50}})
        for (const bool average : {true, false}) {
            std::vector<std::int8_t> y(outputs + 32, 99), expected(outputs);
            (average ? kernels::average_bytes : kernels::maximum_of_bytes)(x.data(), y.data(), n, s, low, high, scratch.data());
            reference::pool_bytes(x.data(), expected.data(), n, s, average, low, high);
            for (std::size_t i = 0; i < outputs; ++i) REQUIRE(int(y[i]) == int(expected[i]));
            for (std::size_t i = outputs; i < y.size(); ++i) REQUIRE(y[i] == 99);
        }
}

} // namespace

TEST_CASE("depthwise convolutions of bytes are those of plain loops", "[kernels][quantized]")
{
    // height, width, channels, filters, kernel, stride, dilation, padding above and left, output
    for (const std::int32_t zero : {-128, 0, 127}) {
        check(convolution_sizes{5, 7, 1, 1, 3, 3, 1, 1, 1, 1, 0, 0, 3, 5}, zero);
        check(convolution_sizes{5, 19, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 5, 19}, zero);
        check(convolution_sizes{7, 11, 37, 37, 3, 3, 1, 1, 1, 1, 1, 1, 7, 11}, zero);
        check(convolution_sizes{9, 9, 17, 34, 3, 2, 2, 2, 1, 1, 1, 0, 5, 5}, zero);
        check(convolution_sizes{12, 9, 16, 16, 5, 5, 1, 1, 2, 2, 4, 4, 12, 9}, zero);
        check(convolution_sizes{23, 23, 2, 2, 22, 23, 1, 1, 1, 1, 0, 0, 2, 1}, zero);
    }
}

TEST_CASE("poolings of bytes are those of plain loops", "[kernels][quantized]")
{
    // height, width, channels, window, stride, padding above and left, output
    check(pooling_sizes{4, 6, 1, 2, 2, 2, 2, 0, 0, 2, 3});
    check(pooling_sizes{9, 7, 5, 3, 3, 1, 1, 1, 1, 9, 7});
    check(pooling_sizes{9, 7, 16, 3, 2, 2, 3, 1, 0, 5, 3});
    check(pooling_sizes{7, 7, 33, 7, 7, 1, 1, 0, 0, 1, 1});
    check(pooling_sizes{5, 8, 20, 2, 3, 1, 2, 0, 1, 5, 4});
    check(pooling_sizes{128, 128, 1, 128, 128, 1, 1, 0, 0, 1, 1});
}
