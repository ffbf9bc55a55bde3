// build and clone: names, determinism, what is copied and what is shared.
#include "catch.hpp"

#include <lamina/graph/graph.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Body {
    Sequential<Input<3>, Dense<4, Tanh>, Dense<3, Name<"out">>> stack;
    Dense<3>::on<3> gate;
};

struct Whole {
    Body body;
    std::vector<Dense<3>::on<3>> list;
    std::map<std::string, Dense<3>::on<3>> table;
    std::array<Dense<3, NoBias>::on<3>, 2> pair;
    std::optional<Dense<3>::on<3>> maybe;
    Variable<float, shape{2, 2}> free;
    float rate = 0.25f;
    int count = 3;
};

Whole make(Seed seed)
{
    Whole whole;
    whole.list.resize(2);
    whole.table["left"];
    whole.maybe.emplace();
    whole.rate = 0.5f;
    build(whole, seed);
    return whole;
}

template <class M> std::vector<float> numbers(const M& model)
{
    std::vector<float> found;
    for_each_variable(model, [&](const auto& v) { v.storage()->template for_each<float>([&](float e) { found.push_back(e); }); });
    return found;
}

/// A struct of any layer.
template <class B> struct Twice {
    B first, second;
    auto operator()(const auto& x) const { return second(first(x)); }
};
struct OfTwice {
    Twice<Dense<3>::on<3>> body;
    Dense<2>::on<3> head;
    auto operator()(const auto& x) const { return head(body(x)); }
};

} // namespace

TEST_CASE("Paths are the names of fields, positions and keys", "[models][build]")
{
    const Whole whole = make(Seed{1});
    std::vector<std::string> paths;
    for_each_named_variable(whole, [&](const std::string& path, const auto& variable) {
        paths.push_back(path);
        CHECK(variable.storage()->name == path);
    });
    CHECK(paths == std::vector<std::string>{"body/stack/0/kernel", "body/stack/0/bias", "body/stack/out/kernel",
                                            "body/stack/out/bias", "body/gate/kernel", "body/gate/bias", "list/0/kernel",
                                            "list/0/bias", "list/1/kernel", "list/1/bias", "table/left/kernel", "table/left/bias",
                                            "pair/0/kernel", "pair/1/kernel", "maybe/value/kernel", "maybe/value/bias", "free"});
}

TEST_CASE("A struct that is a template may be a part", "[models][build]")
{
    std::vector<std::string> paths;
    const auto model = build<OfTwice>(Seed{1});
    for_each_named_variable(model, [&](const std::string& path, const auto&) { paths.push_back(path); });
    CHECK(paths == std::vector<std::string>{"body/first/kernel", "body/first/bias", "body/second/kernel", "body/second/bias",
                                            "head/kernel", "head/bias"});
}

TEST_CASE("What is built is a function of the seed", "[models][build]")
{
    CHECK(numbers(make(Seed{1})) == numbers(make(Seed{1})));
    CHECK(numbers(make(Seed{1})) != numbers(make(Seed{2})));
    const Whole whole = make(Seed{1});
    CHECK(numbers(whole.list[0]) != numbers(whole.list[1])); // layers do not repeat each other
    CHECK(numbers(whole.pair[0]) != numbers(whole.pair[1]));
    whole.free.storage()->for_each<float>([](float e) { CHECK(e == 0); });
}

TEST_CASE("A clone has the same values in records of its own", "[models][clone]")
{
    Whole whole = make(Seed{1});
    whole.body.gate.kernel.storage()->trainable = false;
    Whole copy = clone(whole);
    CHECK(numbers(copy) == numbers(whole));
    CHECK(copy.list.size() == 2);
    CHECK(copy.table.count("left") == 1);
    CHECK(copy.maybe.has_value());
    CHECK(copy.rate == 0.5f);
    CHECK(copy.count == 3);
    CHECK_FALSE(copy.body.gate.kernel.storage()->trainable);
    CHECK(copy.body.gate.kernel.storage()->name == "body/gate/kernel");

    copy.body.gate.kernel.data()[0] += 1;
    CHECK(numbers(copy) != numbers(whole));
    CHECK(copy.body.gate.kernel.data() != whole.body.gate.kernel.data());

    const auto zeros = numbers(zeros_like(whole));
    CHECK(zeros == std::vector<float>(numbers(whole).size(), 0.f));
}

TEST_CASE("Fields that share a record share one in a clone", "[models][clone]")
{
    Whole whole = make(Seed{1});
    whole.list[1].kernel.bind(whole.list[0].kernel.storage());
    const Whole copy = clone(whole);
    CHECK(copy.list[0].kernel.data() == copy.list[1].kernel.data());
    CHECK(copy.list[0].kernel.data() != whole.list[0].kernel.data());
    CHECK(records_of(whole).size() == 16);
}

TEST_CASE("A clone of a model whose records were released is unbound, and says so", "[models][clone]")
{
    auto model = build<Dense<2>::on<3>>(Seed{1});
    model.kernel.storage()->release();
    const auto copy = clone(model);
    CHECK_FALSE(copy.kernel.bound());
    CHECK(copy.bias.bound());
    CHECK_THROWS_WITH(copy(std::array{1.f, 2.f, 3.f}), Catch::Contains("\"kernel\" is bound to no stored variable"));
    CHECK_THROWS_WITH(model(std::array{1.f, 2.f, 3.f}),
                      Catch::Contains("\"kernel\" was bound to \"kernel\", which its graph has let go"));
    CHECK_FALSE(clone(Dense<2>::on<3>{}).kernel.bound());
}
