// gather: numbers in other places, and their gradients, against each number by itself.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/gather.hpp>
#include <lamina/kernels/reference/gather.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

using namespace lamina;
using namespace lamina::internals;
using namespace lamina::internals::kernels;
using internals::plan_gather;

namespace {

constexpr std::size_t counts[] = {0, 1, 3}, widths[] = {1, 3, 15, 16, 17, 40};

template <class T> void check(const Shape& in, std::initializer_list<gather_axis> axes)
{
    const gather_plan plan = plan_gather(in, axes);
    for (const std::size_t n : counts) {
        INFO("input " << in << ", " << n << " samples, run " << plan.run << ", rank " << plan.rank);
        const auto x = Buffer<T>(n * plan.in, 1).random(1), dy = Buffer<T>(n * plan.out, 3).random(2);
        Buffer<T> y(n * plan.out, 5, T(NAN)), dx(n * plan.in, 7, T(NAN)), y_expected(n * plan.out), dx_expected(n * plan.in);
        gather_forward(x.data(), y.data(), n, plan);
        gather_backward(dy.data(), dx.data(), n, plan);
        kernels::reference::gather_forward(x.data(), y_expected.data(), n, plan.in, plan.out, axes);
        kernels::reference::gather_backward(dy.data(), dx_expected.data(), n, plan.in, plan.out, axes);
        CHECK((y.guarded() && dx.guarded()));
        for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == y_expected[i]);
        for (std::size_t i = 0; i < dx.size(); ++i) // an element may be added up in another order
            REQUIRE(std::fabs(dx[i] - dx_expected[i]) <= 16 * std::numeric_limits<T>::epsilon());
    }
}

} // namespace

TEMPLATE_TEST_CASE("numbers are gathered as one by one", "[kernels][gather]", float, double)
{
    for (const std::size_t channels : widths) {
        const Shape in{4, 5, channels};
        const auto whole = [&](std::size_t axis) { return whole_axis(in, axis); };
        check<TestType>(in, {whole(0), whole(1), whole(2)});
        check<TestType>(in, {padded_axis(in, 0, 1, 2), padded_axis(in, 1, 0, 3), whole(2)});
        check<TestType>(in, {padded_axis(in, 0, 2, 0), whole(1), whole(2)});
        check<TestType>(in, {cropped_axis(in, 0, 1, 2), cropped_axis(in, 1, 3, 0), whole(2)});
        check<TestType>(in, {cropped_axis(in, 0, 1, 0), whole(1), whole(2)});
        check<TestType>(in, {cropped_axis(in, 0, 0, 2), whole(1), whole(2)});
        check<TestType>(in, {repeated_axis(in, 0, 2), repeated_axis(in, 1, 3), whole(2)});
        check<TestType>(in, {repeated_axis(in, 0, 1), repeated_axis(in, 1, 1), whole(2)});
        check<TestType>(in, {padded_axis(in, 1, 1, 1), repeated_axis(in, 0, 2), whole(2)});
        check<TestType>(in, {whole(2), whole(0), whole(1)});
        check<TestType>(in, {whole(2), whole(1), whole(0)});
        check<TestType>(Shape{channels}, {{.extent = 4, .count = 1, .stride = 0, .repeat = 4}, whole_axis(Shape{channels}, 0)});
    }
}

static_assert(plan_gather(Shape{4, 5, 3},
                          {whole_axis(Shape{4, 5, 3}, 0), whole_axis(Shape{4, 5, 3}, 1), whole_axis(Shape{4, 5, 3}, 2)})
                  .run == 15); // nothing moves
static_assert(plan_gather(Shape{4, 5}, {padded_axis(Shape{4, 5}, 0, 1, 0), whole_axis(Shape{4, 5}, 1)}).run == 5);
