// Operators of whole numbers: results of TensorFlow's interpreter (XNNPACK) as fixed vectors, convolutions and products against loops over all
// taps, and what is refused.
#include "catch.hpp"

#include "../../kernels/quantized_bytes.hpp"
#include "../run_operator.hpp"

#include <lamina/kernels/reference/quantized_product.hpp>
#include <lamina/lite/operators/batch_matmul.hpp>
#include <lamina/lite/operators/binary.hpp>
#include <lamina/lite/operators/convolution.hpp>
#include <lamina/lite/operators/dense.hpp>
#include <lamina/lite/operators/quantize.hpp>
#include <lamina/lite/operators/reduce.hpp>
#include <lamina/lite/operators/resize.hpp>
#include <lamina/lite/operators/softmax.hpp>
#include <lamina/lite/operators/transpose_conv.hpp>
#include <lamina/lite/operators/unary.hpp>

#include <cmath>
#include <cstdint>
#include <random>

using namespace lite_test;
using Catch::Matchers::Contains;
namespace kernels = lamina::internals::kernels;

namespace {

using Bytes = std::vector<std::int8_t>;
using Ints = std::vector<std::int32_t>;

Value& scaled(Value& value, float scale, std::int32_t zero)
{
    value.scale = scale, value.zero = zero;
    return value;
}
/// Weights with a scale for each output.
Value& weights(OneOperator& op, const Extents& shape, const Bytes& w, std::size_t outputs, std::size_t axis = 0)
{
    Value& value = op.input(shape, w);
    lamina::lite::Quantization& q = op.said_of(value).quantization;
    for (std::size_t o = 0; o < outputs; ++o) q.scale.push_back(0.002f + 0.001f * static_cast<float>(o % 5));
    q.zero_point.assign(outputs, 0);
    q.axis = axis;
    return value;
}

const Bytes numbers{-128, -100, -51, -7, -6, -3, 0, 1, 2, 3, 12, 50, 99, 127};

Bytes one_operand(std::span<const OperatorRules> family, code which, float x_scale, int x_zero, float y_scale, int y_zero,
                  float alpha = 0)
{
    OneOperator op(family, which);
    op.options.alpha = alpha, op.options.beta = 1;
    scaled(op.input<std::int8_t>({1, 14}, numbers), x_scale, x_zero);
    scaled(op.output(dtype::int8), y_scale, y_zero);
    op();
    return op.result<std::int8_t>();
}
Bytes two_operands(code which, float y_scale, int y_zero, fused activation = fused::none)
{
    OneOperator op(binary_rules, which);
    op.options.activation = activation;
    scaled(op.input<std::int8_t>({1, 14}, numbers), .02f, 3);
    scaled(op.input<std::int8_t>({1, 14}, {127, -128, 5, -7, 0, 33, -90, 64, -1, 90, -45, 12, -128, 127}), .05f, -7);
    scaled(op.output(dtype::int8), y_scale, y_zero);
    op();
    return op.result<std::int8_t>();
}

/// The rule for floats: what a row becomes, and how it comes back.
struct Quantized {
    std::vector<int> q; ///< without the zero point
    double scale;
    Quantized(const float* x, std::size_t n)
    {
        float low = 0, high = 0;
        for (std::size_t i = 0; i < n; ++i) low = std::min(low, x[i]), high = std::max(high, x[i]);
        const auto range = kernels::range_of(low, high);
        Bytes bytes(n);
        kernels::reference::quantize_row(x, n, range, bytes.data());
        for (const int b : bytes) q.push_back(b - range.zero);
        scale = range.scale;
    }
};

struct Convolution {
    std::size_t height, width, channels, filters, kernel_height, kernel_width;
    std::int32_t stride = 1, dilation = 1;
    std::size_t groups = 1;
    padding_kind padding = padding_kind::same;
    code which = code::conv_2d;
    int least = -127;
};

/// CONV_2D, DEPTHWISE_CONV_2D or TRANSPOSE_CONV of two images, of int8 numbers or of floats, against loops over all taps.
void check(const Convolution& c, bool hybrid)
{
    INFO(c.height << " × " << c.width << " × " << c.channels << " -> " << c.filters << ", " << c.kernel_height << " × "
                  << c.kernel_width << ", stride " << c.stride << (hybrid ? ", floats" : ""));
    const bool depthwise = c.which == code::depthwise_conv_2d, turned = c.which == code::transpose_conv;
    const std::size_t of_group = depthwise ? 1 : c.channels / c.groups, taps = c.kernel_height * c.kernel_width;
    const Bytes w = extreme_bytes(c.filters * taps * of_group, 2, c.least),
                x = extreme_bytes(2 * c.height * c.width * c.channels, 1);
    std::vector<float> xf(x.size());
    std::mt19937 generator(3);
    std::normal_distribution<float> normal;
    for (float& v : xf) v = normal(generator);
    Ints bias(c.filters);
    std::vector<float> bias_f(c.filters);
    for (std::size_t o = 0; o < c.filters; ++o)
        bias[o] = static_cast<std::int32_t>(o * 300) - 500, bias_f[o] = .1f * static_cast<float>(o);

    OneOperator op(turned ? std::span<const OperatorRules>(transpose_conv_rules) : convolution_rules, c.which);
    op.options.padding = c.padding;
    op.options.stride_height = op.options.stride_width = c.stride;
    op.options.dilation_height = op.options.dilation_width = c.dilation;
    op.options.depth_multiplier = depthwise ? static_cast<std::int32_t>(c.filters / c.channels) : 0;
    const auto stride = static_cast<std::size_t>(c.stride), dilation = static_cast<std::size_t>(c.dilation);
    const bool same = c.padding == padding_kind::same;
    std::size_t out_height, out_width, top, left; // of the operator's result; the padding is that of the convolution, forward
    const auto forward = [&](std::size_t size, std::size_t kernel, std::size_t& before) {
        const std::size_t reach = (kernel - 1) * dilation + 1;
        if (!same) return before = 0, (size - reach) / stride + 1;
        const std::size_t outputs = (size + stride - 1) / stride, covered = (outputs - 1) * stride + reach;
        return before = covered > size ? (covered - size) / 2 : 0, outputs;
    };
    if (turned) {
        out_height = same ? c.height * stride : (c.height - 1) * stride + c.kernel_height;
        out_width = same ? c.width * stride : (c.width - 1) * stride + c.kernel_width;
        forward(out_height, c.kernel_height, top), forward(out_width, c.kernel_width, left);
        op.input<std::int32_t>({4}, {2, static_cast<std::int32_t>(out_height), static_cast<std::int32_t>(out_width),
                                     static_cast<std::int32_t>(c.filters)});
    }
    else out_height = forward(c.height, c.kernel_height, top), out_width = forward(c.width, c.kernel_width, left);
    const Extents image{2, c.height, c.width, c.channels};
    const auto give_x = [&] {
        if (hybrid) op.input<float>(image, xf);
        else scaled(op.input<std::int8_t>(image, x), .02f, -3);
    };
    if (!turned) give_x();
    const Value& given = depthwise ? weights(op, {1, c.kernel_height, c.kernel_width, c.filters}, w, c.filters, 3)
                                   : weights(op, {c.filters, c.kernel_height, c.kernel_width, of_group}, w, c.filters);
    if (turned) give_x();
    if (hybrid) op.input<float>({c.filters}, bias_f);
    else op.input<std::int32_t>({c.filters}, bias);
    Value& y = op.output(hybrid ? dtype::float32 : dtype::int8);
    const float y_scale = .004f * static_cast<float>(taps * of_group);
    if (!hybrid) scaled(y, y_scale, 7);
    op();
    REQUIRE(op.shape() == Extents{2, out_height, out_width, c.filters});

    const std::size_t size = c.height * c.width * c.channels;
    const bool pixels = c.which == code::conv_2d && taps == 1 && c.stride == 1;
    std::vector<int> q;
    std::vector<double> scale; // of each image, or of each pixel
    if (hybrid)
        for (std::size_t at = 0; at < xf.size(); at += pixels ? c.channels : size) {
            const Quantized row(xf.data() + at, pixels ? c.channels : size);
            q.insert(q.end(), row.q.begin(), row.q.end());
            scale.push_back(row.scale);
        }
    else
        for (const int b : x) q.push_back(b + 3);
    std::size_t wrong = 0, i = 0;
    for (std::size_t n = 0; n < 2; ++n)
        for (std::size_t oy = 0; oy < out_height; ++oy)
            for (std::size_t ox = 0; ox < out_width; ++ox)
                for (std::size_t o = 0; o < c.filters; ++o, ++i) {
                    std::int64_t sum = 0;
                    for (std::size_t ky = 0; ky < c.kernel_height; ++ky)
                        for (std::size_t kx = 0; kx < c.kernel_width; ++kx) {
                            std::size_t iy = turned ? oy + top - ky : oy * stride + ky * dilation - top; // wraps above the image
                            std::size_t ix = turned ? ox + left - kx : ox * stride + kx * dilation - left;
                            if (turned && (iy % stride != 0 || ix % stride != 0 || oy + top < ky || ox + left < kx)) continue;
                            if (turned) iy /= stride, ix /= stride;
                            if (iy >= c.height || ix >= c.width) continue;
                            for (std::size_t k = 0; k < of_group; ++k) {
                                const std::size_t tap = ky * c.kernel_width + kx;
                                const std::size_t channel =
                                    depthwise ? o * c.channels / c.filters : o / (c.filters / c.groups) * of_group + k;
                                sum += std::int64_t{q[n * size + (iy * c.width + ix) * c.channels + channel]} *
                                       w[depthwise ? tap * c.filters + o : (o * taps + tap) * of_group + k];
                            }
                        }
                    const float of_weight = given.tensor->quantization.scale[o];
                    if (hybrid) {
                        const double at = scale[pixels ? i / c.filters : n];
                        const double expected =
                            static_cast<double>(sum) * at * static_cast<double>(of_weight) + static_cast<double>(bias_f[o]);
                        wrong += !(std::fabs(static_cast<double>(y.numbers<float>()[i]) - expected) <=
                                   1e-5 * (1 + std::fabs(expected)));
                    }
                    else
                        wrong += y.numbers<std::int8_t>()[i] !=
                                 kernels::reference::requantize(static_cast<std::int32_t>(sum) + bias[o],
                                                                scale_of_sums(.02f, of_weight, y_scale), 7, -128, 127);
                }
    CHECK(wrong == 0);
}

} // namespace

