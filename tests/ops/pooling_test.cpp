// Poolings and resizing of tensors: values, corners, both orders of derivatives, refusals.
#include "second_order.hpp"

#include <lamina/core/error.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/pooling.hpp>
#include <lamina/ops/resizing.hpp>

using namespace lamina;
using Catch::Matchers::Contains;

namespace {

double order_check(const Shape& x, const auto& f)
{
    return check_orders([&](const std::vector<AnyTensor>& in) { return f(in[0]); }, {random_tensor(x, 1)});
}

} // namespace

TEST_CASE("Poolings of tensors lie as TensorFlow and PyTorch lay them", "[ops][pooling]")
{
    const AnyTensor x = constant(std::vector<double>{1, 2, 3, 4, 5}.data(), {1, 5, 1});
    CHECK(numbers(avg_pool1d(x, 2)) == std::vector<double>{1.5, 3.5});
    CHECK(numbers(avg_pool1d(x, 2, {.padding = Same{}})) == std::vector<double>{1.5, 3.5, 5}); // padding does not count
    CHECK(numbers(avg_pool1d(x, 2, {.ceil_mode = true})) == std::vector<double>{1.5, 3.5, 5});
    CHECK(numbers(avg_pool1d(x, 3, {.strides = 2, .padding = 1})) == std::vector<double>{1.5, 3, 4.5});
    CHECK(numbers(avg_pool1d(x, 3, {.strides = 2, .padding = 1, .count_include_pad = true})) == std::vector<double>{1, 3, 3});
    CHECK(numbers(max_pool1d(x, 2, {.strides = 1, .dilations = 2})) == std::vector<double>{3, 4, 5});
    CHECK(numbers(max_pool1d(x, 3, {.strides = 2, .padding = Same{}})) == std::vector<double>{2, 4, 5});
    CHECK(numbers(adaptive_avg_pool2d(constant(std::vector<double>{1, 2, 3, 4, 5}.data(), {1, 5, 1, 1}), {2, 1})) ==
          std::vector<double>{2, 4}); // the parts share their middle
    CHECK(numbers(adaptive_max_pool2d(x, {1, 2})) == std::vector<double>{3, 5});
    CHECK(max_pool2d(random_tensor({2, 5, 6, 3}, 1), {2, 3}).shape() == Shape{2, 2, 2, 3});
    const AnyTensor f = random_tensor<float>({2, 5, 6, 3}, 1);
    CHECK(avg_pool2d(f, 2, {.strides = 1}).dtype() == dtype::float32);
}

TEST_CASE("A tie of a maximum goes to the first cell, in both directions", "[ops][pooling][gradients]")
{
    AnyTensor x = constant(std::vector<double>{3, 3, 1, 3}.data(), {1, 2, 2, 1});
    GradientTape tape;
    tape.watch(x);
    CHECK(numbers(tape.gradient(max_pool2d(x, 2), x)) == std::vector<double>{1, 0, 0, 0});
}

TEST_CASE("Poolings have both derivatives", "[ops][pooling][gradients]")
{
    CHECK(order_check({2, 4, 5, 2}, [](const auto& x) { return avg_pool2d(x, 2); }) < 1e-6);
    CHECK(order_check({1, 5, 5, 2}, [](const auto& x) { return avg_pool2d(x, 3, {.strides = 2, .padding = Same{}}); }) < 1e-6);
    CHECK(order_check({1, 5, 4, 1}, [](const auto& x) {
              return avg_pool2d(x, {3, 2}, {.strides = 2, .padding = 1, .count_include_pad = true, .ceil_mode = true});
          }) < 1e-6);
    CHECK(order_check({2, 4, 5, 2}, [](const auto& x) { return max_pool2d(x, 2, {.strides = 1, .padding = Same{}}); }) < 1e-6);
    CHECK(order_check({1, 7, 2}, [](const auto& x) { return max_pool1d(x, 2, {.strides = 1, .dilations = 3}); }) < 1e-6);
    CHECK(order_check({2, 6, 2}, [](const auto& x) { return avg_pool1d(x, 3, {.strides = 1}); }) < 1e-6);
    CHECK(order_check({2, 5, 7, 1}, [](const auto& x) { return adaptive_avg_pool2d(x, {2, 3}); }) < 1e-6);
    CHECK(order_check({2, 5, 7, 1}, [](const auto& x) { return adaptive_max_pool2d(x, {3, 2}); }) < 1e-6);
}

