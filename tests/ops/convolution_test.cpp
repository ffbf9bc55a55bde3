// Convolutions of tensors: values against plain loops, TensorFlow's values at corners, both orders of derivatives, refusals.
#include "second_order.hpp"

#include <lamina/core/error.hpp>
#include <lamina/kernels/reference/convolution_any.hpp>
#include <lamina/ops/convolution.hpp>

using namespace lamina;
using Catch::Matchers::Contains;

namespace {

double order_check(const Shape& x, const Shape& w, const auto& f)
{
    return check_orders([&](const std::vector<AnyTensor>& in) { return f(in[0], in[1]); },
                        {random_tensor(x, 1), random_tensor(w, 2)});
}

} // namespace

TEMPLATE_TEST_CASE("conv2d of tensors equals plain loops", "[ops][convolution]", float, double)
{
    const auto x = random_tensor<TestType>({2, 7, 6, 4}, 1), w = random_tensor<TestType>({3, 2, 2, 6}, 2);
    const AnyTensor y = conv2d(x, w, {.strides = {2, 1}, .padding = Border{{1, 2}, {0, 1}}, .dilations = {1, 2}, .groups = 2});
    REQUIRE(y.shape() == Shape{2, 4, 5, 6});
    const internals::kernels::convolution_sizes s{7, 6, 4, 6, 3, 2, 2, 1, 1, 2, 1, 0, 4, 5, 2};
    std::vector<TestType> expected(y.size());
    internals::kernels::reference::convolution_any_forward(x.template data<TestType>(), w.template data<TestType>(),
                                                           expected.data(), static_cast<TestType*>(nullptr), 2, s);
    CHECK(furthest(y, constant(expected.data(), y.shape())) < (sizeof(TestType) == 4 ? 1e-5 : 1e-13));
}

TEST_CASE("Convolutions lie as TensorFlow lays them", "[ops][convolution]")
{
    const AnyTensor x = constant(std::vector<double>{1, 2, 3, 4, 5}.data(), {1, 5, 1});
    const AnyTensor w = constant(std::vector<double>{1, 10}.data(), {2, 1, 1});
    CHECK(numbers(conv1d(x, w)) == std::vector<double>{21, 32, 43, 54});
    CHECK(numbers(conv1d(x, w, {.padding = Same{}})) == std::vector<double>{21, 32, 43, 54, 5}); // the odd zero is behind
    CHECK(numbers(conv1d(x, w, {.strides = 2, .padding = Same{}})) == std::vector<double>{21, 43, 5});
    CHECK(numbers(conv1d(x, w, {.padding = Causal{}})) == std::vector<double>{10, 21, 32, 43, 54});
    CHECK(numbers(conv1d(x, w, {.padding = Causal{}, .dilations = 2})) == std::vector<double>{10, 20, 31, 42, 53});
    CHECK(numbers(conv1d(x, w, {.padding = Sides{0, 2}})) == std::vector<double>{21, 32, 43, 54, 5, 0});
    CHECK(numbers(conv1d_transpose(x, w, {.strides = 2})) == std::vector<double>{1, 10, 2, 20, 3, 30, 4, 40, 5, 50});
    CHECK(numbers(conv1d_transpose(x, w)) == std::vector<double>{1, 12, 23, 34, 45, 50});
    CHECK(numbers(conv1d_transpose(x, w, {.padding = Same{}})) == std::vector<double>{1, 12, 23, 34, 45});
    CHECK(numbers(conv1d_transpose(x, w, {.strides = 3})) ==
          std::vector<double>{1, 10, 0, 2, 20, 0, 3, 30, 0, 4, 40, 0, 5, 50, 0}); // up to where the next window would begin
    CHECK(numbers(conv1d_transpose(x, w, {.strides = 2, .output = 11})) ==
          std::vector<double>{1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 0});
    const AnyTensor pixels = random_tensor({1, 3, 3, 2}, 1), one = random_tensor({2, 2, 2, 3}, 2);
    const AnyTensor each = depthwise_conv2d(pixels, one); // output 3c + j is of channel c
    REQUIRE(each.shape() == Shape{1, 2, 2, 6});
    const auto at = [](const AnyTensor& t, std::size_t i) { return t.item(i); };
    double sum = 0;
    for (std::size_t ky = 0; ky < 2; ++ky)
        for (std::size_t kx = 0; kx < 2; ++kx)
            sum += at(pixels, (ky * 3 + kx) * 2 + 1) * at(one, ((ky * 2 + kx) * 2 + 1) * 3 + 2);
    CHECK(each.item(5) == Approx(sum));
}

TEST_CASE("Convolutions have both derivatives", "[ops][convolution][gradients]")
{
    CHECK(order_check({2, 4, 5, 2}, {2, 3, 2, 3}, [](const auto& x, const auto& w) { return conv2d(x, w); }) < 1e-6);
    CHECK(order_check({1, 5, 4, 2}, {3, 2, 2, 1},
                      [](const auto& x, const auto& w) { return conv2d(x, w, {.strides = {2, 1}, .padding = Same{}}); }) < 1e-6);
    CHECK(order_check({1, 4, 5, 4}, {2, 2, 2, 4}, [](const auto& x, const auto& w) {
              return conv2d(x, w, {.padding = Border{{1, 0}, {2, 1}}, .dilations = {1, 2}, .groups = 2});
          }) < 1e-6);
    CHECK(order_check({1, 4, 4, 3}, {2, 2, 3, 2}, [](const auto& x, const auto& w) {
              return depthwise_conv2d(x, w, {.strides = 2, .padding = Same{}});
          }) < 1e-6);
    CHECK(order_check({2, 6, 2}, {3, 2, 2},
                      [](const auto& x, const auto& w) { return conv1d(x, w, {.padding = Causal{}, .dilations = 2}); }) < 1e-6);
    CHECK(order_check({1, 5, 2}, {2, 2, 2}, [](const auto& x, const auto& w) { return depthwise_conv1d(x, w, {.strides = 2}); }) <
          1e-6);
    CHECK(order_check({1, 3, 2, 3}, {3, 2, 2, 3}, [](const auto& x, const auto& w) {
              return conv2d_transpose(x, w, {.strides = {2, 3}, .padding = Same{}});
          }) < 1e-6);
    CHECK(order_check({2, 3, 2}, {3, 2, 2},
                      [](const auto& x, const auto& w) { return conv1d_transpose(x, w, {.strides = 2, .output = 8}); }) < 1e-6);
}

