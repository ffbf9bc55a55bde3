// Lists of names: what is twice in them, and the nearest name: by edits, and none where all are too far.
#include "catch.hpp"

#include <lamina/core/names.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace lamina::internals;

TEST_CASE("edits are counted", "[core]")
{
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("kernel", "") == 6);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("abc", "acb") == 2);
}

TEST_CASE("the nearest name differs in at most half of its characters", "[core]")
{
    CHECK(nearest("hed/kernel", {"head/bias", "head/kernel", "body/kernel"}) == "head/kernel");
    CHECK(nearest("x", {"head", "body"}).empty());
    CHECK(nearest("ab", {"ac", "bb"}) == "ac"); // the first of equals
    CHECK(nearest("ab", {}).empty());
}

namespace {

std::optional<std::string> repeated_in(const std::vector<std::string>& list)
{
    const auto text = repeated({list, [](const std::string& one) { return std::string_view(one); }});
    if (!text.data()) return {};
    return std::string(text);
}

} // namespace

TEST_CASE("the first text that a list has more than once is found", "[core][names]")
{
    CHECK_FALSE(repeated_in({}).has_value());
    CHECK_FALSE(repeated_in({"a", "b", "", "ab"}).has_value());
    CHECK(repeated_in({"b", "c", "a", "c", "a"}) == "c");
    CHECK(repeated_in({"z", "", "y", ""}) == "");
    CHECK(repeated_in({"z", "y", "z"}) == "z");
}

TEST_CASE("a value is in a list or not", "[core][names]")
{
    const std::vector<std::size_t> list{3, 1, 4};
    CHECK(contains(list, std::size_t{3}));
    CHECK(contains(list, std::size_t{4}));
    CHECK_FALSE(contains(list, std::size_t{2}));
    CHECK_FALSE(contains(std::vector<std::size_t>{}, std::size_t{0}));
}
