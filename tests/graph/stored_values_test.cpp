// Stored values: where the walk finds them, and lists of them as text.
#include "catch.hpp"

#include <lamina/graph/stored_values.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Rate {
    double now = 0.5;
    std::optional<int> next{};
};

struct Things {
    std::array<int, 2> numbers{1, -2};
    std::array<std::string, 2> texts{"a", "b"};
    std::vector<double> history{0.5, 2};
    std::vector<Rate> rates{{}, {1, 7}};
    std::array<std::array<bool, 1>, 2> nested{{{true}, {false}}};
    std::map<std::string, Rate> named{{"x", {}}};
    std::optional<Rate> maybe{Rate{}}, none;
    std::array<Variable<float, Shape{2}>, 1> variables;
};

} // namespace

TEST_CASE("every value of a thing has a path of names and positions", "[graph][stored_values]")
{
    Things things;
    things.variables[0].make("one");
    StoredState state;
    internals::collect_state(things, "t", state);
    std::vector<std::string> found;
    for (const auto& value : state.values) found.push_back(value.path + '=' + value.write(value.at));
    CHECK(found == std::vector<std::string>{"t/numbers/0=1", "t/numbers/1=-2", "t/texts/0=a", "t/texts/1=b",
                                            "t/history=3:0.5,1:2", "t/rates/0/now=0.5", "t/rates/0/next=none", "t/rates/1/now=1",
                                            "t/rates/1/next==7", "t/nested/0/0=true", "t/nested/1/0=false", "t/named/x/now=0.5",
                                            "t/named/x/next=none", "t/maybe/value/now=0.5", "t/maybe/value/next=none"});
    REQUIRE(state.tensors.size() == 1);
    CHECK(state.tensors[0].name == "t/variables/0");
    CHECK(state.tensors[0].numbers == things.variables[0].storage());
}

TEST_CASE("lists in a file are read strictly", "[graph][stored_values]")
{
    using internals::list_text, internals::read_list;
    const std::vector<int> list{1, -20, 300};
    CHECK(list_text(list) == "1:1,3:-20,3:300");
    std::vector<int> read;
    CHECK(read_list(&read, "1:1,3:-20,3:300"));
    CHECK(read == list);
    for (const char* wrong : {"1", "1:", "2:1", "1:1,", "1:1x", ":1", "1:1,,1:1", "99999999999999999999:1", "-1:1", "1:a"}) {
        CAPTURE(wrong);
        CHECK_FALSE(read_list(&read, wrong));
        CHECK(read == list);
    }
}