TEST_CASE("Resizing of tensors, and both its derivatives", "[ops][resizing][gradients]")
{
    const AnyTensor x = constant(std::vector<double>{1, 2, 3, 4}.data(), {1, 1, 4, 1});
    CHECK(numbers(resize(x, {1, 2}, Nearest{})) == std::vector<double>{2, 4});
    CHECK(numbers(resize(x, {1, 2})) == std::vector<double>{1.5, 3.5});
    CHECK(numbers(resize(x, {2, 4})) == std::vector<double>{1, 2, 3, 4, 1, 2, 3, 4});
    CHECK(order_check({2, 3, 4, 2}, [](const auto& in) { return resize(in, {5, 7}); }) < 1e-6);
    CHECK(order_check({1, 5, 6, 2}, [](const auto& in) { return resize(in, {3, 4}); }) < 1e-6);
    CHECK(order_check({1, 3, 4, 2}, [](const auto& in) { return resize(in, {5, 3}, Nearest{}); }) < 1e-6);
    CHECK_THROWS_WITH(resize(x, {0, 2}), Contains("the height is 0, it has to be at least 1"));
    CHECK_THROWS_WITH(resize(constant({1., 2.}), {1, 2}), Contains("images [n, height, width, channels]"));
}

TEST_CASE("What is no pooling is refused by a sentence", "[ops][pooling]")
{
    const AnyTensor x = random_tensor({2, 5, 5, 3}, 1);
    CHECK_THROWS_WITH(avg_pool2d(x, 6), Contains("reaches over 6 elements of the height, which has 5"));
    CHECK_THROWS_WITH(avg_pool2d(x, 0), Contains("a window's height is 0"));
    CHECK_THROWS_WITH(avg_pool2d(x, 2, {.padding = 2}), Contains("below the window's reach of 2 is needed"));
    CHECK_THROWS_WITH(avg_pool2d(x, 2, {.dilations = 2}), Contains("averages have no dilation"));
    CHECK_THROWS_WITH(max_pool2d(x, 2, {.padding = Causal{}}), Contains("no causal padding"));
    CHECK_THROWS_WITH(max_pool1d(x, 2), Contains("[n, steps, channels] is needed"));
    CHECK_THROWS_WITH(max_pool2d(cast<std::int32_t>(x), 2), Contains("cast them to float or double"));
}

TEST_CASE("infer of poolings and of resizing holds against random shapes and attributes", "[ops][pooling]")
{
    using namespace internals::tensors;
    std::mt19937 generator(5);
    const auto below = [&](std::uint32_t n) { return generator() % n; };
    int accepted = 0;
    for (int i = 0; i < 20000; ++i) {
        std::vector<AnyTensor> in;
        const bool likely = below(2) == 0;
        for (std::size_t k = 1 + below(likely ? 2 : 3); k > 0; --k) {
            Shape s;
            for (std::size_t axis = likely ? 3 + below(2) : below(7); axis > 0; --axis)
                s.push_back(likely ? 1 + below(3) : below(5));
            in.push_back(zeros(s, below(12) == 0 ? dtype::int32 : below(12) == 0 ? dtype::float64 : dtype::float32));
        }
        Attributes with;
        for (std::size_t k = likely ? 12 : below(13); k > 0; --k) {
            const std::int32_t wild[]{
                -3, -1, 0, 1 << 20, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()};
            with.add(below(likely ? 40 : 6) == 0 ? wild[below(6)] : static_cast<std::int32_t>(below(4)));
        }
        std::vector<const AnyTensor*> at;
        for (const AnyTensor& t : in) at.push_back(&t);
        for (const OpEntry* op :
             {&avg_pool_entry, &avg_pool_grad_entry, &max_pool_entry, &max_pool_grad_entry, &max_pool_grad_grad_entry,
              &resize_entry<true>, &resize_entry<false>, &resize_grad_entry<true>, &resize_grad_entry<false>})
            try {
                run_on(*op, {at.data(), at.size()}, with);
                ++accepted;
            }
            catch (const error&) {
            }
    }
    CHECK(accepted > 500);
}
