// What a tape follows and what it gives: the semantics of TensorFlow's GradientTape, and what is let go.
#include "catch.hpp"

#include <lamina/autodiff/custom_gradient.hpp>
#include <lamina/autodiff/functions.hpp>
#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

using namespace lamina;
namespace tensors = lamina::internals::tensors;

namespace {

std::vector<double> numbers(const AnyTensor& t)
{
    std::vector<double> all;
    for (std::size_t i = 0; i < t.size(); ++i) all.push_back(t.item(i));
    return all;
}
std::size_t steps() { return tensors::journal().steps.size(); }

} // namespace

TEST_CASE("A tape gives the gradient of what was computed from a watched tensor", "[autodiff][gradient_tape]")
{
    auto x = constant(3.0);
    GradientTape tape;
    tape.watch(x);
    const auto y = x * x;
    auto dy = tape.gradient(y, x);
    static_assert(std::is_same_v<decltype(dy), Tensor<double>>);
    CHECK(dy.item() == 6);
    CHECK(steps() == 0); // a spent tape keeps nothing
}

TEST_CASE("A persistent tape is asked again, by intermediate tensors as well, with cotangents", "[autodiff][gradient_tape]")
{
    auto x = constant(3.0), z = constant(1.0);
    GradientTape tape({.persistent = true});
    tape.watch(x, z);
    const auto y = x * x, w = y * y;
    CHECK(tape.gradient(w, x).item() == 108);
    CHECK(tape.gradient(w, y).item() == 18);
    CHECK(tape.gradient(y, x, constant(5.0)).item() == 30);
    CHECK(tape.gradient(w, w).item() == 1);
    const auto both = tape.gradient(w, std::vector<AnyTensor>{x, y, z});
    CHECK(both[0].item() == 108);
    CHECK(both[1].item() == 18);
    CHECK_FALSE(both[2]);
    const auto sum = tape.gradient(std::vector<AnyTensor>{y, w}, std::vector<AnyTensor>{x});
    CHECK(sum[0].item() == 114);
}

TEST_CASE("A source that is not connected has an empty gradient, or zeros", "[autodiff][gradient_tape]")
{
    auto x = constant({1.0, 2.0}), z = constant({3.0, 4.0});
    const auto before = x * x;
    GradientTape tape({.persistent = true});
    tape.watch(x);
    const auto y = x * z;
    CHECK_FALSE(tape.gradient(y, z));
    CHECK(numbers(tape.gradient(y, z, {}, Unconnected::zeros)) == std::vector<double>{0, 0});
    CHECK_FALSE(tape.gradient(before, x)); // computed before the tape listened
    CHECK_FALSE(tape.gradient(z, x));
}

TEST_CASE("stop_gradient and stop_recording cut what flows", "[autodiff][gradient_tape]")
{
    auto x = constant(3.0);
    GradientTape tape({.persistent = true});
    tape.watch(x);
    const auto y = x * x;
    CHECK(tape.gradient(stop_gradient(y) * x, x).item() == 9);
    AnyTensor quiet;
    {
        auto pause = tape.stop_recording();
        quiet = x * x;
    }
    CHECK_FALSE(tape.gradient(quiet, AnyTensor(x)));
    CHECK(tape.gradient(x * x, x).item() == 6);
}

TEST_CASE("A tape can be reset", "[autodiff][gradient_tape]")
{
    auto x = constant(3.0);
    GradientTape tape;
    tape.watch(x);
    const auto y = x * x;
    tape.reset();
    tape.watch(x);
    const auto z = x * 2;
    CHECK(tape.gradient(y + z, x).item() == 2);
}

TEST_CASE("Nested tapes give derivatives of higher order", "[autodiff][gradient_tape]")
{
    auto x = constant(2.0);
    GradientTape outer;
    outer.watch(x);
    AnyTensor first;
    {
        GradientTape inner;
        inner.watch(x);
        first = inner.gradient(x * x * x, x);
    }
    CHECK(first.item() == 12);
    CHECK(outer.gradient(first, AnyTensor(x)).item() == 12);
}

