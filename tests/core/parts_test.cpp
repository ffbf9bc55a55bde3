// Walks over a model: paths through structs, lists, maps and optionals; what is passed over.
#include "catch.hpp"

#include <lamina/core/parts.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using paths = std::vector<std::string>;
using Bias = Variable<float, Shape{2}>;

struct Block {
    Variable<float, Shape{3, 2}> kernel;
    Bias bias;
};
struct Named {
    static constexpr std::string_view name = "stem";
    Bias bias;
};
struct Unnamed {
    static constexpr std::string_view name = ""; // as an option that was not given
    Bias bias;
};
struct WithoutBias {
    Bias kernel;
    Absent<float> bias;
};
class Opaque {
public:
    explicit Opaque(int v) : value(v) {}
    int value;
};
struct Model {
    Block first;
    Named second;
    Unnamed third;
    int number = 0;
    std::string text{};
    std::unique_ptr<int> pointer{};
    std::array<Block, 2> pair;
    std::vector<Named> list;
    std::map<std::string, Block> table;
    std::map<int, Block> by_number; // no names: passed over
    std::optional<Block> maybe;
    std::array<double, 4> numbers{};
    std::vector<int> more_numbers{};
    WithoutBias without;
    Opaque opaque{1};
    Bias own;
};

template <class Part> paths paths_of(Part& part, const std::string& prefix = {})
{
    paths found;
    for_each_named_variable(
        part,
        [&](const std::string& path, auto& variable) {
            static_assert(is_variable<std::remove_cvref_t<decltype(variable)>>);
            found.push_back(path);
        },
        prefix);
    return found;
}

} // namespace

TEST_CASE("a path is the names from the model to the variable", "[core][parts]")
{
    Model model;
    CHECK(paths_of(model) == paths{"first/kernel", "first/bias", "stem/bias", "third/bias", "pair/0/kernel", "pair/0/bias",
                                   "pair/1/kernel", "pair/1/bias", "without/kernel", "own"});
    model.list.resize(1);
    model.table["b"];
    model.table["a"];
    model.maybe.emplace();
    model.by_number[3];
    const auto all = paths{"first/kernel",
                           "first/bias",
                           "stem/bias",
                           "third/bias",
                           "pair/0/kernel",
                           "pair/0/bias",
                           "pair/1/kernel",
                           "pair/1/bias",
                           "list/0/bias",
                           "table/a/kernel",
                           "table/a/bias",
                           "table/b/kernel",
                           "table/b/bias",
                           "maybe/value/kernel",
                           "maybe/value/bias",
                           "without/kernel",
                           "own"};
    CHECK(paths_of(model) == all);
    const Model& constant = model;
    CHECK(paths_of(constant) == all);
    CHECK(paths_of(model.first, "prefix") == paths{"prefix/kernel", "prefix/bias"});
}

TEST_CASE("a variable alone has the path it is given, and numbers have none", "[core][parts]")
{
    Bias bias;
    CHECK(paths_of(bias) == paths{""});
    CHECK(paths_of(bias, "a") == paths{"a"});
    std::vector<float> numbers{1, 2};
    CHECK(paths_of(numbers).empty());
    std::vector<Block> blocks(2);
    CHECK(paths_of(blocks) == paths{"0/kernel", "0/bias", "1/kernel", "1/bias"});
    std::map<std::string, std::vector<Bias>> deep;
    deep["x"].resize(2);
    CHECK(paths_of(deep) == paths{"x/0", "x/1"});
}

TEST_CASE("both walks meet the same variables in the same order", "[core][parts]")
{
    Model model;
    model.list.resize(2);
    model.table["a"];
    std::vector<const void*> with, without;
    for_each_named_variable(model, [&](const std::string&, auto& variable) { with.push_back(&variable); });
    for_each_variable(model, [&](auto& variable) { without.push_back(&variable); });
    CHECK(with == without);
    CHECK(with.size() == 14);
}

TEST_CASE("the direct parts of a model are its fields, and a number holds none", "[core][parts]")
{
    Model model;
    paths found;
    for_each_part(model, [&](std::string_view name, auto&) { found.emplace_back(name); });
    for (const auto part : {"first", "stem", "third", "pair", "list", "table", "maybe", "own", "number"})
        CHECK(std::count(found.begin(), found.end(), part) == 1);
    for_each_part(model.number, [&](std::string_view, auto&) { FAIL(); });
}
