// Sources of names and of lists: files by pattern, folders of classes, generators, single elements.
#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/class_folders.hpp>
#include <lamina/data/sources/generator.hpp>
#include <lamina/data/sources/list_files.hpp>
#include <lamina/data/sources/tensors.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/repeat.hpp>

#include "data/read_all.hpp"
#include "data/temporary.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

using namespace lamina;
using Texts = std::vector<std::string>;

TEST_CASE("patterns", "[data]")
{
    using internals::matches_pattern;
    CHECK(matches_pattern("", ""));
    CHECK(matches_pattern("", "*"));
    CHECK_FALSE(matches_pattern("", "?"));
    CHECK(matches_pattern("train-01.gz", "train-??.gz"));
    CHECK(matches_pattern("train-01.gz", "*-*"));
    CHECK(matches_pattern("aaab", "*ab"));
    CHECK(matches_pattern("abcabd", "a*bd"));
    CHECK(matches_pattern("abc", "abc**"));
    CHECK_FALSE(matches_pattern("abc", "ab"));
    CHECK_FALSE(matches_pattern("abc", "*d"));
    CHECK_FALSE(matches_pattern(std::string(60, 'a'), "a*a*a*a*a*a*a*a*a*a*b"));
}

TEST_CASE("files are listed in the order of their names, or shuffled in each pass", "[data]")
{
    const Temporary folder("list-files");
    for (const char* part : {"one", "two", ".three"}) {
        std::filesystem::create_directory(folder.path / part);
        for (const char* name : {"b.txt", "a.txt", "c.bin", ".d.txt"}) folder.write(std::string(part) + '/' + name, "x");
    }
    std::filesystem::create_directory(folder.path / "one" / "e.txt");
    const auto in = [&](const char* name) { return (folder.path / name).string(); };
    CHECK(matching_files(folder.path / "*" / "?.txt") ==
          Texts{in("one/a.txt"), in("one/b.txt"), in("two/a.txt"), in("two/b.txt")});
    CHECK(matching_files(folder.path / "two" / "c.bin") == Texts{in("two/c.bin")});
    const auto names = list_files(folder.path / "t*" / "*");
    CHECK(read_all(names) == Texts{in("two/a.txt"), in("two/b.txt"), in("two/c.bin")});
    CHECK(cardinality(names) == 3);
    CHECK(output_types(names) == "string");
    CHECK(says(refusal_of([&] { list_files(folder.path / "*.md"); }), "no file matches this pattern"));
    CHECK(says(refusal_of([&] { list_files(""); }), "the name of the file is empty"));

    const auto shuffled = list_files(folder.path / "*" / "*", {.shuffle = Seed{3}});
    auto first = read_all(shuffled, Pass{0}), second = read_all(shuffled, Pass{1});
    CHECK(first == read_all(shuffled, Pass{0}));
    CHECK(first != second);
    std::sort(first.begin(), first.end());
    CHECK(first == matching_files(folder.path / "*" / "*"));
    auto cursor = shuffled.open(Pass{1});
    CHECK(cursor.skip(4) == 4);
    std::string one;
    CHECK((cursor.next(one) && one == second[4]));
    CHECK(cursor.skip(9) == 1);
}

TEST_CASE("folders are classes, in the order of their names", "[data]")
{
    const Temporary folder("class-folders");
    for (const char* name : {"tulip", "daisy", "rose", ".cache"}) std::filesystem::create_directory(folder.path / name);
    CHECK(says(refusal_of([&] { class_folders(folder.path); }), "its folders have no files in them"));
    for (const char* name : {"tulip/2.png", "tulip/1.png", "daisy/x.png", "readme"}) folder.write(name, "");
    CHECK(classes(folder.path) == Texts{"daisy", "rose", "tulip"});
    using Pair = std::tuple<std::string, std::int32_t>;
    const auto files = class_folders(folder.path);
    const auto all = read_all(files);
    REQUIRE(all.size() == 3);
    CHECK(all[0] == Pair{(folder.path / "daisy/x.png").string(), 0});
    CHECK(all[1] == Pair{(folder.path / "tulip/1.png").string(), 2});
    CHECK(all[2] == Pair{(folder.path / "tulip/2.png").string(), 2});
    CHECK(output_types(files | batch(2)) == "(string, int32)");
    CHECK(says(refusal_of([&] { classes(folder.path / "rose"); }), "has no folders, one for each class was needed"));
    CHECK(says(refusal_of([&] { classes(folder.path / "nowhere"); }), "cannot be read"));
}

TEST_CASE("a generator begins anew in each pass and ends once", "[data]")
{
    const auto squares = generator<std::int64_t>([](Pass pass) {
        return [i = std::int64_t{0}, n = static_cast<std::int64_t>(pass.epoch) + 2](std::int64_t& to) mutable {
            to = i * i;
            return i++ != n; // would go on after the end
        };
    });
    CHECK(read_all(squares) == std::vector<std::int64_t>{0, 1});
    CHECK(read_all(squares | repeat(2)) == std::vector<std::int64_t>{0, 1, 0, 1, 4});
    auto cursor = squares.open(Pass{});
    std::int64_t one = 0;
    while (cursor.next(one)) {}
    CHECK_FALSE(cursor.next(one));
    CHECK(cardinality(squares) == unknown_cardinality);
}

TEST_CASE("tensors are one element", "[data]")
{
    const auto one = tensors(xt::xtensor<float, 2>{{1, 2}, {3, 4}}, 7);
    const auto all = read_all(one);
    REQUIRE(all.size() == 1);
    CHECK(std::get<0>(all[0])(1, 0) == 3);
    CHECK(std::get<1>(all[0]) == 7);
    CHECK(read_all(tensors(std::string("a")) | repeat(2)) == Texts{"a", "a"});
    CHECK(cardinality(one) == 1);
}
