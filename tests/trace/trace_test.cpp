// Plans: plain structs traced once; their gradients against central differences in double; what cannot be traced.
#include "plan_check.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/trace/trace.hpp>

#include <map>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <std::size_t Units, class... Options>
using Same5 = typename Dense<Units, Options...>::template on<5>::template as<double>;

/// A residual connection; its input is that of the first block.
struct Residual {
    Dense<5, Tanh>::on<3>::as<double> first;
    Same5<5, Gelu> mixed;
    Same5<2> last;
    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return last(h + mixed(h));
    }
};

/// A layer used three times, once on the input, which it declares; the input is read twice.
struct Shared {
    using input = Input<5>;
    Same5<5, Tanh> again;
    auto operator()(const auto& x) const { return x + again(again(x) + again(x)); }
};

/// Structs in structs, vectors, maps; a value read four times; one that nobody reads.
struct Part {
    Same5<5, Sigmoid> left;
    Same5<5, Tanh, NoBias> right;
    auto operator()(const auto& x) const { return left(x) + right(x); }
};
struct Nested {
    Sequential<Input<2, 3>, Flatten, Dense<5, Silu>>::as<double> entry;
    std::vector<Same5<5, Tanh>> body;
    std::map<std::string, Part> parts;
    Same5<3> unused;
    Dropout<0.3>::on<5>::as<double> dropped;
    Same5<1> exit;
    auto operator()(const auto& x) const
    {
        auto h = entry(x);
        for (const auto& block : body) h = h + block(h);
        unused(h);
        h = parts.at("a")(h) + parts.at("b")(h) + h + dropped(h) + dropped(h);
        return exit(h + h);
    }
};

struct Foreign {
    Same5<5> own;
    auto operator()(const auto& x) const
    {
        static const Same5<5> other{};
        return other(own(x));
    }
};

struct Undecided {
    Dense<2>::on<4> flat;
    Conv2D<2, Kernel<1>>::on<2, 2, 1> image;
    Flatten::on<2, 2, 2> flatten;
    Dense<2>::on<8> last;
    auto operator()(const auto& x) const { return flat(x) + last(flatten(image(x))); }
};

} // namespace

static_assert(output_of<Residual> == Shape{2} && output_of<Shared> == Shape{5} && output_of<Nested> == Shape{1});
static_assert(declared_input<Shared> == Shape{5} && declared_input<Residual>.rank == 0);
static_assert(std::is_same_v<number_type<Nested>, double> && std::is_same_v<number_type<Undecided>, float>);
static_assert(parameter_count_of<Residual>() == 20 + 30 + 12);

TEST_CASE("A traced struct is what it did with symbols", "[models][plan]")
{
    const auto model = build<Residual>(Seed{1});
    const auto plan = trace(model);
    CHECK(plan.input_shape() == Shape{3});
    CHECK(plan.output_shape() == Shape{2});
    REQUIRE(plan.nodes.size() == 4);
    CHECK(plan.blocks.size() == 3);
    CHECK(plan.nodes[2].block == no_position);
    CHECK(plan.nodes[2].inputs == std::vector<std::size_t>{1, 2});

    const auto shared = build<Shared>(Seed{1});
    const auto again = trace(shared);
    CHECK(again.nodes.size() == 5);
    CHECK(again.blocks.size() == 1);
    CHECK(again.nodes[0].block == 0);
    CHECK(again.nodes[3].block == 0);
}

TEST_CASE("The gradient of a residual connection", "[models][plan][gradients]")
{
    auto model = build<Residual>(Seed{1});
    check_plan(model, 1);
}

TEST_CASE("The gradient of a layer that is used three times", "[models][plan][gradients]")
{
    auto model = build<Shared>(Seed{1});
    check_plan(model, 2);
}

TEST_CASE("The gradients of structs, vectors and maps in a struct", "[models][plan][gradients]")
{
    Nested model;
    model.body.resize(3);
    model.parts["a"];
    model.parts["b"];
    build(model, Seed{1});
    check_plan(model, 3);

    const auto plan = trace(model);
    Nested gradient = zeros_like(model);
    for_each_variable(gradient.unused, [](auto& v) { v.storage()->template for_each<double>([](double e) { CHECK(e == 0); }); });
    CHECK(plan.blocks.size() == 1 + 3 + 2 * 2 + 1 + 1 + 1);
}

TEST_CASE("What cannot be traced is refused with a sentence", "[models][plan]")
{
    const auto foreign = build<Foreign>(Seed{1});
    CHECK_THROWS_WITH(trace(foreign), Catch::Contains("a block that is no part of the model") && Catch::Contains("field"));
    const auto undecided = build<Undecided>(Seed{1});
    CHECK_THROWS_WITH(trace(undecided), Catch::Contains("[4]") && Catch::Contains("[2, 2, 1]") && Catch::Contains("using input"));
}
