// Batches that are filled up, and elements that are kept in memory and in files.
#include <lamina/data/sources/range.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/cache.hpp>
#include <lamina/data/transforms/cache_file.hpp>
#include <lamina/data/transforms/ignore_errors.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/padded_batch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/data/transforms/take_skip.hpp>
#include <lamina/data/transforms/window.hpp>

#include "read_all.hpp"
#include "temporary.hpp"

#include <catch.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

using namespace lamina;
using Whole = std::vector<std::int64_t>;

namespace {

/// Lists of the given lengths, of numbers that count on.
auto lists(Whole lengths)
{
    Whole starts{0};
    for (const std::int64_t n : lengths) starts.push_back(starts.back() + n);
    return range(static_cast<std::int64_t>(lengths.size())) | map([starts = std::move(starts)](std::int64_t i) {
               const auto at = static_cast<std::size_t>(i);
               return read_all(range(starts[at], starts[at + 1]));
           });
}

std::string bytes_of(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t files_in(const std::filesystem::path& folder)
{
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

/// Counts how often its elements are made.
auto counting(std::shared_ptr<std::atomic<int>> made, std::int64_t n)
{
    return range(n) | map([made](std::int64_t i) { return ++*made, std::vector<std::int64_t>(static_cast<std::size_t>(i), i); });
}

struct Everything {
    std::string name;
    bool flag;
    std::array<float, 2> place;
    xt::xtensor<double, 2> table;
    std::vector<std::string> words;
    std::vector<bool> flags;
    std::pair<std::int8_t, std::vector<std::tuple<std::string, float>>> nested;
    xt::xtensor_fixed<std::int32_t, xt::xshape<2, 2>> fixed;
};

auto everything(std::int64_t n)
{
    return range(n) | map([](std::int64_t i) {
               const auto size = static_cast<std::size_t>(i);
               const auto x = static_cast<float>(i);
               return Everything{std::string(size, 'n'),
                                 i % 2 == 1,
                                 {x, -x},
                                 xt::ones<double>(std::array<std::size_t, 2>{size, 2}) * x,
                                 std::vector<std::string>(size, "word"),
                                 std::vector<bool>(size, true),
                                 {static_cast<std::int8_t>(-i), {{"a", x}, {"", 1}}},
                                 {{1, 2}, {3, static_cast<std::int32_t>(i)}}};
           });
}

bool same(const Everything& a, const Everything& b)
{
    return a.name == b.name && a.flag == b.flag && a.place == b.place && a.table == b.table && a.words == b.words &&
           a.flags == b.flags && a.nested == b.nested && a.fixed == b.fixed;
}

} // namespace

TEST_CASE("padded_batch fills up to the longest, or to what is given", "[data]")
{
    using Table = xt::xtensor<std::int64_t, 2>;
    const auto ragged = lists({3, 0, 5, 1, 2, 4}); // as TensorFlow's recorded result
    const auto batches = read_all(ragged | padded_batch(4, Pad{.value = -1}));
    REQUIRE(batches.size() == 2);
    CHECK((batches[0] == Table{{0, 1, 2, -1, -1}, {-1, -1, -1, -1, -1}, {3, 4, 5, 6, 7}, {8, -1, -1, -1, -1}}));
    CHECK((batches[1] == Table{{9, 10, -1, -1}, {11, 12, 13, 14}}));
    CHECK((read_all(ragged | padded_batch(2))[0] == Table{{0, 1, 2}, {0, 0, 0}}));
    CHECK(read_all(ragged | padded_batch(4, drop_remainder)).size() == 1);
    CHECK(cardinality(ragged | padded_batch(4)) == 2);
    CHECK(cardinality(ragged | padded_batch(4, drop_remainder)) == 1);
    CHECK((read_all(lists({1, 2}) | padded_batch(2, Pad{.extents = {3}}))[0] == Table{{0, 0, 0}, {1, 2, 0}}));
    CHECK(output_shapes(ragged | padded_batch(2, Pad{.extents = {8}})) == "(?, 8)");
    CHECK(output_shapes(ragged | padded_batch(2)) == "(?, ?)");

    // An element that is too large is left out, and the batch goes on behind it.
    const auto [narrow, errors] = read_all_but_errors(ragged | padded_batch(2, Pad{.extents = {4}}));
    CHECK(errors == 1);
    REQUIRE(narrow.size() == 3);
    CHECK((narrow[1] == Table{{8, 0, 0, 0}, {9, 10, 0, 0}}));
    CHECK_THROWS_WITH(read_all(ragged | padded_batch(6, Pad{.extents = {4}})),
                      "padded_batch: element 2 has 5 values, more than the 4 of Pad");
    auto cursor = (ragged | padded_batch(2, Pad{.extents = {4}})).open(Pass{});
    Table one;
    CHECK(cursor.next(one));
    CHECK_THROWS(cursor.next(one));
    CHECK(cursor.skip(1) == 1);
    CHECK(cursor.next(one));
    CHECK((one == Table{{11, 12, 13, 14}}));

    const auto tables = range(3) | map([](std::int64_t i) {
                            const auto n = static_cast<std::size_t>(i);
                            return xt::xtensor<float, 3>(std::array{n, 3 - n, std::size_t(2)}, static_cast<float>(i + 1));
                        });
    const auto stacked = read_all(tables | padded_batch(3, Pad{.extents = {unknown_extent, 4, unknown_extent}, .value = 0.5}));
    CHECK(stacked[0].shape() == std::array<std::size_t, 4>{3, 2, 4, 2});
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t a = 0; a < 2; ++a)
            for (std::size_t b = 0; b < 4; ++b)
                CHECK(stacked[0](i, a, b, 1) == (a < i && b < 3 - i ? static_cast<float>(i + 1) : 0.5f));
    CHECK_THROWS_WITH(read_all(tables | padded_batch(3, Pad{.extents = {1, 4, unknown_extent}})),
                      "padded_batch: element 2 is [2, 1, 2], larger than the [1, 4, ?] of Pad");
}

TEST_CASE("padded_batch takes components of all kinds", "[data]")
{
    struct Text {
        std::vector<std::string> words;
        std::string language;
        std::vector<bool> known;
        std::int32_t label;
    };
    const auto texts = range(3) | map([](std::int64_t i) {
                           const auto n = static_cast<std::size_t>(i);
                           return Text{std::vector<std::string>(n, "w"), "en", std::vector<bool>(n, true), 5};
                       });
    const auto batches = read_all(texts | padded_batch(3, {{.text = "<pad>"}, {}, {.value = 1}, {}}));
    const auto& [words, languages, known, labels] = batches.at(0);
    CHECK(words == std::vector<std::vector<std::string>>{{"<pad>", "<pad>"}, {"w", "<pad>"}, {"w", "w"}});
    CHECK(languages == std::vector<std::string>{"en", "en", "en"});
    CHECK((known == xt::xtensor<bool, 2>{{true, true}, {true, true}, {true, true}}));
    CHECK((batches[0].get<"label">() == xt::xtensor<std::int32_t, 1>{5, 5, 5}));
    CHECK(output_shapes(texts | padded_batch(3)) == "{words: (?, ?), language: (?,), known: (?, ?), label: (?,)}");

    CHECK_THROWS_WITH(texts | padded_batch(3, Pad{}), "padded_batch: 1 Pad for 4 components; give one for each, or none");
    CHECK_THROWS_WITH(lists({1}) | padded_batch(3, Pad{.extents = {1, 2}}),
                      "padded_batch: Pad 0 has 2 extents, its component has 1; give as many, or none");
    CHECK_THROWS_WITH(lists({1}) | padded_batch(3, Pad{.extents = {-2}}),
                      "padded_batch: Pad 0 has an extent of -2; it is 0 or more, or unknown_extent");
    CHECK_THROWS_WITH(lists({1}) | padded_batch(3, Pad{.value = 0.5}),
                      "padded_batch: Pad 0 has the value 0.5, its component is of type int64; choose a value of this type");
    CHECK_THROWS_WITH(range(2) | map([](std::int64_t) { return std::vector<std::uint8_t>(3); }) |
                          padded_batch(3, Pad{.value = -1}),
                      "padded_batch: Pad 0 has the value -1, its component is of type uint8; choose a value of this type");
    CHECK_THROWS_WITH(padded_batch(0), "padded_batch: a size of 0; it is 1 or more");
    CHECK_THROWS_WITH(padded_batch(~std::size_t{0}), "padded_batch: a size of 18446744073709551615; it is at most 4294967296");
    CHECK(read_all(slices(xt::xtensor<float, 2>{{1, 2}}) | padded_batch(1))[0] == std::tuple(xt::xtensor<float, 2>{{1, 2}}));
}

TEST_CASE("cache keeps what the first whole pass gave", "[data][threads]")
{
    const auto made = std::make_shared<std::atomic<int>>(0);
    const auto cached = counting(made, 20) | cache();
    const auto expected = read_all(counting(std::make_shared<std::atomic<int>>(0), 20));
    CHECK(cardinality(cached) == 20);
    CHECK(read_all(cached | take(5)).size() == 5);
    CHECK(*made == 5); // no whole pass
    {
        auto early = cached.open(Pass{}); // was opened before and reads for itself
        CHECK(read_all(cached) == expected);
        CHECK(*made == 25);
        CHECK(early.skip(3) == 3);
        CHECK(*made == 28);
    }
    for (std::uint64_t epoch = 0; epoch < 3; ++epoch) CHECK(read_all(cached, Pass{epoch}) == expected);
    CHECK(*made == 28);
    for (std::size_t n = 0; n < 22; ++n) {
        auto cursor = internals::open_at(cached, Position{7, n});
        std::vector<std::int64_t> one;
        CHECK(cursor.next(one) == (n < 20));
        if (n < 20) CHECK(one == expected[n]);
    }
    CHECK(*made == 28);

    const auto skipping = counting(made, 20) | cache() | skip(4);
    CHECK(read_all(skipping).size() == 16);
    CHECK(read_all(skipping).size() == 16);
    CHECK(*made == 48);

    // A pass in which something is thrown is not whole.
    const auto bad = std::make_shared<bool>(true);
    const auto sometimes = range(4) | map([bad](std::int64_t i) { return i == 2 && *bad ? throw error("bad") : i; }) | cache();
    CHECK(read_all_but_errors(sometimes) == std::pair(Whole{0, 1, 3}, std::size_t{1}));
    CHECK(read_all_but_errors(sometimes) == std::pair(Whole{0, 1, 3}, std::size_t{1}));
    *bad = false;
    CHECK(read_all(sometimes) == Whole{0, 1, 2, 3});
    *bad = true;
    CHECK(read_all(sometimes) == Whole{0, 1, 2, 3});

    // The order is that of pass 0, so that a training that goes on in a later one sees the same.
    const auto order = range(30) | shuffle(30, Seed{3});
    CHECK(read_all(order | cache(), Pass{2}) == read_all(order));

    const auto shared = counting(made, 50) | cache();
    const auto once = read_all(counting(std::make_shared<std::atomic<int>>(0), 50));
    std::atomic<int> right{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i)
        readers.emplace_back([&, mine = shared] {
            for (int pass = 0; pass < 5; ++pass) right += read_all(mine) == once;
        });
    for (auto& reader : readers) reader.join();
    CHECK(right == 20);

    // Rows outlive the dataset that they point into.
    auto rows = [] {
        const auto kept = slices(xt::xtensor<float, 2>{{1, 2}, {3, 4}}) | cache();
        read_all(kept);
        return kept.open(Pass{});
    }();
    std::tuple<Row<float, 1>> row;
    CHECK((rows.next(row) && rows.next(row) && std::get<0>(row)[1] == 4));
}

TEST_CASE("cache(file) writes elements once, and reads them in later passes and runs", "[data][threads]")
{
    const Temporary folder("cache");
    const auto file = folder.path / "kept.cache";
    const auto all = read_all(everything(5));
    const auto kept = everything(5) | cache(file);
    CHECK(read_all(kept | take(3)).size() == 3);
    CHECK(files_in(folder.path) == 0); // neither it nor a part of it
    for (int pass = 0; pass < 3; ++pass) {
        const auto read = read_all(kept);
        REQUIRE(read.size() == all.size());
        for (std::size_t i = 0; i < all.size(); ++i) CHECK(same(read[i], all[i]));
        CHECK(files_in(folder.path) == 1);
    }
    CHECK(read_all(everything(0) | cache(file)).size() == 5); // the file counts
    for (std::size_t n = 0; n < 7; ++n) {
        auto cursor = internals::open_at(kept, Position{3, n});
        Everything one;
        CHECK(cursor.next(one) == (n < 5));
        if (n < 5) CHECK(same(one, all[n]));
    }
    CHECK(cardinality(kept) == 5);

    const auto batches = range(7) | window(2) | padded_batch(2) | cache(folder.path / "batches");
    CHECK(read_all(batches) == read_all(batches));
    const auto columns = everything(3) | map([](Everything& e) { return std::tuple(e.name, e.place); }) | batch(2) |
                         cache(folder.path / "columns");
    CHECK(read_all(columns) == read_all(columns));

    CHECK_THROWS_WITH(
        read_all(range(2) | cache(folder.path / "batches")),
        (folder.path / "batches").string() +
            ": holds elements of types and shapes (int64, (?, ?)), this dataset's are (int64, ()); delete the file, so "
            "that it is made anew, or choose another");
    CHECK(says(refusal_of([&] { read_all(range(2) | cache(folder.write("other", "what?"))); }), "is no cache of elements"));
    CHECK(says(refusal_of([&] { read_all(range(2) | cache(folder.write("table", "a,b,c\n1,2,3\n4,5,6\n"))); }),
               "is no cache of elements"));
    CHECK(says(refusal_of([&] { read_all(range(2) | cache(folder.path / "none" / "x")); }), "make its folder first"));
    CHECK(says(refusal_of([&] { read_all(range(2) | cache(folder.path)); }), "is a folder"));
    CHECK(read_all_but_errors(range(2) | cache(folder.path / "none" / "x") | repeat()).second == 1);

    // Something was thrown: no file.
    const auto bad = range(3) | map([](std::int64_t i) { return i == 1 ? throw error("bad") : i; });
    CHECK(read_all_but_errors(bad | cache(folder.path / "bad")) == std::pair(Whole{0, 2}, std::size_t{1}));
    CHECK(!std::filesystem::exists(folder.path / "bad"));
    CHECK(read_all(bad | ignore_errors() | cache(folder.path / "bad")) == Whole{0, 2});
    CHECK(read_all(bad | cache(folder.path / "bad")) == Whole{0, 2});

    std::atomic<int> right{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i)
        readers.emplace_back([&, together = range(50) | cache(folder.path / "together")] {
            for (int pass = 0; pass < 3; ++pass) right += read_all(together).size() == 50;
        });
    for (auto& reader : readers) reader.join();
    CHECK(right == 12);
}

TEST_CASE("a cache that is damaged is refused, and nothing is read beyond it", "[data]")
{
    const Temporary folder("cache-damage");
    const auto file = folder.path / "kept";
    read_all(everything(3) | cache(file));
    const std::string whole = bytes_of(file);
    const auto refused = [&](const std::string& bytes) {
        auto [read, errors] = std::pair(std::size_t{0}, std::size_t{0});
        try {
            std::tie(read, errors) = [&] {
                const auto got = read_all_but_errors(everything(3) | cache(folder.write("damaged", bytes)));
                return std::pair(got.first.size(), got.second);
            }();
        }
        catch (const error& why) {
            return std::string(why.what()).find("damaged") != std::string::npos;
        }
        return errors > 0 && read <= 3;
    };
    std::size_t accepted = 0;
    for (std::size_t n = 0; n < whole.size(); ++n) accepted += !refused(whole.substr(0, n));
    CHECK(accepted == 0);
    for (std::size_t n = 0; n < whole.size(); ++n) {
        std::string changed = whole;
        changed[n] = static_cast<char>(changed[n] ^ 0x55);
        accepted += !refused(changed);
    }
    CHECK(accepted == 0);

    // Checksums that are right around bytes that are not: any cut of an element, and lengths that nothing stands behind.
    std::string record;
    internals::store_element(record, read_all(everything(3))[2]);
    const auto restored = [](const std::string& bytes) {
        Everything to;
        internals::StoredBytes from{bytes};
        internals::restore_element(to, from);
        return !from.damaged && from.left.empty();
    };
    CHECK(restored(record));
    for (std::size_t n = 0; n < record.size(); ++n) accepted += restored(record.substr(0, n));
    CHECK(accepted == 0);
    const long before = peak_memory();
    for (std::size_t n = 0; n + 8 <= record.size(); ++n)
        for (const std::uint64_t length : {~std::uint64_t{0}, std::uint64_t{1} << 39, std::uint64_t{1} << 63, std::uint64_t{0}}) {
            std::string changed = record;
            std::memcpy(changed.data() + n, &length, 8);
            restored(changed);
        }
    CHECK(peak_memory() < before + 50);
}
