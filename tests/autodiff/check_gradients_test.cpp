#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/autodiff/check_gradients.hpp>
#include <lamina/autodiff/jacobian.hpp>

#include <string>

using namespace lamina;
using Catch::Matchers::Contains;

namespace {

AnyTensor numbers(const Shape& extents, double first = 0.3)
{
    std::vector<double> all(extents.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = first + 0.17 * double(i) - 0.05 * double(i % 3);
    return constant(all.data(), extents);
}

} // namespace

TEST_CASE("derivatives that are right go through to the fourth order")
{
    const auto f = [](const AnyTensor& x, const AnyTensor& y) { return sin(x) * y + exp(x * 0.3); };
    const GradientCheck check = check_gradients(f, {numbers({2, 3}), numbers({3})}, {.order = 4});
    INFO(check.worst);
    CHECK(check);
    CHECK(check.error < 1e-7);
}

TEST_CASE("a gradient that is wrong is named with its place")
{
    const auto wrong = custom_gradient([](const AnyTensor& x) { return square(x); },
                                       [](const AnyTensor& dy, const AnyTensor& x) { return dy * x; });
    const GradientCheck check = check_gradients(wrong, {numbers({2})});
    CHECK_FALSE(check);
    CHECK_THAT(check.worst, Contains("order 1 by number 1 of argument 0"));
}

TEST_CASE("a gradient that is right to the first order only is caught by the second")
{
    const auto cube = custom_gradient([](const AnyTensor& x) { return x * x * x; },
                                      [](const AnyTensor& dy, const AnyTensor& x) { return dy * stop_gradient(3 * square(x)); });
    CHECK(check_gradients(cube, {numbers({3})}, {.order = 1}));
    const GradientCheck check = check_gradients(cube, {numbers({3})});
    CHECK_FALSE(check);
    CHECK_THAT(check.worst, Contains("order 2"));
}

TEST_CASE("a gradient that ignores what is differentiated by its cotangent is caught")
{
    const auto held = custom_gradient([](const AnyTensor& x) { return sin(x); },
                                      [](const AnyTensor& dy, const AnyTensor& x) { return stop_gradient(dy) * cos(x); });
    CHECK(check_gradients(held, {numbers({3})}, {.order = 1}));
    CHECK_FALSE(check_gradients(held, {numbers({3})}));
}

TEST_CASE("a gradient whose sum over what was repeated is wrong is caught")
{
    const auto product = custom_gradient([](const AnyTensor& a, const AnyTensor& b) { return a * b; },
                                         [](const AnyTensor& dy, const AnyTensor& a, const AnyTensor& b) {
                                             return std::vector<AnyTensor>{dy * b, reduce_mean(dy * a, {0})};
                                         });
    const GradientCheck check = check_gradients(product, {numbers({2, 3}), numbers({3})});
    CHECK_FALSE(check);
    CHECK_THAT(check.worst, Contains("of argument 1"));
}

TEST_CASE("NaN is an error, integers are constants, several results are checked, floats are refused")
{
    CHECK_FALSE(check_gradients([](const AnyTensor& x) { return norm(x); }, {zeros({2}, dtype::float64)}));
    const AnyTensor which = constant({1, 0, 1});
    CHECK(check_gradients([](const AnyTensor& x, const AnyTensor& i) { return gather(x, i); }, {numbers({2, 2}), which}));
    CHECK(check_gradients([](const AnyTensor& x) { return split(square(x), 2, 0); }, {numbers({4})}));
    CHECK_THROWS_WITH(check_gradients([](const AnyTensor& x) { return x; }, {ones({2})}), Contains("give double"));
    CHECK_THROWS_WITH(check_gradients([](const AnyTensor& x) { return cast<float>(x); }, {numbers({2})}),
                      Contains("gave float32"));
    CHECK_THROWS_WITH(check_gradients([](const AnyTensor& x) { return x; }, {numbers({2})}, {.order = 0}),
                      Contains("order of 1"));
}

TEST_CASE("jacobians and hessians")
{
    const auto a = constant({{1., 2.}, {3., 4.}, {5., 6.}});
    const AnyTensor j = jacobian([&](const AnyTensor& x) { return matmul(a, x); })(constant({{7.}, {8.}}));
    REQUIRE(j.shape() == Shape{3, 1, 2, 1});
    for (std::size_t i = 0; i < 6; ++i) CHECK(j.item(i) == a.item(i));

    const auto x = constant({2., 3.});
    const AnyTensor h = hessian([](const AnyTensor& v) { return reduce_prod(v) + reduce_sum(v * v * v); })(x);
    REQUIRE(h.shape() == Shape{2, 2});
    CHECK(h.item(0) == Approx(12));
    CHECK(h.item(1) == Approx(1));
    CHECK(h.item(2) == Approx(1));
    CHECK(h.item(3) == Approx(18));

    const AnyTensor apart = jacobian([](const AnyTensor&) { return constant({1., 2., 3.}); })(x);
    REQUIRE(apart.shape() == Shape{3, 2});
    CHECK(reduce_sum(abs(apart)).item() == 0);

    // The jacobian of a jacobian is the third derivative.
    const AnyTensor third =
        jacobian([](const AnyTensor& v) { return hessian([](const AnyTensor& w) { return reduce_sum(w * w * w); })(v); })(x);
    REQUIRE(third.shape() == Shape{2, 2, 2});
    CHECK(third.item(0) == Approx(6));
    CHECK(third.item(7) == Approx(6));
    CHECK(third.item(1) == 0);

    CHECK_THROWS_WITH(jacobian([](const AnyTensor& v) { return v; })(numbers({1, 1, 1, 2})), Contains("more than six axes"));
    AnyTensor watched = x;
    GradientTape spent;
    spent.watch(watched);
    const AnyTensor y = square(watched);
    CHECK_THROWS_WITH(jacobian(spent, y, watched), Contains("persistent"));
}