TEST_CASE("functions of int8 numbers give what TensorFlow's interpreter gives", "[lite]")
{
    CHECK(one_operand(quantize_rules, code::quantize, .05f, 12, .3f, -100) ==
          Bytes{-124, -119, -111, -103, -103, -103, -102, -102, -102, -102, -100, -94, -85, -81});
    CHECK(one_operand(unary_rules, code::leaky_relu, .05f, 12, .3f, -100, .2f) ==
          Bytes{-105, -104, -102, -101, -101, -101, -100, -100, -100, -100, -100, -94, -85, -81});
    CHECK(one_operand(unary_rules, code::tanh, .05f, 3, 1.f / 128, 0) ==
          Bytes{-128, -128, -127, -59, -54, -37, -19, -13, -6, 0, 54, 126, 127, 127});
    CHECK(one_operand(unary_rules, code::hard_swish, .03f, -7, .02f, 5) ==
          Bytes{5, 0, -13, 5, 6, 8, 11, 11, 12, 13, 22, 72, 127, 127});
    CHECK(one_operand(softmax_rules, code::softmax, .02f, 3, 1.f / 256, -128) ==
          Bytes{-127, -127, -125, -121, -121, -120, -120, -120, -119, -119, -118, -106, -69, -24});
    CHECK(one_operand(softmax_rules, code::log_softmax, .02f, 3, 16.f / 256, 127) ==
          Bytes{31, 40, 56, 70, 70, 71, 72, 72, 73, 73, 76, 88, 104, 113});
    CHECK(two_operands(code::add, .06f, 4, fused::relu) == Bytes{72, 4, 4, 4, 7, 35, 4, 63, 9, 85, 4, 36, 4, 127});
    CHECK(two_operands(code::sub, .06f, 4) == Bytes{-128, 71, -24, 1, -5, -31, 72, -56, -1, -77, 39, 4, 127, -66});
    CHECK(two_operands(code::mul, .006f, 4) == Bytes{-128, 127, -104, 4, -6, -36, 46, -20, 3, 4, -53, 127, -128, 127});
    CHECK(two_operands(code::squared_difference, .12f, -128) ==
          Bytes{127, 5, -104, -128, -126, -91, 11, -21, -127, 68, -92, -128, 127, 20});
    CHECK(two_operands(code::maximum, .05f, -7) == Bytes{127, -48, 5, -7, 0, 33, -8, 64, -1, 90, -3, 12, 31, 127});

    OneOperator resize(resize_rules, code::resize_bilinear);
    resize.options.half_pixel_centers = true;
    scaled(resize.input<std::int8_t>({1, 2, 3, 2}, {-128, 127, 5, -60, 99, 0, 31, -77, 64, 127, -128, 1}), .02f, 3);
    resize.input<std::int32_t>({2}, {4, 5});
    scaled(resize.output(dtype::int8), .02f, 3);
    resize();
    CHECK(resize.result<std::int8_t>() == Bytes{-128, 127, -75, 52,  5,  -60, 61, -24, 99,  0,  -88,  76, -45, 40,
                                                20,   -13, 33,  -5,  42, 0,   -9, -26, 14,  16, 49,   80, -23, 33,
                                                -71,  1,   31,  -77, 44, 5,   64, 127, -51, 51, -128, 1});
    const auto reduced = [](code which, float y_scale) {
        OneOperator op(reduce_rules, which);
        scaled(op.input<std::int8_t>({2, 7}, numbers), .02f, 3);
        op.input<std::int32_t>({1}, {1});
        scaled(op.output(dtype::int8), y_scale, 4);
        op();
        return op.result<std::int8_t>();
    };
    CHECK(reduced(code::mean, .01f) == Bytes{-86, 82});
    CHECK(reduced(code::sum, .1f) == Bytes{-59, 59});
}

