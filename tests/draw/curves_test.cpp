// Learning curves: what is on the picture, gaps, and anything odd as values.
#include <lamina/draw/curves.hpp>

#include "catch.hpp"
#include "draw/picture.hpp"

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("curves draws each series, its legend, titles and ticks", "[draw][curves]")
{
    const auto text =
        draw::curves({{"loss", {2.0, 1.0, 0.5}}, {"val <loss>", {1.5, 1.2, 1.25}}}, {.title = "A & B", .y_label = "nats"}).str();
    CHECK(malformed(text) == "");
    CHECK(count(text, "<polyline") == 2);
    CHECK(count(text, "<circle") == 0);
    for (const char* part : {">loss</text>", ">val &lt;loss&gt;</text>", ">A &amp; B</text>", ">epoch</text>", ">nats</text>",
                             ">1.25</text>", ">0.4</text>", ">2</text>"})
        CHECK(says(text, part));
    CHECK(count(text, std::string(draw::color::series[0])) == 2); // the curve and its legend
    CHECK(text.find("width=\"720\" height=\"400\" fill=\"#ffffff\"") < text.find("<polyline"));

    // Smaller values lie lower: the first point of the falling curve is above its last.
    const auto points = text.substr(text.find("points=\"") + 8);
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0;
    REQUIRE(std::sscanf(points.c_str(), "%lf,%lf %lf,%lf %lf,%lf", &x0, &y0, &x1, &y1, &x2, &y2) == 6);
    CHECK((x0 < x1 && x1 < x2));
    CHECK(x2 - x1 == Approx(x1 - x0).margin(0.02));
    CHECK((y0 < y1 && y1 < y2));
    CHECK(y1 - y0 == Approx(2 * (y2 - y1)).margin(0.05));
}

TEST_CASE("curves leaves gaps where values are not finite", "[draw][curves]")
{
    const double nan = std::nan("");
    const auto runs = [](const std::vector<double>& values) {
        const auto text = draw::curves({{"a", values}}).str();
        CHECK(malformed(text) == "");
        return std::pair{count(text, "<polyline"), count(text, "<circle")};
    };
    using found = std::pair<std::size_t, std::size_t>;
    CHECK(runs({1, 2, 3}) == found{1, 0});
    CHECK(runs({1}) == found{0, 1});
    CHECK(runs({1, nan, 2}) == found{0, 2});
    CHECK(runs({nan, 1, 2, nan, HUGE_VAL, 3, nan, 4, 5}) == found{2, 1});
    CHECK(runs({nan, nan}) == found{0, 0});
    CHECK(runs({}) == found{0, 0});
}

TEST_CASE("curves draws functions over a range", "[draw][curves]")
{
    const auto text = draw::curves({{"x", {-2, 0, 2}}}, {.x_label = "x", .width = 600, .x_from = -2, .x_to = 2}).str();
    CHECK(malformed(text) == "");
    for (const char* part : {">-2</text>", ">-1</text>", ">1.5</text>", ">2</text>", ">x</text>"}) CHECK(says(text, part));
    const auto points = text.substr(text.find("points=\"") + 8);
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0;
    REQUIRE(std::sscanf(points.c_str(), "%lf,%lf %lf,%lf %lf,%lf", &x0, &y0, &x1, &y1, &x2, &y2) == 6);
    CHECK(x2 - x1 == Approx(x1 - x0).margin(0.02));
}

TEST_CASE("curves draws whatever it is given", "[draw][curves]")
{
    CHECK(says(draw::curves({}).str(), ">no values</text>"));
    CHECK(malformed(draw::curves({}).str()) == "");
    CHECK(says(draw::curves({{"none", {}}, {"nan", {std::nan("")}}}).str(), ">no values</text>"));
    CHECK(count(draw::curves({{"some", {1, 2}}}).str(), "no values") == 0);

    const std::vector<double> odd[] = {{0, 0, 0},   {-5, -5},       {1e308, -1e308}, {1e299, -1e299},
                                       {5e-324, 0}, {1e9, 1e9 + 1}, {-HUGE_VAL},     std::vector<double>(5000, 0.25)};
    for (const auto& values : odd) CHECK(malformed(draw::curves({{"a", values}, {"b", {1, 2, 3}}}, {.title = "t"}).str()) == "");

    std::vector<draw::Series> many;
    for (int i = 0; i < 20; ++i) many.push_back({"series " + std::to_string(i), {1.0 * i, 2.0 * i}});
    const auto text = draw::curves(many).str();
    CHECK(malformed(text) == "");
    CHECK(count(text, "<polyline") == 20);
    CHECK(count(text, "stroke-dasharray") == 16); // series 9 to 16, each with its legend: no two neighbors look the same
}

TEST_CASE("curves numbers epochs from 1 with whole ticks", "[draw][curves]")
{
    const auto five = draw::curves({{"a", {9, 8, 7, 6, 5}}}).str();
    for (const char* epoch : {">1</text>", ">2</text>", ">3</text>", ">4</text>", ">5</text>"}) CHECK(says(five, epoch));
    CHECK(count(five, ">1.5</text>") == 0);
    const auto hundred = draw::curves({{"a", std::vector<double>(100, 3.0)}}).str();
    for (const char* epoch : {">10</text>", ">50</text>", ">100</text>"}) CHECK(says(hundred, epoch));
    CHECK(count(hundred, ">0</text>") == 0);
}
