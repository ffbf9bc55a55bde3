// Sources of names, of lists and of arrays: files by pattern, folders of classes, generators, single elements, rows of .npy and .npz.
#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/class_folders.hpp>
#include <lamina/data/sources/generator.hpp>
#include <lamina/data/sources/list_files.hpp>
#include <lamina/data/sources/npy_rows.hpp>
#include <lamina/data/sources/npz_rows.hpp>
#include <lamina/data/sources/tensors.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/formats/npy_writer.hpp>
#include <lamina/formats/npz.hpp>

#include "data/read_all.hpp"
#include "data/temporary.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <numeric>
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

TEST_CASE("rows of an .npy file, mapped and read", "[data][npy]")
{
    const Temporary folder("npy-rows");
    xt::xtensor<float, 3> images = xt::zeros<float>({5, 3, 2});
    std::iota(images.begin(), images.end(), 0.f);
    npy::write(folder.path / "images.npy", images);
    npy::write(folder.path / "labels.npy", xt::xtensor<std::int64_t, 1>{4, 3, 2, 1, 0});
    for (const bool map : {true, false}) {
        const auto rows = npy_rows<float, 2>(folder.path / "images.npy", {.map = map});
        CHECK(cardinality(rows) == 5);
        CHECK(output_shapes(rows) == "(3, 2)");
        const auto batches = read_all(rows | batch(3));
        REQUIRE(batches.size() == 2);
        CHECK(batches[1](1, 2, 1) == 29);
        CHECK(read_all(npy_rows<std::int64_t, 0>(folder.path / "labels.npy", {.map = map})) ==
              std::vector<std::int64_t>{4, 3, 2, 1, 0});
        auto cursor = [&] { return npy_rows<float, 2>(folder.path / "images.npy", {.map = map}).open(Pass{}); }(); // outlives it
        Row<float, 2> one;
        CHECK(cursor.skip(4) == 4);
        CHECK((cursor.next(one) && one[5] == 29));
        CHECK(cursor.skip(1) == 0);
        CHECK_FALSE(cursor.next(one));
    }
    CHECK(internals::MappedFile(folder.path / "images.npy").is_mapped());
    CHECK(internals::MappedFile(folder.write("empty", "")).bytes().empty());

    CHECK(says(refusal_of([&] { npy_rows<double, 2>(folder.path / "images.npy"); }),
               "holds float32, rows of float64 were asked for"));
    CHECK(says(refusal_of([&] { npy_rows<float, 1>(folder.path / "images.npy"); }),
               "is [5, 3, 2], an array of 2 axes was needed for rows of 1"));
    CHECK(says(refusal_of([&] { npy_rows<float, 1>(folder.path / "no.npy"); }), "cannot be opened"));
    CHECK(says(refusal_of([&] { npy_rows<float, 1>(folder.path / "empty"); }), "does not start with NumPy's magic"));

    // What does not lie as it is needed is put right: truth values of any byte, other orders, numbers that are not aligned.
    const auto file = [](const std::string& type, const std::string& order, const std::string& shape, std::size_t length) {
        std::string header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
        header.resize(length, ' ');
        return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(length) + std::string(1, '\0') + header;
    };
    folder.write("b.npy", file("|b1", "False", "(4,)", 118) + std::string("\0\1\2\xff", 4));
    CHECK(read_all(npy_rows<bool, 0>(folder.path / "b.npy")) == std::vector<bool>{false, true, true, true});
    folder.write("odd.npy", file("<i4", "False", "(2,)", 117) + std::string("\1\0\0\0\2\0\0\0", 8));
    CHECK(read_all(npy_rows<std::int32_t, 0>(folder.path / "odd.npy")) == std::vector<std::int32_t>{1, 2});
    folder.write("big.npy", file(">i4", "False", "(2,)", 118) + std::string("\0\0\0\1\0\0\0\2", 8));
    CHECK(read_all(npy_rows<std::int32_t, 0>(folder.path / "big.npy")) == std::vector<std::int32_t>{1, 2});
    folder.write("turned.npy", file("|u1", "True", "(2, 3)", 118) + "adbecf");
    CHECK(read_all(npy_rows<std::uint8_t, 1>(folder.path / "turned.npy") | batch(2))[0](1, 2) == 'f');
}

TEST_CASE("rows of .npz files, side by side", "[data][npy]")
{
    const Temporary folder("npz-rows");
    for (const bool compressed : {false, true}) {
        npz::write(
            folder.path / "a.npz",
            {{"X", xt::xtensor<float, 2>{{1, 2}, {3, 4}, {5, 6}}}, {"y", std::vector<int>{7, 8, 9}}, {"z", std::vector<int>{1}}},
            {.compressed = compressed});
        const auto rows = npz_rows<Row<float, 1>, std::int32_t>(folder.path / "a.npz", "X", "y");
        CHECK(output_types(rows) == "(float32, int32)");
        CHECK(output_shapes(rows) == "((2,), ())");
        const auto all = read_all(rows | batch(3));
        CHECK(std::get<0>(all[0]) == xt::xtensor<float, 2>{{1, 2}, {3, 4}, {5, 6}});
        CHECK(std::get<1>(all[0]) == xt::xtensor<std::int32_t, 1>{7, 8, 9});
        CHECK(read_all(npz_rows<std::int32_t>(folder.path / "a.npz", "z")) == std::vector<std::int32_t>{1});
    }
    const auto both = [&](const char* x, const char* y) {
        const auto text = refusal_of([&] { npz_rows<Row<float, 1>, std::int32_t>(folder.path / "a.npz", x, y); });
        return text.substr(text.find("a.npz"));
    };
    CHECK(both("x", "y") == "a.npz: has no array \"x\"; it has X, y, z");
    CHECK(both("X", "z") == "a.npz: the arrays have 3 and 1 rows; take arrays that belong together");
    CHECK(says(both("y", "z"), "a.npz: \"y.npy\": holds int32, rows of float32 were asked for"));

    const auto data = std::filesystem::path(LAMINA_SHARED) / "reference/data";
    if (!std::filesystem::exists(data)) {
        std::cout << "skipped: there is no " << data.string() << '\n';
        return;
    }
    for (const char* name : {"arrays.npz", "arrays-compressed.npz"}) {
        const auto arrays = npz::read(data / name);
        const auto numbers = arrays["f32"].as<float>();
        const auto rows = read_all(npz_rows<Row<float, 1>>(data / name, "f32") | batch(3));
        CHECK(std::equal(numbers.begin(), numbers.end(), rows[0].begin()));
        CHECK(read_all(npz_rows<Row<std::uint8_t, 2>>(data / name, "u8")).size() == 2);
    }
    const auto turned = read_all(npz_rows<Row<float, 1>>(data / "arrays.npz", "fortran") | batch(3));
    const auto in_order = npz::read(data / "arrays.npz")["fortran"].as<float>();
    CHECK(std::equal(in_order.begin(), in_order.end(), turned[0].begin()));
    CHECK(read_all(npz_rows<bool>(data / "arrays.npz", "b")).size() == 2);
    CHECK(read_all(npz_rows<Row<float, 1>>(data / "arrays.npz", "empty")).empty());
    CHECK(says(refusal_of([&] { npz_rows<float>(data / "arrays.npz", "scalar"); }), "is [], an array of 1 axis was needed"));
    CHECK(read_all(npy_rows<std::uint8_t, 2>(data / "digits-images.npy")).size() == 40);
}