TEST_CASE("convolutions with int8 weights are those of loops over all taps", "[lite]")
{
    for (const bool hybrid : {false, true}) {
        check({.height = 9, .width = 7, .channels = 5, .filters = 6, .kernel_height = 3, .kernel_width = 3}, hybrid);
        check({.height = 9, .width = 7, .channels = 5, .filters = 6, .kernel_height = 3, .kernel_width = 2, .least = -128},
              hybrid);
        check({.height = 9,
               .width = 11,
               .channels = 4,
               .filters = 9,
               .kernel_height = 3,
               .kernel_width = 2,
               .stride = 2,
               .padding = padding_kind::valid},
              hybrid);
        check({.height = 12, .width = 12, .channels = 3, .filters = 17, .kernel_height = 3, .kernel_width = 3, .dilation = 2},
              hybrid);
        check({.height = 6, .width = 6, .channels = 6, .filters = 10, .kernel_height = 3, .kernel_width = 3, .groups = 2},
              hybrid);
        check({.height = 5,
               .width = 5,
               .channels = 7,
               .filters = 33,
               .kernel_height = 5,
               .kernel_width = 5,
               .padding = padding_kind::valid},
              hybrid);
        check({.height = 4, .width = 3, .channels = 13, .filters = 20, .kernel_height = 1, .kernel_width = 1}, hybrid);
        constexpr code depthwise = code::depthwise_conv_2d, transposed = code::transpose_conv;
        check({.height = 9, .width = 7, .channels = 5, .filters = 5, .kernel_height = 3, .kernel_width = 3, .which = depthwise},
              hybrid);
        check({.height = 9,
               .width = 8,
               .channels = 3,
               .filters = 6,
               .kernel_height = 3,
               .kernel_width = 2,
               .stride = 2,
               .which = depthwise,
               .least = -128},
              hybrid);
        check({.height = 11,
               .width = 9,
               .channels = 18,
               .filters = 18,
               .kernel_height = 3,
               .kernel_width = 3,
               .dilation = 2,
               .which = depthwise},
              hybrid);
        check({.height = 5,
               .width = 4,
               .channels = 6,
               .filters = 7,
               .kernel_height = 3,
               .kernel_width = 3,
               .stride = 2,
               .which = transposed},
              hybrid);
        check({.height = 5,
               .width = 4,
               .channels = 6,
               .filters = 7,
               .kernel_height = 4,
               .kernel_width = 3,
               .stride = 2,
               .padding = padding_kind::valid,
               .which = transposed,
               .least = -128},
              hybrid);
        check({.height = 4,
               .width = 4,
               .channels = 3,
               .filters = 18,
               .kernel_height = 2,
               .kernel_width = 2,
               .stride = 3,
               .which = transposed},
              hybrid);
    }
}

