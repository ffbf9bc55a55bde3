// Lines of text, CSV files as structs.
#include <lamina/data/sources/csv.hpp>
#include <lamina/data/sources/text_lines.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/formats/packed_bytes.hpp>

#include "data/allocated.hpp"
#include "data/idx_files.hpp"
#include "data/read_all.hpp"
#include "data/temporary.hpp"

#include "catch.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

using namespace lamina;
using Texts = std::vector<std::string>;

namespace {

struct Person {
    std::string name;
    std::optional<int> age;
    float height = 1.5f;
    bool member;
};

const std::string people = "member,name,ignored,age,height\n"
                           "true,Ada,x,36,1.6\n"
                           "\n"
                           "0,\"Smith, \"\"J\"\"\",,NA,\r\n"
                           "FALSE , Bo ,\"\",+7, 2e-1";

} // namespace

TEST_CASE("lines of text are those that TensorFlow gives", "[data][text]")
{
    const Temporary folder("text-lines");
    const auto lines = [&](const std::string& bytes, TextLinesOptions options = {}) {
        return read_all(text_lines(folder.write("a.txt", bytes), options));
    };
    CHECK(lines("").empty());
    CHECK(lines("\n") == Texts{""});
    CHECK(lines("a\nb") == Texts{"a", "b"});
    CHECK(lines("a\nb\n") == Texts{"a", "b"});
    CHECK(lines("\n\na\r\n\rb\rc\r") == Texts{"", "", "a", "bc"});
    CHECK(lines("\r") == Texts{""});
    CHECK(lines("a\nb\nc", {.skip = 2}) == Texts{"c"});
    CHECK(lines("a\nb\nc", {.skip = 9}).empty());
    const std::string long_one(200'000, 'x');
    CHECK(lines(long_one + "\n" + long_one) == Texts{long_one, long_one});
    CHECK(lines(gzip(folder, "a\nb")) == Texts{"a", "b"});
    CHECK(lines("x^2\nb") == Texts{"x^2", "b"}); // begins as zlib does
    CHECK(says(refusal_of([&] { lines("a\n" + long_one, {.largest = 100'000}); }), "a.txt: line 2 is longer than 100000 bytes"));
    CHECK(says(refusal_of([&] { lines(gzip(folder, long_one).substr(0, 100)); }), "a.txt: the gzip data ends in the middle"));

    const auto file = folder.write("b.txt", "1\n2\n3\n");
    auto cursor = text_lines({file, file}, {.skip = 1}).open(Pass{});
    std::string line;
    CHECK(cursor.skip(3) == 3);
    CHECK((cursor.next(line) && line == "3"));
    CHECK(cursor.skip(1) == 0);

    const auto some_long = folder.write("c.txt", "1\n" + long_one + "\n3\n");
    auto passed = text_lines({some_long, file}, {.largest = 100}).open(Pass{}); // what is refused is a place
    CHECK(passed.skip(3) == 3);
    CHECK((passed.next(line) && line == "2"));

    const auto shared = std::filesystem::path(LAMINA_SHARED) / "reference/data/lines.txt";
    if (!std::filesystem::exists(shared)) {
        std::cout << "skipped: there is no " << shared.string() << '\n';
        return;
    }
    CHECK(read_all(text_lines(shared)) == Texts{"first line", "", "third, after an empty one",
                                                "unicode: \xe6\x95\xb0\xe6\x8d\xae\xe9\x9b\x86", "last without newline"});
}

TEST_CASE("rows of a CSV file become structs by the names of the header", "[data][csv]")
{
    const Temporary folder("csv");
    for (const std::string& bytes : {people, "\xef\xbb\xbf" + people, gzip(folder, people)}) {
        const auto rows = read_all(csv<Person>(folder.write("people.csv", bytes), {.missing = {"NA"}}));
        REQUIRE(rows.size() == 3);
        CHECK(rows[0].name == "Ada");
        CHECK(rows[0].age == 36);
        CHECK(rows[0].height == 1.6f);
        CHECK(rows[0].member);
        CHECK(rows[1].name == "Smith, \"J\"");
        CHECK_FALSE(rows[1].age.has_value());
        CHECK(rows[1].height == 1.5f);
        CHECK_FALSE(rows[1].member);
        CHECK(rows[2].name == "Bo");
        CHECK(rows[2].age == 7);
        CHECK(rows[2].height == 0.2f);
    }
    auto cursor = csv<Person>({folder.path / "people.csv", folder.path / "people.csv"}).open(Pass{});
    Person one;
    CHECK(cursor.skip(3) == 3);
    CHECK((cursor.next(one) && one.name == "Ada"));
    CHECK(cursor.skip(9) == 2);
}

TEST_CASE("rows of a CSV file by order, by other names, with other delimiters", "[data][csv]")
{
    const Temporary folder("csv-order");
    struct Flower {
        std::array<float, 4> features;
        std::string species;
    };
    const auto plain =
        csv<Flower>(folder.write("iris.data", "5.1,3.5,1.4,0.2,setosa\n4.9,3,1.4,0.2,setosa\n\n"), {.header = false});
    const auto rows = read_all(plain);
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].features == std::array{4.9f, 3.f, 1.4f, .2f});
    CHECK(rows[1].species == "setosa");
    CHECK(output_shapes(plain | batch(2)) == "{features: (?, 4), species: (?,)}");

    for (const char delimiter : {';', '\t', '|', ':'}) {
        std::string text = "species;sepal length;features_1;features_0;features_3;features_2\nx;9;2;1;4;3\n";
        for (char& letter : text)
            if (letter == ';') letter = delimiter;
        const auto file = folder.write("other.csv", text);
        const auto all = read_all(csv<Flower>(file, {.delimiter = delimiter}));
        REQUIRE(all.size() == 1);
        CHECK(all[0].features == std::array{1.f, 2.f, 3.f, 4.f});
        const auto renamed = read_all(csv<Flower>(
            file, {.delimiter = delimiter, .columns = {"species", "features_0", "", "features_1", "features_2", "features_3"}}));
        REQUIRE(renamed.size() == 1);
        CHECK(renamed[0].features == std::array{9.f, 1.f, 4.f, 3.f});
    }
    struct Two {
        int b, a;
    };
    const auto two = read_all(csv<Two>(folder.write("two.csv", "1,2,3\n"), {.header = false, .columns = {"a", "b", "c"}}));
    REQUIRE(two.size() == 1);
    CHECK(two[0].a == 1);
    CHECK(two[0].b == 2);
    CHECK(read_all(csv<Two>(folder.write("none.csv", ""), {.header = false})).empty());
}

TEST_CASE("numbers of a CSV file are the nearest, or refused", "[data][csv]")
{
    const Temporary folder("csv-numbers");
    struct Real {
        float x;
    };
    struct Whole {
        std::int8_t x;
    };
    const auto real = [&](const std::string& text) { return read_all(csv<Real>(folder.write("x.csv", "x\n" + text)))[0].x; };
    CHECK(real("16777217") == 16777216.f);
    CHECK(real("0.1") == 0.1f);
    CHECK(real("1e-50") == 0);
    CHECK(real("-0." + std::string(500, '0') + "1") == 0);
    CHECK(real("1" + std::string(60, '0') + "e-60") == 1);
    CHECK(std::isinf(real("-inf")));
    CHECK(std::isnan(real("nan")));
    for (const std::string text : {"x", "1,5", "1e", "0x10", "1 2", "++1", "+-1", "1e60", "-"})
        CHECK(says(refusal_of([&] { real("\"" + text + "\""); }), "x.csv: line 2, column \"x\": \"" + text + "\" is no number"));
    CHECK(says(refusal_of([&] { real("1" + std::string(600, '0') + "e-5"); }), "is no number"));
    const auto whole = [&](const std::string& text) { return +read_all(csv<Whole>(folder.write("x.csv", "x\n" + text)))[0].x; };
    CHECK(whole("-128") == -128);
    CHECK(whole("+5") == 5);
    CHECK(says(refusal_of([&] { whole("128"); }), "\"128\" is a number that the field cannot hold"));
    CHECK(says(refusal_of([&] { whole("5.0"); }), "\"5.0\" is no whole number"));
}

TEST_CASE("what a CSV file is refused for, and how it goes on", "[data][csv]")
{
    const Temporary folder("csv-refused");
    struct Two {
        int a, b;
    };
    const auto refused = [&](const std::string& bytes, const CsvOptions& options = {}) {
        const std::string text = refusal_of([&] { read_all(csv<Two>(folder.write("x.csv", bytes), options)); });
        return text.substr(text.find("x.csv"));
    };
    CHECK(refused("") == "x.csv: is empty, a header was needed");
    CHECK(refused("a,c\n") == "x.csv: has no column \"b\"; it has a, c");
    CHECK(refused("a,b,a\n") == "x.csv: has two columns \"a\"; rename one by the option columns");
    CHECK(refused("a,b\n1,2\n1\n") == "x.csv: line 3 has 1 cell, the header 2");
    CHECK(refused("1,2,3\n", {.header = false}) == "x.csv: line 1 has 3 cells, the struct takes 2");
    CHECK(refused("1\n", {.header = false, .columns = {"b", "a"}}) == "x.csv: line 1 has 1 cell, the option columns 2");
    CHECK(refused("a,b\n", {.columns = {"a", "b", "c"}}) == "x.csv: the header has 2 cells, the option columns 3");
    CHECK(
        refused("a,b\n1,\"2\n3\"\n") ==
        "x.csv: line 2 has a quote without another one; a quote inside of quotes is written twice, and a line cannot end there");
    CHECK(refused(std::string("a,b\n1,\0", 7)) == "x.csv: byte 6 is zero; is it a text file?");
    CHECK(refused("a,b\n" + std::string(1 << 24, '1')) == "x.csv: line 2 is longer than 2^24 bytes; is it a CSV file?");
    CHECK(refusal_of([&] { read_all(csv<Two>(folder.path / "x.csv", {.delimiter = 'x'})); }) ==
          "csv: the delimiter is 'x'; comma, semicolon, tab, bar and colon are read");
    struct Truth {
        bool a;
    };
    CHECK(
        says(refusal_of([&] { read_all(csv<Truth>(folder.write("y.csv", "a\nyes\n"))); }), "\"yes\" is neither true nor false"));

    folder.write("x.csv", "a,b\n1,2\nx,1\n\"1,1\n3,4\n");
    folder.write("z.csv", "a,b\n5,6");
    const auto [all, errors] =
        read_all_but_errors(csv<Two>({folder.path / "x.csv", folder.path / "missing.csv", folder.path / "z.csv"}));
    CHECK(errors == 3);
    REQUIRE(all.size() == 3);
    CHECK(all[1].b == 4);
    CHECK(all[2].b == 6);
}

TEST_CASE("a CSV file longer than all buffers", "[data][csv]")
{
    const Temporary folder("csv-long");
    struct Numbered {
        std::uint32_t i;
        std::string text;
    };
    std::string bytes = "i,text\n";
    const std::string filling(997, 'x');
    std::uint32_t count = 0;
    while (bytes.size() < 40'000'000) bytes += std::to_string(count++) + ',' + filling + '\n';
    bytes.pop_back();
    auto cursor = csv<Numbered>(folder.write("long.csv", bytes)).open(Pass{});
    std::uint32_t i = 0;
    bool same = true;
    for (Numbered row; cursor.next(row); ++i) same = same && row.i == i && row.text.size() == filling.size();
    CHECK(same);
    CHECK(i == count);
}

TEST_CASE("lines and rows allocate nothing in steady state", "[data][csv]")
{
    const Temporary folder("csv-allocations");
    std::string bytes = "member,name,age,height\n";
    for (int i = 0; i < 200; ++i) bytes += "true,a name that is longer than a short one,36,1.6\n";
    const auto file = folder.write("a.csv", bytes);
    CHECK(allocated(csv<Person>(file, {.missing = {"NA"}}), 20, 150) == 0);
    CHECK(allocated(text_lines(file), 20, 150) == 0);
}
