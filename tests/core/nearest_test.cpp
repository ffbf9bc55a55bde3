// The nearest name: by edits, and none where all are too far.
#include "catch.hpp"

#include <lamina/core/nearest.hpp>

using lamina::detail::edit_distance, lamina::detail::nearest;

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