TEST_CASE("dense layers and products of matrices of int8 numbers", "[lite]")
{
    for (const std::size_t rows : std::initializer_list<std::size_t>{1, 5}) {
        const std::size_t inputs = 33, outputs = 19;
        const Bytes x = extreme_bytes(rows * inputs, 1), w = extreme_bytes(outputs * inputs, 2);
        OneOperator op(dense_rules, code::fully_connected);
        op.options.activation = fused::relu;
        scaled(op.input<std::int8_t>({rows, inputs}, x), .02f, 100);
        const Value& given = weights(op, {outputs, inputs}, w, outputs);
        op.no_input();
        scaled(op.output(dtype::int8), .3f, -20);
        op();
        const Bytes y = op.result<std::int8_t>();
        for (std::size_t i = 0; i < y.size(); ++i) {
            std::int32_t sum = 0;
            for (std::size_t k = 0; k < inputs; ++k) sum += (x[i / outputs * inputs + k] - 100) * w[i % outputs * inputs + k];
            REQUIRE(int(y[i]) ==
                    int(kernels::reference::requantize(
                        sum, scale_of_sums(.02f, given.tensor->quantization.scale[i % outputs], .3f), -20, -20, 127)));
        }
    }
    for (const bool a_turned : {false, true})
        for (const bool b_turned : {false, true}) {
            const std::size_t rows = 5, terms = 13, columns = 18;
            const Bytes a = extreme_bytes(2 * rows * terms, 1), b = extreme_bytes(terms * columns, 2);
            OneOperator op(batch_matmul_rules, code::batch_matmul);
            op.options.adjoint_x = a_turned, op.options.adjoint_y = b_turned;
            scaled(op.input<std::int8_t>(a_turned ? Extents{2, terms, rows} : Extents{2, rows, terms}, a), .02f, -9);
            scaled(op.input<std::int8_t>(b_turned ? Extents{1, columns, terms} : Extents{1, terms, columns}, b), .03f, 44);
            scaled(op.output(dtype::int8), .9f, 5);
            op();
            const Bytes y = op.result<std::int8_t>();
            for (std::size_t i = 0; i < y.size(); ++i) {
                const std::size_t n = i / (rows * columns), row = i / columns % rows, column = i % columns;
                std::int32_t sum = 0;
                for (std::size_t k = 0; k < terms; ++k)
                    sum += (a[n * rows * terms + (a_turned ? k * rows + row : row * terms + k)] + 9) *
                           (b[b_turned ? column * terms + k : k * columns + column] - 44);
                REQUIRE(int(y[i]) == int(kernels::reference::requantize(sum, scale_of_sums(.02f, .03f, .9f), 5, -128, 127)));
            }
        }
}

