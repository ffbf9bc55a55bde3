// Bars: lengths in proportion, labels, odd values.
#include <lamina/draw/bars.hpp>

#include "catch.hpp"
#include "draw/picture.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// The widths of the bars, in order.
std::vector<double> widths(const std::string& text)
{
    std::vector<double> result;
    for (auto at = text.find("<rect", text.find("<rect") + 1); at != text.npos; at = text.find("<rect", at + 1))
        result.push_back(std::stod(text.substr(text.find("width=\"", at) + 7)));
    return result;
}

} // namespace

TEST_CASE("bars are as long as their values", "[draw][bars]")
{
    const auto text = draw::bars({{"lamina", 20, true}, {"<other>", 40}, {"none", 0}}, {.title = "A & B", .unit = "µs"}).str();
    CHECK(malformed(text) == "");
    for (const char* part :
         {">A &amp; B</text>", ">lamina</text>", ">&lt;other&gt;</text>", ">20 µs</text>", ">40 µs</text>", ">0 µs</text>"})
        CHECK(says(text, part));
    const auto found = widths(text);
    REQUIRE(found.size() == 3);
    CHECK(found[1] == Approx(2 * found[0]).margin(0.02));
    CHECK(found[2] == 0);
    CHECK(count(text, std::string(draw::color::series[0])) == 1); // the strong one
}

TEST_CASE("bars takes whatever is not negative", "[draw][bars]")
{
    CHECK(malformed(draw::bars({}).str()) == "");
    const auto odd = draw::bars({{"nan", std::nan("")}, {"inf", HUGE_VAL}, {"some", 3}}).str();
    CHECK(malformed(odd) == "");
    CHECK(count(odd, ">no value</text>") == 2);
    CHECK(widths(odd)[0] == 0);
    for (const double value : {0.0, 5e-324, 1e-300, 1e-9, 12345678.9, 1e299})
        CHECK(malformed(draw::bars({{"a", value}, {"b", value / 2}}).str()) == "");
    CHECK(says(draw::bars({{"a", 1234567}}).str(), ">1234567</text>"));
    CHECK(malformed(draw::bars({{std::string(300, 'w'), 1}}).str()) == "");

    CHECK(refusal_of([] { draw::bars({{"a", 1}, {"b", -0.5}}); }) ==
          "bars: \"b\" is -0.5, zero or more was needed; draw the difference the other way round");
    CHECK(says(refusal_of([] { draw::bars({{"a", -HUGE_VAL}}); }), "\"a\" is -inf"));
}
