// Text and fractions as template arguments; lists of names.
#include "catch.hpp"

#include <lamina/core/text.hpp>

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace lamina;

namespace {

template <text Name>
struct Named {
    static constexpr std::string_view value = Name;
};
template <fraction Rate>
struct Rated {
    static constexpr double value = Rate.value();
};

} // namespace

static_assert(Named<"stem">::value == "stem" && Named<"">::value.empty());
static_assert(std::is_same_v<Named<"a">, Named<"a">> && !std::is_same_v<Named<"a">, Named<"b">> &&
              !std::is_same_v<Named<"a">, Named<"ab">>);
static_assert(Named<"ä/€">::value.size() == 6);
static_assert(Rated<0.5>::value == 0.5 && Rated<-2.25>::value == -2.25 && Rated<1e-300>::value == 1e-300);
static_assert(std::is_same_v<Rated<0.1>, Rated<0.1>> && !std::is_same_v<Rated<0.1>, Rated<0.2>>);
static_assert(Rated<std::numeric_limits<double>::infinity()>::value > 1e308);

TEST_CASE("text lives as long as the program", "[core][text]")
{
    CHECK(std::string(Named<"body">::value) == "body");
    CHECK(Named<"body">::value.data() == Named<"body">::value.data());
}

namespace {

std::optional<std::string> repeated_in(const std::vector<std::string>& list)
{
    const auto text = repeated({list, [](const std::string& one) { return std::string_view(one); }});
    if (!text.data()) return {};
    return std::string(text);
}

} // namespace

TEST_CASE("the first text that a list has more than once is found", "[core][text]")
{
    CHECK_FALSE(repeated_in({}).has_value());
    CHECK_FALSE(repeated_in({"a", "b", "", "ab"}).has_value());
    CHECK(repeated_in({"b", "c", "a", "c", "a"}) == "c");
    CHECK(repeated_in({"z", "", "y", ""}) == "");
    CHECK(repeated_in({"z", "y", "z"}) == "z");
}

TEST_CASE("a value is in a list or not", "[core][text]")
{
    const std::vector<std::size_t> list{3, 1, 4};
    CHECK(contains(list, std::size_t{3}));
    CHECK(contains(list, std::size_t{4}));
    CHECK_FALSE(contains(list, std::size_t{2}));
    CHECK_FALSE(contains(std::vector<std::size_t>{}, std::size_t{0}));
}
