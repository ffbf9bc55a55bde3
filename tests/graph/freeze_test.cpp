// freeze and unfreeze: by path, beginning and wildcard, and patterns that stand for nothing.
#include "catch.hpp"

#include <lamina/graph/freeze.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

namespace {

struct Net {
    Sequential<Input<4>, Dense<5>, Dense<3>> body;
    Dense<2>::on<3> head;

    auto operator()(const auto& x) const { return head(body(x)); }
};

std::vector<std::string> trained(const Net& net)
{
    std::vector<std::string> names;
    for (const auto& each : variables(net)) names.push_back(each.name);
    return names;
}

} // namespace

TEST_CASE("Variables are frozen by path, by its beginning and by wildcards, and thawed again", "[graph][freeze]")
{
    using Names = std::vector<std::string>;
    const auto net = build<Net>(Seed{1});
    CHECK(freeze(net, "body") == 4);
    CHECK(trained(net) == Names{"head/kernel", "head/bias"});
    CHECK(unfreeze(net, "**/kernel") == 3);
    CHECK(trained(net) == Names{"body/0/kernel", "body/1/kernel", "head/kernel", "head/bias"});
    CHECK(freeze(net, std::string("head/*"), "body/1/kernel") == 3);
    CHECK(trained(net) == Names{"body/0/kernel"});
    CHECK(freeze(net) == 6);
    CHECK(trained(net).empty());
    CHECK(unfreeze(net) == 6);
    CHECK_THROWS_WITH(freeze(net, "body", "tail"), Catch::StartsWith("freeze: no field is called \"tail\""));
    CHECK(trained(net).size() == 6);
}