TEST_CASE("what whole numbers cannot be is refused", "[lite]")
{
    const auto dense = [](const auto& change) {
        OneOperator op(dense_rules, code::fully_connected);
        Value& x = scaled(op.input<std::int8_t>({2, 3}, Bytes(6)), .02f, 1);
        Value& w = weights(op, {4, 3}, Bytes(12), 4);
        Value& bias = op.input<std::int32_t>({4}, Ints(4));
        Value& y = scaled(op.output(dtype::int8), .02f, 1);
        change(op, x, w, bias, y);
        return op.refusal();
    };
    using V = Value&;
    CHECK(dense([](OneOperator&, V, V, V, V) {}).empty());
    CHECK_THAT(dense([](OneOperator&, V x, V, V, V) { x.scale = 0; }), Contains("an input of int8 without one scale"));
    CHECK_THAT(dense([](OneOperator&, V, V, V, V y) { y.zero = 200; }),
               Contains("a result with the zero point 200, which is no int8"));
    CHECK_THAT(dense([](OneOperator& op, V, V w, V, V) { op.said_of(w).quantization.zero_point[2] = 5; }),
               Contains("weights with the zero point 5 where it has to be 0"));
    CHECK_THAT(dense([](OneOperator& op, V, V w, V, V) { op.said_of(w).quantization.scale.pop_back(); }),
               Contains("weights with 3 scales for 4 outputs"));
    CHECK_THAT(dense([](OneOperator&, V, V w, V, V) { w.known = false; }), Contains("input 1 is computed while the file runs"));
    CHECK_THAT(dense([](OneOperator&, V, V, V bias, V) { bias.type = dtype::float32; }),
               Contains("a bias of float32 where int32 is needed"));
    CHECK_THAT(dense([](OneOperator& op, V, V, V, V) { op.options.activation = fused::tanh; }),
               Contains("a fused activation that whole numbers do not have"));
}
