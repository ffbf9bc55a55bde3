// JSON as a tree that is safe to ask: what is not there is nothing, what is damaged is refused, nothing is deeper than any model.
#include "catch.hpp"

#include <lamina/interop/keras/json.hpp>

#include <string>

using namespace lamina;
using namespace lamina::keras::detail;

namespace {

std::string again(const std::string& text)
{
    std::string printed;
    print(printed, parse_json(text, "text"));
    return printed;
}

} // namespace

TEST_CASE("A tree is printed as it was read")
{
    CHECK(again(R"( {"a": [1, -2, 0.5, 1e-7, true, false, null, "x\"\n"], "b": {}} )") ==
          R"({"a":[1,-2,0.5,1e-07,true,false,null,"x\"\u000a"],"b":{}})");
    CHECK(again("3") == "3");
    CHECK(again("[]") == "[]");
    CHECK(again("[1.0]") == "[1.0]");
}

TEST_CASE("What is not there is nothing")
{
    const Json tree = parse_json(R"({"a": {"b": [1, "two"]}, "c": 3, "c": 4})", "text");
    CHECK(tree["a"]["b"][1].words() == "two");
    CHECK(tree["a"]["b"][2].is_nothing());
    CHECK(tree["a"]["x"]["y"][7]["z"].is_nothing());
    CHECK(tree["c"]["x"].is_nothing());
    CHECK(tree["c"].number == 4); // the last one, as in Python
    CHECK(tree["a"].words().empty());
    CHECK(tree.find("a") != nullptr);
    CHECK(tree.find("x") == nullptr);
    CHECK(parse_json("[1, 2]", "x") == parse_json("[1.0, 2]", "x"));
    CHECK_FALSE(parse_json("[1, 2]", "x") == parse_json("[1, 3]", "x"));
    CHECK_FALSE(parse_json("[1]", "x") == parse_json("\"1\"", "x"));
}

TEST_CASE("Damaged texts are refused")
{
    const std::string after = "; a config as Keras writes it was needed: {\"class_name\": …, \"config\": …}";
    CHECK_THROWS_WITH(parse_json("", "a.json"), "a.json: is no JSON at byte 1" + after);
    CHECK_THROWS_WITH(parse_json("{\"a\": ", "a.json"), "a.json: is no JSON at byte 7" + after);
    CHECK_THROWS_WITH(parse_json("1e999", "a.json"), "a.json: is no JSON" + after);
    CHECK_THROWS_WITH(parse_json("\"\xff\"", "a.json"), "a.json: is no JSON at byte 2" + after);
    CHECK_THROWS_WITH(parse_json("[NaN]", "a.json"), "a.json: is no JSON at byte 2" + after);
    CHECK_THROWS_WITH(parse_json(std::string(65, '[') + std::string(65, ']'), "a.json"),
                      "a.json: is nested deeper than 64 levels" + after);
    CHECK_NOTHROW(parse_json(std::string(64, '[') + std::string(64, ']'), "a.json"));
    std::string many = "[0";
    for (int i = 0; i < 131072; ++i) many += ",0";
    CHECK_THROWS_WITH(parse_json(many + "]", "a.json"), "a.json: holds more than 131072 values, more than a model has" + after);
}