TEST_CASE("An inner tape watches what the outer one computed", "[autodiff][gradient_tape]")
{
    auto x = constant(2.0);
    GradientTape outer;
    outer.watch(x);
    AnyTensor u = x * x, du;
    {
        GradientTape inner;
        inner.watch(u);
        du = inner.gradient(u * u * u, u); // 3u² = 3x⁴
    }
    CHECK(outer.gradient(du, AnyTensor(x)).item() == 96);
}

TEST_CASE("An outer tape that watches nothing finds nothing", "[autodiff][gradient_tape]")
{
    auto x = constant(2.0);
    GradientTape outer;
    AnyTensor g;
    {
        GradientTape inner;
        inner.watch(x);
        g = inner.gradient(x * x * x, x);
    }
    CHECK(g.item() == 12);
    CHECK_FALSE(outer.gradient(g, AnyTensor(x)));
}

TEST_CASE("Tapes of one thread do not disturb each other", "[autodiff][gradient_tape]")
{
    auto x = constant(2.0), z = constant(5.0);
    GradientTape a({.persistent = true}), b({.persistent = true});
    a.watch(x);
    b.watch(z);
    const auto y = x * z;
    CHECK(a.gradient(y, x).item() == 5);
    CHECK_FALSE(a.gradient(y, z));
    CHECK(b.gradient(y, z).item() == 2);
    CHECK_FALSE(b.gradient(y, x));
}

TEST_CASE("A handle that a tape left over is a constant", "[autodiff][gradient_tape]")
{
    auto x = constant(2.0);
    AnyTensor y;
    {
        GradientTape tape;
        tape.watch(x);
        y = x * x;
    }
    auto z = constant(1.0);
    GradientTape tape({.persistent = true});
    tape.watch(z);
    const auto w = y * z;
    CHECK(tape.gradient(w, AnyTensor(z)).item() == 4);
    CHECK_FALSE(tape.gradient(w, AnyTensor(x)));
}

TEST_CASE("What is broadcast is summed, and several uses add up", "[autodiff][gradient_tape]")
{
    auto a = constant({{1., 2., 3.}, {4., 5., 6.}});
    auto b = constant({10., 20., 30.});
    const auto f = [](auto first, auto second) { return reduce_sum(first * second + second); };
    const auto [y, g] = value_and_gradients_function(f)(a, b);
    CHECK(y.item() == 580);
    CHECK(numbers(g[0]) == std::vector<double>{10, 20, 30, 10, 20, 30});
    CHECK(numbers(g[1]) == std::vector<double>{7, 9, 11});
    CHECK(g[1].shape() == Shape{3});
}

TEST_CASE("A tape refuses by a sentence", "[autodiff][gradient_tape]")
{
    auto x = constant(2.0);
    {
        GradientTape tape;
        tape.watch(x);
        const auto y = x * x;
        tape.gradient(y, x);
        CHECK_THROWS_WITH(tape.gradient(y, x),
                          "GradientTape: gradient of a tape that has given its gradient and let go of what it "
                          "kept; make it with {.persistent = true} to ask again");
    }
    GradientTape tape({.persistent = true});
    auto whole = constant(3);
    CHECK_THROWS_WITH(tape.watch(whole), "GradientTape: watch of int32 numbers, which have no derivatives; cast them to float or "
                                         "double first");
    tape.watch(x);
    CHECK_THROWS_WITH(tape.gradient(x * x, x, constant({1.0, 2.0})),
                      "GradientTape: the cotangent is float64 [2], its target is float64 []");
    CHECK_THROWS_WITH(tape.gradient(std::vector<AnyTensor>{x, x}, std::vector<AnyTensor>{x}, std::vector<AnyTensor>{x}),
                      "GradientTape: 2 targets and 1 cotangents; give one for each target");
    CHECK_THROWS_WITH(AnyTensor().shape(),
                      "a tensor without numbers was read; it is empty, as the gradient of a source that is not connected is");
    std::array<std::unique_ptr<GradientTape>, 31> others;
    for (auto& other : others) other = std::make_unique<GradientTape>();
    CHECK_THROWS_WITH(GradientTape(), "GradientTape: 32 tapes live in this thread already; end one of them first");
}

