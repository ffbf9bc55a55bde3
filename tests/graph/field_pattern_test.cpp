// Patterns of fields: paths, beginnings of paths, wildcards, and the sentence for one that fits nothing.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/graph/field_pattern.hpp>

#include <string>

using namespace lamina;
using namespace lamina::internals;
using internals::matches;

TEST_CASE("a pattern stands for a path or its beginning", "[graph]")
{
    CHECK(matches("head/kernel", "head/kernel"));
    CHECK(matches("head", "head/kernel"));
    CHECK_FALSE(matches("head", "heads/kernel"));
    CHECK_FALSE(matches("head/kernel/x", "head/kernel"));
    CHECK_FALSE(matches("kernel", "head/kernel"));
    CHECK_FALSE(matches("", "head"));
    CHECK_FALSE(matches("a", ""));
}

TEST_CASE("wildcards are parts of a name or of the path", "[graph]")
{
    CHECK(matches("*", "head/kernel"));
    CHECK(matches("*/kernel", "head/kernel"));
    CHECK_FALSE(matches("*/kernel", "body/0/kernel"));
    CHECK(matches("**/kernel", "body/0/kernel"));
    CHECK(matches("body/*", "body/0/kernel"));
    CHECK(matches("b*y/?/k*l", "body/0/kernel"));
    CHECK_FALSE(matches("body?0", "body/0"));
    CHECK_FALSE(matches("body/??", "body/0/kernel"));
    CHECK(matches("**", "a"));
    CHECK(matches("a**c", "a/b/c"));
    CHECK(matches("***", "a/b"));
    CHECK_FALSE(matches("a*c", "a/b/c"));
    CHECK(matches(std::string(60, '*') + "b", std::string(300, 'a') + "b")); // and takes no time
    CHECK_FALSE(matches(std::string(60, '*') + "c", std::string(300, 'a') + "b"));
}

TEST_CASE("no pattern chooses everything, and one that fits nothing is refused", "[graph]")
{
    CHECK(internals::chosen_by({}, "a"));
    CHECK(internals::chosen_by({"b", "a"}, "a/x"));
    CHECK_FALSE(internals::chosen_by({"b"}, "a"));
    internals::require_matches({"a", "*/x"}, {"a/x", "b"}, "here");
    CHECK(says(refusal_of([] { internals::require_matches({"a", "heat"}, {"a", "head"}, "here"); }),
               "here: no field is called \"heat\" (the nearest is \"head\")"));
}
