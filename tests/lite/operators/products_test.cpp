// FULLY_CONNECTED, BATCH_MATMUL, SOFTMAX, LOG_SOFTMAX, RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR of floats: against loops; refusals.
#include "catch.hpp"

#include "../run_operator.hpp"

#include <lamina/lite/operators/batch_matmul.hpp>
#include <lamina/lite/operators/dense.hpp>
#include <lamina/lite/operators/resize.hpp>
#include <lamina/lite/operators/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

using namespace lite_test;
using Catch::Matchers::Contains;

namespace {

void compare(const std::vector<float>& y, const std::vector<double>& expected, double bound)
{
    REQUIRE(y.size() == expected.size());
    double worst = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double off = std::fabs(double(y[i]) - expected[i]);
        worst = off <= worst ? worst : off; // NaN stays
    }
    CHECK(worst <= bound);
}

struct Dense {
    Extents x;
    std::size_t units, inputs;
    bool bias = true, constant = true, keep = false;
    fused activation = fused::none;
    std::size_t threads = 1;
};

std::vector<float> run_dense(const Dense& s)
{
    CAPTURE(s.units, s.inputs, s.bias, s.constant, s.keep, int(s.activation), s.threads);
    const auto x = some_numbers(s.x.size(), 1), w = some_numbers(s.units * s.inputs, 2), b = some_numbers(s.units, 3);
    OneOperator op(dense_rules, code::fully_connected);
    op.options.activation = s.activation;
    op.options.keep_dims = s.keep;
    op.step.threads = s.threads;
    op.input<float>(s.x, x, false);
    op.input<float>({s.units, s.inputs}, w, s.constant);
    if (s.bias) op.input<float>({s.units}, b);
    else op.no_input();
    op.output(dtype::float32);
    op();
    Extents shape{s.x.size() / s.inputs, s.units};
    if (s.keep) {
        shape = s.x;
        shape[shape.rank - 1] = s.units;
    }
    CHECK(op.shape() == shape);
    std::vector<double> expected;
    for (std::size_t n = 0; n < s.x.size() / s.inputs; ++n)
        for (std::size_t o = 0; o < s.units; ++o) {
            double sum = s.bias ? double(b[o]) : 0;
            for (std::size_t i = 0; i < s.inputs; ++i) sum += double(x[n * s.inputs + i]) * double(w[o * s.inputs + i]);
            if (s.activation == fused::relu) sum = std::max(sum, 0.0);
            expected.push_back(s.activation == fused::tanh ? std::tanh(sum) : sum);
        }
    compare(op.result<float>(), expected, 1e-5 + 1e-7 * double(s.inputs)); // numbers below 1
    return op.result<float>();
}

} // namespace

TEST_CASE("dense layers of floats equal loops", "[lite]")
{
    for (const bool bias : {true, false})
        for (const bool constant : {true, false})
            for (const fused activation : {fused::none, fused::relu, fused::tanh}) {
                run_dense({{3, 17}, 5, 17, bias, constant, false, activation});
                run_dense({{2, 3, 4}, 9, 4, bias, constant, true, activation}); // keep_num_dims
                run_dense({{2, 3, 4}, 9, 12, bias, constant, false, activation});
                run_dense({{20}, 1, 4, bias, constant, false, activation});
                run_dense({{1, 30}, 500, 30, bias, constant, false, activation});
            }
    for (const std::size_t n : {1u, 2u, 20u}) {
        Dense s{{n, 300}, 1000, 300};
        const auto alone = run_dense(s);
        for (const std::size_t threads : {2u, 3u, 7u}) {
            s.threads = threads;
            CHECK(run_dense(s) == alone);
        }
    }
}

TEST_CASE("batched products of floats equal loops", "[lite]")
{
    struct Case {
        Extents a, b, y; ///< as they lie where neither is transposed
    };
    for (const Case& one : {Case{{3, 4}, {4, 5}, {3, 5}}, Case{{2, 3, 4}, {2, 4, 1}, {2, 3, 1}},
                            Case{{2, 1, 3, 4}, {5, 4, 7}, {2, 5, 3, 7}}, Case{{17, 20}, {3, 20, 33}, {3, 17, 33}}})
        for (const bool turn_a : {false, true})
            for (const bool turn_b : {false, true}) {
                const Extents &a = one.a, &b = one.b, &y = one.y;
                const auto turned = [](Extents shape, bool turn) {
                    if (turn) std::swap(shape[shape.rank - 1], shape[shape.rank - 2]);
                    return shape;
                };
                const auto x = some_numbers(a.size(), 1), z = some_numbers(b.size(), 2);
                OneOperator op(batch_matmul_rules, code::batch_matmul);
                op.options.adjoint_x = turn_a, op.options.adjoint_y = turn_b;
                op.input<float>(turned(a, turn_a), x, false);
                op.input<float>(turned(b, turn_b), z, false);
                op.output(dtype::float32);
                op();
                CHECK(op.shape() == y);
                const std::size_t rows = y[y.rank - 2], terms = a.last(), columns = y.last();
                const auto matrix = [&](const Extents& shape, std::size_t i) { // which one meets matrix number i of y
                    std::size_t place = 0, step = 1;
                    for (std::size_t back = 3; back <= y.rank; ++back) {
                        const std::size_t at = i % y[y.rank - back];
                        i /= y[y.rank - back];
                        if (back > shape.rank) continue;
                        if (shape[shape.rank - back] > 1) place += at * step;
                        step *= shape[shape.rank - back];
                    }
                    return place;
                };
                std::vector<double> expected;
                for (std::size_t i = 0; i < y.size() / (rows * columns); ++i)
                    for (std::size_t row = 0; row < rows; ++row)
                        for (std::size_t column = 0; column < columns; ++column) {
                            double sum = 0;
                            for (std::size_t k = 0; k < terms; ++k)
                                sum +=
                                    double(x[matrix(a, i) * rows * terms + (turn_a ? k * rows + row : row * terms + k)]) *
                                    double(
                                        z[matrix(b, i) * terms * columns + (turn_b ? column * terms + k : k * columns + column)]);
                            expected.push_back(sum);
                        }
                compare(op.result<float>(), expected, 1e-5);
            }
}

