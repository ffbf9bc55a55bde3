// A list as a span.
#include "catch.hpp"

#include <lamina/core/span_of.hpp>

#include <type_traits>
#include <vector>

TEST_CASE("a list as a span", "[core][span_of]")
{
    const std::vector<int> list{3, 1, 2};
    const auto elements = lamina::internals::span_of(list);
    static_assert(std::is_same_v<decltype(elements), const std::span<const int>>);
    CHECK(elements.data() == list.data());
    CHECK(elements.size() == 3);
    CHECK(lamina::internals::span_of(std::vector<int>{}).empty());
}
