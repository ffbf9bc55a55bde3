// Text and fractions as template arguments.
#include "catch.hpp"

#include <lamina/core/literal.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <text Name> struct Named {
    static constexpr std::string_view value = Name;
};
template <fraction Rate> struct Rated {
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

TEST_CASE("text lives as long as the program", "[core][literal]")
{
    CHECK(std::string(Named<"body">::value) == "body");
    CHECK(Named<"body">::value.data() == Named<"body">::value.data());
}
