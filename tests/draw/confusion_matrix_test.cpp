// Confusion matrix: counting, what is on the picture, refusals.
#include <lamina/draw/confusion_matrix.hpp>

#include "catch.hpp"
#include "draw/picture.hpp"

#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("confusion counts true classes down and predicted ones across", "[draw][confusion_matrix]")
{
    const std::vector truth{0, 0, 1, 2, 2, 2}, predicted{0, 1, 1, 0, 2, 2};
    CHECK(draw::confusion(truth, predicted, 3) == std::vector<std::size_t>{1, 1, 0, 0, 1, 0, 1, 0, 2});
    CHECK(draw::confusion({}, {}, 2) == std::vector<std::size_t>(4));
    CHECK(draw::confusion({}, {}, 0).empty());

    CHECK(refusal_of([&] { draw::confusion(truth, std::vector{1}, 3); }) ==
          "confusion: 6 true classes and 1 predicted ones, as many were needed; take both from the same samples");
    CHECK(refusal_of([&] { draw::confusion(truth, predicted, 2); }) ==
          "confusion: true class 3 is 2, classes lie in [0, 2); count with more classes");
    CHECK(says(refusal_of([&] { draw::confusion(std::vector{0}, std::vector{-1}, 2); }), "predicted class 0 is -1"));
}

TEST_CASE("confusion_matrix draws counts, shares of the row and names", "[draw][confusion_matrix]")
{
    const std::vector<std::size_t> counts{30, 10, 0, 0, 0, 7, 0, 0, 0};
    const auto text = draw::confusion_matrix(counts, {"<a>", "b", "c"}, "Test").str();
    CHECK(malformed(text) == "");
    CHECK(count(text, "<rect") == 1 + 9); // the paper and the cells
    CHECK(says(text, ">Test: 63.8% of 47 right</text>"));
    CHECK(count(text, ">&lt;a&gt;</text>") == 2);
    CHECK(count(text, ">b</text>") == 2);
    for (const char* part : {">30</text>", ">75%</text>", ">10</text>", ">25%</text>", ">7</text>", ">100%</text>"})
        CHECK(count(text, part) == 1);
    CHECK(count(text, ">0</text>") == 0);
    CHECK(count(text, ">0%</text>") == 0); // a row without samples, too

    // Ink on pale cells, paper on dark ones.
    const auto color_of = [&](const std::string& content) {
        const auto end = text.find(">" + content + "</text>"), start = text.rfind("fill=\"", end);
        return text.substr(start + 6, 7);
    };
    CHECK(color_of("30") == draw::color::paper);
    CHECK(color_of("10") == draw::color::ink);
    CHECK(draw::detail::shade(0) == "#fafbfd");
    CHECK(draw::detail::shade(1) == "#08458c");
}

TEST_CASE("confusion_matrix draws any number of classes", "[draw][confusion_matrix]")
{
    CHECK(malformed(draw::confusion_matrix({}).str()) == "");
    const std::vector<std::size_t> one{5};
    CHECK(says(draw::confusion_matrix(one).str(), ">Confusion matrix: 100% of 5 right</text>"));
    for (const std::size_t classes : {2u, 10u, 40u, 100u}) {
        std::vector<std::size_t> counts(classes * classes, 123456);
        const auto text = draw::confusion_matrix(counts).str();
        CHECK(malformed(text) == "");
        CHECK(count(text, "<rect") == 1 + classes * classes);
        CHECK(says(text, std::string(">").append(std::to_string(classes - 1)).append("</text>")));
    }
    const std::vector<std::size_t> none(9);
    CHECK(says(draw::confusion_matrix(none).str(), ">Confusion matrix</text>"));
}

TEST_CASE("confusion_matrix refuses what is no square or not named", "[draw][confusion_matrix]")
{
    const std::vector<std::size_t> eight(8), nine(9);
    CHECK(refusal_of([&] { draw::confusion_matrix(eight); }) ==
          "confusion_matrix: 8 counts are no square, classes times classes were needed; use draw::confusion");
    CHECK(refusal_of([&] { draw::confusion_matrix(nine, {"a", "b"}); }) ==
          "confusion_matrix: 2 names for 3 classes, one each was needed");
}