TEST_CASE("A gradient of one's own is right to the third order", "[autodiff][custom_gradient]")
{
    const auto cubed = custom_gradient([](const auto& x) { return x * x * x; },
                                       [](const auto& dy, const auto& x) { return dy * 3 * square(x); });
    auto x = constant(2.0);
    CHECK(cubed(x).item() == 8);
    CHECK(nth_derivative<1>(cubed)(x).item() == 12);
    CHECK(nth_derivative<2>(cubed)(x).item() == 12);
    CHECK(nth_derivative<3>(cubed)(x).item() == 6);
    const auto reversed = custom_gradient([](const auto& v) { return v; }, [](const auto& dy, const auto&) { return -dy; });
    GradientTape tape;
    tape.watch(x);
    CHECK(tape.gradient(reversed(x) * x, x).item() == 0); // only its own path is changed
}

TEST_CASE("A gradient of one's own of two arguments, and what it is refused for", "[autodiff][custom_gradient]")
{
    using both = std::array<AnyTensor, 2>;
    auto a = constant(2.0), b = constant(5.0);
    const auto product = custom_gradient([](const auto& x, const auto& y) { return x * y; },
                                         [](const auto& dy, const auto& x, const auto& y) { return both{dy * y, dy * x}; });
    const auto g = gradients_function(product)(a, b);
    CHECK(g[0].item() == 5);
    CHECK(g[1].item() == 2);
    const auto one_short = custom_gradient([](const auto& x, const auto& y) { return x * y; },
                                           [](const auto& dy, const auto&, const auto&) { return std::vector<AnyTensor>{dy}; });
    CHECK_THROWS_WITH(gradients_function(one_short)(a, b),
                      "custom_gradient: the gradient function gave 1 gradients for 2 arguments; give one for each");
    auto row = constant({1.0, 2.0});
    const auto narrow = custom_gradient([](const auto& x) { return square(x); },
                                        [](const auto& dy, const auto&) { return reduce_sum(AnyTensor(dy)); });
    CHECK_THROWS_WITH(gradients_function(narrow)(row),
                      "custom_gradient: the gradient of argument 0 is float64 [], the argument is float64 [2]");
}

TEST_CASE("Functions of functions say what they cannot do", "[autodiff][functions]")
{
    auto x = constant({1.0, 2.0});
    CHECK_THROWS_WITH(
        nth_derivative<1>([](auto v) { return reduce_sum(v); })(x),
        "nth_derivative: a function of a tensor of shape [2] gave one of shape []; derivatives of order n are those "
        "of functions that work element by element");
    const auto g = gradients_function([](auto v, auto whole) { return v * cast<double>(whole); })(x, constant({3, 4}));
    CHECK(numbers(g[0]) == std::vector<double>{3, 4});
    CHECK_FALSE(g[1]); // integers have no derivative
}

TEST_CASE("a tape goes back to what was before it and no further", "[autodiff]")
{
    AnyTensor a = constant(3.0);
    GradientTape outer;
    outer.watch(a);
    AnyTensor x = 2 * a;
    GradientTape inner;
    inner.watch(a, x);
    const auto g = inner.gradient(x * a, std::vector<AnyTensor>{x, a});
    CHECK(g[0].item() == 3);
    CHECK(g[1].item() == 6);
    CHECK(outer.gradient(g[1], a).item() == 2);
}

TEST_CASE("a tape lives on where an older one ends", "[autodiff]")
{
    AnyTensor a = constant(3.0), b = constant(2.0);
    auto older = std::make_unique<GradientTape>();
    older->watch(a);
    const AnyTensor before = a * a;
    GradientTape younger;
    older.reset();
    younger.watch(b);
    CHECK(younger.gradient(square(b) * b, b).item() == 12);
}