TEST_CASE("softmax of floats equals loops", "[lite]")
{
    for (const bool logarithm : {false, true})
        for (const float beta : {1.f, 0.5f})
            for (const std::size_t width : {1u, 3u, 16u, 37u}) {
                const auto x = some_numbers(3 * width, 1);
                OneOperator op(softmax_rules, logarithm ? code::log_softmax : code::softmax);
                op.options.beta = beta;
                op.input<float>({3, width}, x);
                op.output(dtype::float32);
                op();
                const double factor = logarithm ? 1 : double(beta);
                std::vector<double> expected;
                for (std::size_t row = 0; row < 3; ++row) {
                    double sum = 0;
                    for (std::size_t i = 0; i < width; ++i) sum += std::exp(factor * double(x[row * width + i]));
                    for (std::size_t i = 0; i < width; ++i) {
                        const double log = factor * double(x[row * width + i]) - std::log(sum);
                        expected.push_back(logarithm ? log : std::exp(log));
                    }
                }
                compare(op.result<float>(), expected, 2e-6);
            }
}

TEST_CASE("images are resized as TensorFlow does", "[lite]")
{
    const auto resize = [](code which, bool corners, bool middles, std::vector<std::int32_t> size, std::vector<float> x) {
        OneOperator op(resize_rules, which);
        op.options.align_corners = corners, op.options.half_pixel_centers = middles;
        const std::size_t width = x.size();
        op.input<float>({1, 1, width, 1}, x);
        op.input<std::int32_t>({2}, size);
        op.output(dtype::float32);
        op();
        return op.result<float>();
    };
    using Floats = std::vector<float>;
    CHECK(resize(code::resize_bilinear, false, false, {1, 4}, {0, 4}) == Floats{0, 2, 4, 4});
    CHECK(resize(code::resize_bilinear, false, true, {1, 4}, {0, 4}) == Floats{0, 1, 3, 4});
    CHECK(resize(code::resize_bilinear, true, false, {1, 5}, {0, 4}) == Floats{0, 1, 2, 3, 4});
    CHECK(resize(code::resize_bilinear, false, true, {2, 2}, {0, 4}) == Floats{0, 4, 0, 4});
    CHECK(resize(code::resize_nearest_neighbor, false, false, {1, 5}, {1, 2, 3}) == Floats{1, 1, 2, 2, 3});
    CHECK(resize(code::resize_nearest_neighbor, false, true, {1, 2}, {1, 2, 3, 4}) == Floats{2, 4});
    CHECK(resize(code::resize_nearest_neighbor, true, false, {1, 3}, {1, 2, 3, 4}) == Floats{1, 3, 4});
}

TEST_CASE("products and their kin refuse what does not fit", "[lite]")
{
    const auto dense = [](const Extents& x, const Extents& w, bool keep = false, bool shuffled = false) {
        OneOperator op(dense_rules, code::fully_connected);
        op.options.keep_dims = keep, op.options.weights_shuffled = shuffled;
        op.input<float>(x, std::vector<float>(x.size()));
        op.input<float>(w, std::vector<float>(w.size()));
        op.output(dtype::float32);
        return op.refusal();
    };
    CHECK(dense({2, 4}, {3, 4}).empty());
    CHECK_THAT(dense({2, 5}, {3, 4}), Contains("an input of shape [2, 5]"));
    CHECK_THAT(dense({2, 2}, {3, 4}, true), Contains("an input of shape [2, 2]"));
    CHECK_THAT(dense({2, 4}, {3, 0}), Contains("weights of shape [3, 0]"));
    CHECK_THAT(dense({2, 4}, {12}), Contains("weights of shape [12]"));
    CHECK_THAT(dense({2, 4}, {3, 4}, false, true), Contains("shuffled"));

    OneOperator product(batch_matmul_rules, code::batch_matmul);
    product.input<float>({2, 3}, std::vector<float>(6));
    product.input<float>({2, 3}, std::vector<float>(6));
    product.output(dtype::float32);
    CHECK_THAT(product.refusal(), Contains("do not fit"));

    OneOperator image(resize_rules, code::resize_bilinear);
    image.input<float>({1, 2, 2, 1}, std::vector<float>(4));
    image.input<std::int32_t>({2}, {0, 3});
    image.output(dtype::float32);
    CHECK_THAT(image.refusal(), Contains("cannot have the size"));
}
