// A model's numbers as arrays, with and without names; its variables and layers found by a part of their names.
#include "catch.hpp"

#include <lamina/interop/weights.hpp>
#include <lamina/lamina.hpp>

using namespace lamina;

namespace {

using Model = Sequential<Input<5, 5, 1>, Conv2D<3, Relu, Name<"stem">>, Flatten, Dense<2>>;
struct Pair {
    Dense<2>::on<3> first;
    Dense<2>::on<2> second;
    auto operator()(const auto& x) const { return second(first(x)); }
};

} // namespace

TEST_CASE("Weights are taken and put back in the order of the model's variables")
{
    const auto from = build<Model>(Seed{1});
    const auto arrays = get_weights(from);
    REQUIRE(arrays.size() == 4);
    CHECK(arrays[0].dimension() == 4);
    CHECK(arrays[0](2, 1, 0, 2) == state(from)[0].variable.view<float>()(2, 1, 0, 2));
    Model to; // without variables
    set_weights(to, arrays);
    CHECK((get_weights(to) == arrays));

    const auto other = build<Model>(Seed{2});
    auto wrong = get_weights(other);
    wrong.pop_back();
    CHECK_THROWS_WITH(set_weights(to, wrong), "set_weights: 3 arrays were given, the model has 4 variables; give as many as "
                                              "get_weights does, in its order");
    wrong.push_back(wrong[0]);
    CHECK_THROWS_WITH(set_weights(to, wrong),
                      "set_weights: array 3 is [3, 3, 1, 3], \"2/bias\" needs [2]; give arrays in the order "
                      "of get_weights");
    CHECK((get_weights(to) == arrays));
    CHECK_THROWS_WITH(get_weights(Model{}), Catch::Contains("state: \"stem/kernel\" is bound to no stored variable"));
}

TEST_CASE("Arrays with names are loaded strictly, or what fits of them")
{
    const auto from = build<Pair>(Seed{1});
    auto arrays = state_dict(from);
    REQUIRE(arrays.tensors.size() == 4);
    CHECK(arrays.tensors[2].name == "second/kernel");
    auto to = build<Pair>(Seed{2});
    CHECK(load_state_dict(to, arrays).complete());
    CHECK((get_weights(to) == get_weights(from)));

    arrays.tensors[0].name = "first/kernels";
    auto other = build<Pair>(Seed{3});
    CHECK_THROWS_WITH(
        load_state_dict(other, arrays),
        "state_dict: \"first/kernel\" is missing (the nearest is \"first/kernels\"); \"first/kernels\" is no variable of the "
        "model; was it saved from another model?");
    const LoadReport report = load_state_dict(other, arrays, {.strict = false});
    CHECK(report.loaded == std::vector<std::string>{"first/bias", "second/kernel", "second/bias"});
    CHECK(report.missing == std::vector<std::string>{"first/kernel"});
    CHECK(report.unexpected == std::vector<std::string>{"first/kernels"});
    CHECK((get_weights(other)[2] == get_weights(from)[2]));
    CHECK((get_weights(other)[0] != get_weights(from)[0]));
    arrays.tensors[1].name = "first/kernels";
    CHECK_THROWS_WITH(load_state_dict(other, arrays), Catch::Contains("two arrays have the name"));
}

TEST_CASE("Variables and layers are found by a part of their names")
{
    const auto model = build<Model>(Seed{1});
    CHECK(find(model, "bias").size() == 2);
    CHECK(find(model, "stem/")[0].name == "stem/kernel");
    CHECK(find(model, "nothing").empty());
    REQUIRE(find_layers(model, "CONV").size() == 1);
    CHECK(find_layers(model, "conv")[0].name == "stem");
    CHECK(find_layers(model, "dense")[0].path == "2");
}