TEST_CASE("What is no convolution is refused by a sentence", "[ops][convolution]")
{
    const AnyTensor x = random_tensor({2, 5, 5, 3}, 1), w = random_tensor({3, 3, 3, 2}, 2);
    CHECK_THROWS_WITH(conv2d(x, random_tensor({3, 3, 2, 2}, 1)), Contains("for 2 channels in 1 groups; the images have 3"));
    CHECK_THROWS_WITH(conv2d(random_tensor({5, 3}, 1), w), Contains("4 axes are needed"));
    CHECK_THROWS_WITH(conv2d(x, random_tensor({3, 3, 3}, 1)), Contains("a kernel of shape [3, 3, 3], it needs [height"));
    CHECK_THROWS_WITH(conv2d(x, random_tensor({6, 3, 3, 2}, 1)), Contains("reaches over 6 elements of the height, which has 5"));
    CHECK_THROWS_WITH(conv2d(x, w, {.strides = {0, 1}}), Contains("a stride is 0, it has to be at least 1"));
    CHECK_THROWS_WITH(conv2d(x, w, {.groups = 2}), Contains("3 channels and 2 filters do not make 2 groups"));
    CHECK_THROWS_WITH(conv2d(x, random_tensor<float>({3, 3, 3, 2}, 1)), Contains("float64 with float32; cast one of them"));
    CHECK_THROWS_WITH(conv2d(x, w, {.strides = std::size_t(1) << 40}), Contains("is too large"));
    CHECK_THROWS_WITH(conv2d(x, w, {.padding = std::size_t(1) << 20}), Contains("check strides, padding and extents"));
    CHECK_THROWS_WITH(conv2d(constant({1, 2}), w), Contains("4 axes are needed"));
    CHECK_THROWS_WITH(conv2d_transpose(x, random_tensor({3, 3, 2, 3}, 1), {.strides = 2, .output = Window{30, 11}}),
                      Contains("a gradient of shape [2, 5, 5, 3], the output has [2, 14, 5, 3]"));
}

TEST_CASE("A convolution of no images is one of no images", "[ops][convolution]")
{
    const AnyTensor x = random_tensor({0, 5, 5, 3}, 1);
    AnyTensor w = random_tensor({3, 3, 3, 2}, 2);
    GradientTape tape;
    tape.watch(w);
    const AnyTensor y = conv2d(x, w);
    CHECK(y.shape() == Shape{0, 3, 3, 2});
    const AnyTensor dw = tape.gradient(y, w);
    CHECK((dw.shape() == w.shape() && dw.item(3) == 0));
}

TEST_CASE("infer of the convolutions holds against random shapes and attributes", "[ops][convolution]")
{
    using namespace internals::tensors;
    std::mt19937 generator(5);
    const auto below = [&](std::uint32_t n) { return generator() % n; };
    int accepted = 0;
    for (int i = 0; i < 20000; ++i) {
        std::vector<AnyTensor> in;
        const bool likely = below(2) == 0;
        for (std::size_t k = likely ? 2 + below(2) : 1 + below(3); k > 0; --k) {
            Shape s;
            for (std::size_t axis = likely ? 3 + below(2) : below(7); axis > 0; --axis)
                s.push_back(likely ? 1 + below(3) : below(5));
            in.push_back(zeros(s, below(12) == 0 ? dtype::int32 : below(12) == 0 ? dtype::float64 : dtype::float32));
        }
        Attributes with;
        for (std::size_t k = likely ? 12 : below(13); k > 0; --k) {
            const std::int32_t wild[]{
                -3, -1, 0, 1 << 20, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()};
            with.add(below(likely ? 40 : 6) == 0 ? wild[below(6)] : static_cast<std::int32_t>(below(3)) + (with.count < 4));
        }
        std::vector<const AnyTensor*> at;
        for (const AnyTensor& t : in) at.push_back(&t);
        for (const OpEntry* op : {&conv2d_entry, &conv2d_data_entry, &conv2d_weights_entry}) try {
                run_on(*op, {at.data(), at.size()}, with);
                ++accepted;
            }
            catch (const error&) {
            }
    }
    CHECK(accepted > 100);
}

TEST_CASE("Extents whose product wraps around are refused", "[ops][convolution]")
{
    using namespace internals::tensors;
    const auto form = [](const Shape& s) { return AnyTensor(new_body(dtype::float32, s, 0)); };
    Attributes with;
    for (const std::int32_t value : {1, 1, 1, 1, 0, 0, 0, 0, 0}) with.add(value); // each channel by itself
    const std::size_t half = std::size_t(1) << 32;
    for (const AnyTensor& x : {form({1, 5, 5, half}), form({0, half, half, 1})}) {
        const AnyTensor w = form({1, 1, x.shape()[3], x.shape()[3]});
        const AnyTensor* const in[]{&x, &w};
        Shape extents;
        dtype type = dtype::float32;
        CHECK_THROWS_WITH(conv2d_entry.infer({in, 2}, with, extents, type), Contains("more than 2^40 numbers"));
    }
}
