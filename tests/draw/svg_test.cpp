// Svg: each element's text, escaping, refusals, files.
#include <lamina/draw/svg.hpp>

#include "catch.hpp"
#include "draw/picture.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("the check for well-formed pictures finds what is wrong", "[draw][svg]")
{
    CHECK(malformed("<a><b c=\"1\"/>x &amp; y</a>\n") == "");
    for (const char* wrong : {"<a>", "</a>", "<a></b>", "<a b=1></a>", "<a b=\"1></a>", "<a>&</a>", "<a>\1</a>", "<a", "<a></a>x",
                              "<a b=\"nan\"/>", "<a b=\"\"\"/>", "<a>1 < 2</a>"}) {
        INFO(wrong);
        CHECK(malformed(wrong) != "");
    }
}

TEST_CASE("Svg writes its elements", "[draw][svg]")
{
    draw::Svg svg(100, 50.5);
    svg.rect(1, 2, 3, 4, "#123456");
    svg.rect(1, 2, 3, 4, "red", 2);
    svg.circle({5, 6}, 1.5, "blue");
    svg.line({0, 1}, {2.123456, -3});
    svg.polyline(std::vector<draw::Point>{{0, 0}, {1, 1.005}, {2, 0}}, {.color = "green", .width = 2, .dashes = "4 3"});
    svg.text({7, 8}, "plain");
    svg.text({7, 8}, "rich", {.size = 9, .color = "#fff", .anchor = draw::anchor::end, .bold = true, .turn = -90});
    svg.image(9, 8, 7, 6, "picture");
    svg.image(0, 0, 1, 1, "\xff\xfe?");
    const auto text = svg.str();
    CHECK(text.find("<image x=\"9\" y=\"8\" width=\"7\" height=\"6\"") != text.npos);
    CHECK(text.find("\"data:image/png;base64,cGljdHVyZQ==\"/>") != text.npos); // RFC 4648
    CHECK(text.find("base64,//4/\"") != text.npos);

    CHECK(malformed(text) == "");
    CHECK(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"50.5\" viewBox=\"0 0 100 50.5\""));
    CHECK(says(text, "<rect x=\"0\" y=\"0\" width=\"100\" height=\"50.5\" fill=\"#ffffff\"/>"));
    CHECK(says(text, "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" fill=\"#123456\"/>"));
    CHECK(says(text, "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" rx=\"2\" fill=\"red\"/>"));
    CHECK(says(text, "<circle cx=\"5\" cy=\"6\" r=\"1.5\" fill=\"blue\"/>"));
    CHECK(says(text, "<line x1=\"0\" y1=\"1\" x2=\"2.12\" y2=\"-3\" stroke=\"#1f2937\" stroke-width=\"1\"/>"));
    CHECK(says(text, "points=\"0,0 1,1 2,0\" stroke=\"green\" stroke-width=\"2\" stroke-dasharray=\"4 3\"/>"));
    CHECK(says(text, "<text x=\"7\" y=\"8\" font-size=\"12\" fill=\"#1f2937\">plain</text>"));
    CHECK(says(text, "<text x=\"7\" y=\"8\" font-size=\"9\" fill=\"#fff\" text-anchor=\"end\" font-weight=\"600\" "
                     "transform=\"rotate(-90 7 8)\">rich</text>"));
}

TEST_CASE("Svg escapes what XML reserves", "[draw][svg]")
{
    draw::Svg svg(10, 10);
    svg.text({0, 0}, "a < b && \"c\" > 'd'\n\t\1 é");
    svg.rect(0, 0, 1, 1, "\"/><script>");
    CHECK(malformed(svg.str()) == "");
    CHECK(says(svg.str(), ">a &lt; b &amp;&amp; &quot;c&quot; &gt; 'd'    é</text>"));
    CHECK(count(svg.str(), "<script") == 0);
}

TEST_CASE("Svg refuses coordinates that are none", "[draw][svg]")
{
    draw::Svg svg(10, 10);
    for (const double wrong : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
        CHECK(says(refusal_of([&] { draw::Svg(wrong, 1); }), "svg: a coordinate is"));
        CHECK(says(refusal_of([&] { svg.rect(0, 0, wrong, 1, "red"); }), "a finite number was needed; leave such points out"));
        CHECK(says(refusal_of([&] { svg.line({0, 0}, {0, wrong}); }), "svg: a coordinate is"));
        CHECK(says(refusal_of([&] { svg.polyline(std::vector<draw::Point>{{wrong, 0}}); }), "svg: a coordinate is"));
        CHECK(says(refusal_of([&] { svg.circle({0, 0}, wrong, "red"); }), "svg: a coordinate is"));
        CHECK(says(refusal_of([&] { svg.text({wrong, 0}, "x"); }), "svg: a coordinate is"));
    }
}

TEST_CASE("Svg writes a whole file or says why not", "[draw][svg]")
{
    const auto path = std::filesystem::temp_directory_path() / ("lamina-svg-" + std::to_string(::getpid()));
    const draw::Svg svg(10, 10);
    svg.write(path);
    std::ifstream in(path, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == svg.str());
    std::filesystem::remove(path);

    CHECK(says(refusal_of([&] { svg.write("no/such/folder/a.svg"); }), "no/such/folder/a.svg: cannot be created"));
}

TEST_CASE("numbers are written as people do", "[draw][svg]")
{
    CHECK(draw::number(0) == "0");
    CHECK(draw::number(-0.0) == "0");
    CHECK(draw::number(0.1 + 0.2) == "0.3");
    CHECK(draw::number(0.012345678, 4) == "0.01235");
    CHECK(draw::number(2.5, 4) == "2.5");
    CHECK(draw::number(123456, 4) == "123456");
    CHECK(draw::number(99999.6, 4) == "100000");
    CHECK(draw::number(-20000) == "-20000");
    CHECK(draw::number(1e20, 4) == "1e+20");
    CHECK(draw::number(1e-9, 4) == "1e-09");
    CHECK(draw::text_width("abc", 10) == draw::text_width("äöü", 10));
}
