// Transformations of datasets: what they give is what TensorFlow 2.21 gave (../shared/reference/data/dataset-semantics.json, and runs beside
// it); what is thrown stands at its place.
#include <lamina/data/any_dataset.hpp>
#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/range.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/concatenate.hpp>
#include <lamina/data/transforms/enumerate.hpp>
#include <lamina/data/transforms/filter.hpp>
#include <lamina/data/transforms/ignore_errors.hpp>
#include <lamina/data/transforms/interleave.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/parallel_map.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shard.hpp>
#include <lamina/data/transforms/take_skip.hpp>
#include <lamina/data/transforms/unbatch.hpp>
#include <lamina/data/transforms/window.hpp>
#include <lamina/data/transforms/zip.hpp>

#include "read_all.hpp"

#include <catch.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace lamina;
using Whole = std::vector<std::int64_t>;
using Wholes = std::vector<Whole>;
using Numbers = AnyDataset<std::int64_t>;

namespace {

Numbers copies(std::int64_t of, std::uint64_t n) { return range(of, of + 1) | repeat(n); }

/// The numbers, and -1 where something is thrown.
Whole places(const Numbers& dataset)
{
    Whole all;
    auto cursor = dataset.open(Pass{});
    for (std::int64_t one = 0;;) try {
            if (!cursor.next(one)) return all;
            all.push_back(one);
        }
        catch (const error&) {
            all.push_back(-1);
        }
}

/// The numbers but some, in whose place something is thrown.
Numbers broken(std::int64_t first, std::int64_t last, Whole bad)
{
    return range(first, last) | map([bad = std::move(bad)](std::int64_t i) {
               for (const std::int64_t one : bad)
                   if (i == one) throw error("bad");
               return i;
           });
}

bool is_even(std::int64_t i) { return i % 2 == 0; }

} // namespace

TEST_CASE("filter keeps, take_while ends", "[data]")
{
    CHECK(read_all(range(7) | filter(is_even)) == Whole{0, 2, 4, 6});
    CHECK(read_all(range(7) | filter([](std::int64_t) { return false; })).empty());
    CHECK(cardinality(range(7) | filter(is_even)) == unknown_cardinality);
    CHECK(read_all(range(7) | repeat() | take_while([](std::int64_t i) { return i < 3; })) == Whole{0, 1, 2});
    CHECK(read_all(range(3) | take_while([](std::int64_t) { return true; })) == Whole{0, 1, 2});
    CHECK(cardinality(range(7) | take_while(is_even)) == unknown_cardinality);
    const auto pairs = zip(range(5), range(5, 0, -1)) | filter([](std::int64_t a, std::int64_t b) { return a < b; });
    CHECK(read_all(pairs).size() == 3);
    CHECK(output_shapes(slices(xt::xtensor<float, 2>{{1, 2}}) | filter([](Row<float, 1>&) { return true; })) == "((2,))");

    const auto moody = [](std::int64_t i) { return i == 2 ? throw error("two") : i != 3; };
    CHECK(places(range(5) | filter(moody)) == Whole{0, 1, -1, 4});
    CHECK(places(range(5) | take_while(moody)) == Whole{0, 1, -1});
    CHECK(places(broken(0, 5, {0, 3}) | filter(is_even)) == Whole{-1, 2, -1, 4});
}

TEST_CASE("interleave reads datasets in turns, flat_map one after another", "[data]")
{
    const auto threefold = [](std::int64_t i) { return copies(i, 3); };
    CHECK(read_all(range(1, 4) | interleave(threefold, 2, 2)) == Whole{1, 1, 2, 2, 1, 2, 3, 3, 3});
    CHECK(read_all(range(1, 5) | interleave([](std::int64_t i) { return copies(i, 6); }, 2, 4)) ==
          Whole{1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 4, 4});
    CHECK(read_all(range(1, 4) | interleave(threefold, 9)) == Whole{1, 2, 3, 1, 2, 3, 1, 2, 3});
    CHECK(read_all(range(1, 4) | flat_map(threefold)) == Whole{1, 1, 1, 2, 2, 2, 3, 3, 3});
    CHECK(read_all(range(4) | flat_map([](std::int64_t i) { return range(i); })) == Whole{0, 0, 1, 0, 1, 2});
    CHECK(read_all(range(4) | flat_map([](std::int64_t) { return range(0); })).empty());
    CHECK(cardinality(range(4) | flat_map(threefold)) == unknown_cardinality);
    CHECK_THROWS_WITH(interleave(threefold, 0), "interleave: a cycle of 0 datasets, a block of 1 elements; both are 1 or more");
    CHECK_THROWS_WITH(interleave(threefold, 2000000), "interleave: a cycle of 2000000 datasets; it is at most 1048576");

    // The source, the function, a dataset of its: each at its place, and nothing else is lost.
    const auto some = [](std::int64_t i) { return i == 3 ? throw error("three") : broken(10 * i, 10 * i + 3, {10 * i + 1, 22}); };
    CHECK(places(broken(1, 5, {1}) | flat_map(some)) == Whole{-1, 20, -1, -1, -1, 40, -1, 42});
    CHECK(places(broken(1, 5, {1}) | interleave(some, 2, 2)) == Whole{-1, 20, -1, -1, -1, 40, -1, 42});
    // Errors are not counted in a block.
    CHECK(places(range(2) | interleave([](std::int64_t i) { return broken(10 * i, 10 * i + 4, {1}); }, 2, 2)) ==
          Whole{0, -1, 2, 10, 11, 3, 12, 13});
}

TEST_CASE("zip ends with the shortest, and its parts stay side by side", "[data]")
{
    using Pairs = std::vector<std::tuple<std::int64_t, std::int64_t>>;
    CHECK(read_all(zip(range(1, 4), range(4, 7))) == Pairs{{1, 4}, {2, 5}, {3, 6}});
    CHECK(read_all(zip(range(5), range(2) | repeat() | skip(1))).size() == 5);
    CHECK(cardinality(zip(range(5), range(3))) == 3);
    CHECK(cardinality(zip(range(5), range(3) | repeat())) == 5);
    CHECK(cardinality(zip(range(5) | repeat(), range(3) | repeat())) == infinite_cardinality);
    CHECK(cardinality(zip(range(5), range(3) | filter(is_even), range(3) | repeat())) == unknown_cardinality);
    CHECK(output_types(zip(range(5), range(3) | enumerate())) == "(int64, (int64, int64))");

    const auto [pairs, errors] = read_all_but_errors(zip(broken(0, 6, {1}), broken(10, 16, {10, 13}), range(5)));
    CHECK(errors == 3);
    CHECK(pairs == std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>>{{2, 12, 2}, {4, 14, 4}});
    CHECK(read_all_but_errors(zip(broken(0, 3, {2}), range(2))).second == 0); // it had ended

    // What is skipped stays side by side, whether or not something is thrown in it.
    const auto impure = [](std::int64_t bad) {
        return range(20) | map([bad](std::int64_t i) { return i == bad ? throw error("bad") : i; }, {.pure = false});
    };
    const auto beside = zip(range(20), impure(4), range(20) | enumerate() | skip(0)) |
                        map([](std::int64_t a, std::int64_t b, std::tuple<std::int64_t, std::int64_t>& c) {
                            return a == b && a == std::get<0>(c) ? a : -2;
                        });
    const Whole all = read_all_but_errors(beside).first;
    for (std::size_t n = 0; n < 20; ++n) {
        auto cursor = internals::open_at(beside, Position{0, n});
        std::int64_t one = -1;
        if (n != 4) CHECK(cursor.next(one) == (n < all.size())); // the one that is thrown comes next
        if (n != 4 && n < all.size()) CHECK(one == all[n]);
    }
}

TEST_CASE("concatenate gives one after another", "[data]")
{
    const auto all = concatenate(range(3), range(10, 12), range(20, 21));
    CHECK(read_all(all) == Whole{0, 1, 2, 10, 11, 20});
    CHECK(cardinality(all) == 6);
    CHECK(cardinality(concatenate(range(3), range(2) | repeat())) == infinite_cardinality);
    CHECK(cardinality(concatenate(range(3), range(2) | filter(is_even))) == unknown_cardinality);
    CHECK(cardinality(concatenate(range(3) | filter(is_even), range(2) | repeat())) == infinite_cardinality);
    const xt::xtensor<float, 3> a{{{1, 2}}}, b{{{1, 2}, {3, 4}}};
    CHECK(output_shapes(concatenate(slices(a), slices(b))) == "((?, 2))");
    CHECK(places(concatenate(broken(0, 3, {0, 2}), broken(5, 8, {5, 7}))) == Whole{-1, 1, -1, -1, 6, -1});
}

TEST_CASE("enumerate numbers places", "[data]")
{
    CHECK(read_all(range(5, 7) | enumerate(3)) == std::vector<std::tuple<std::int64_t, std::int64_t>>{{3, 5}, {4, 6}});
    CHECK(cardinality(range(5, 7) | enumerate()) == 2);
    for (auto& [number, element] : broken(0, 6, {3}) | ignore_errors() | enumerate()) CHECK(number == element - (element > 3));
    const auto [numbered, errors] = read_all_but_errors(broken(0, 6, {3}) | enumerate());
    CHECK(errors == 1);
    for (auto& [number, element] : numbered) CHECK(number == element);
    CHECK(output_shapes(slices(xt::xtensor<float, 2>{{1, 2}}) | enumerate()) == "((), ((2,)))");
}

TEST_CASE("windows are lists of neighbors", "[data]")
{
    CHECK(read_all(range(5) | window(3, {.shift = 2})) == Wholes{{0, 1, 2}, {2, 3, 4}, {4}});
    CHECK(read_all(range(7) | window(3)) == Wholes{{0, 1, 2}, {3, 4, 5}, {6}});
    CHECK(read_all(range(7) | window(3, {.drop_remainder = true})) == Wholes{{0, 1, 2}, {3, 4, 5}});
    CHECK(read_all(range(7) | window(2, {.shift = 1, .stride = 3})) == Wholes{{0, 3}, {1, 4}, {2, 5}, {3, 6}, {4}, {5}, {6}});
    CHECK(read_all(range(7) | window(2, {.shift = 1, .stride = 3, .drop_remainder = true})) ==
          Wholes{{0, 3}, {1, 4}, {2, 5}, {3, 6}});
    CHECK(read_all(range(9) | window(2, {.shift = 4})) == Wholes{{0, 1}, {4, 5}, {8}});
    CHECK(read_all(range(0) | window(2)).empty());
    CHECK(read_all(range(4) | map(is_even) | window(3, {.shift = 1})) ==
          std::vector<std::vector<bool>>{{true, false, true}, {false, true, false}, {true, false}, {false}});
    for (const std::int64_t n : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
        for (const WindowOptions how : {WindowOptions{1, 1, false}, {2, 1, true}, {5, 2, false}, {5, 2, true}, {1, 3, true}}) {
            const auto windows = range(n) | window(3, how);
            const auto all = read_all(windows);
            CHECK(cardinality(windows) == static_cast<std::int64_t>(all.size()));
            for (std::uint64_t skipped = 0; skipped < all.size() + 3; ++skipped) {
                auto cursor = windows.open(Pass{});
                Whole one;
                if (all.size() > 1 && skipped > 0) CHECK(cursor.next(one)); // some are kept then
                const std::uint64_t before = all.size() > 1 && skipped > 0;
                const std::uint64_t given = before + cursor.skip(skipped - before);
                CHECK(given == std::min<std::uint64_t>(skipped, all.size()));
                CHECK(cursor.next(one) == (given < all.size()));
                if (given < all.size()) CHECK(one == all[given]);
            }
        }
    CHECK(cardinality(range(3) | repeat() | window(2)) == infinite_cardinality);
    CHECK_THROWS_WITH(window(0), "window: a size of 0 elements that are 1 apart; both are 1 or more");
    CHECK_THROWS_WITH(window(~std::size_t{0}, {.stride = 2}), Catch::Matchers::Contains("choose smaller ones"));

    const auto [windows, errors] = read_all_but_errors(broken(0, 6, {2}) | window(2));
    CHECK(windows == Wholes{{0, 1}, {3, 4}, {5}});
    CHECK(errors == 1);
    CHECK(read_all(range(7) | window(3, {.shift = 2}) | flat_map([](Whole& list) {
                       return range(list[0], list[0] + static_cast<std::int64_t>(list.size()));
                   })) == Whole{0, 1, 2, 2, 3, 4, 4, 5, 6, 6});
}

TEST_CASE("shards share the elements, and the errors", "[data]")
{
    CHECK(read_all(range(7) | shard(3, 1)) == Whole{1, 4});
    CHECK(read_all(range(7) | shard(3, 0)) == Whole{0, 3, 6});
    CHECK(read_all(range(2) | shard(5, 3)).empty());
    CHECK(cardinality(range(7) | shard(3, 0)) == 3);
    CHECK(cardinality(range(7) | shard(3, 1)) == 2);
    CHECK(cardinality(range(7) | repeat() | shard(3, 1)) == infinite_cardinality);
    for (std::uint64_t n = 0; n < 5; ++n) {
        auto cursor = internals::open_at(range(10) | shard(3, 2), Position{0, n});
        std::int64_t one = -1;
        CHECK(cursor.next(one) == (n < 3));
        if (n < 3) CHECK(one == static_cast<std::int64_t>(3 * n + 2));
    }
    CHECK_THROWS_WITH(shard(3, 3), "shard: index 3 of 3; it is 0 or more and below the count");
    const auto numbers = broken(0, 8, {2, 3, 5});
    CHECK(places(numbers | shard(2, 0)) == Whole{0, -1, 4, 6});
    CHECK(places(numbers | shard(2, 1)) == Whole{1, -1, -1, 7});
}

TEST_CASE("ignore_errors leaves out what cannot be read", "[data]")
{
    const auto right = broken(0, 6, {0, 3, 5}) | ignore_errors();
    CHECK(read_all(right) == Whole{1, 2, 4});
    CHECK(cardinality(right) == unknown_cardinality);
    CHECK(cardinality(range(3) | repeat() | ignore_errors()) == infinite_cardinality);
    auto cursor = internals::open_at(right, Position{0, 2});
    std::int64_t one = 0;
    CHECK((cursor.next(one) && one == 4)); // what was ignored is not counted
    CHECK(!cursor.next(one));
    CHECK(read_all(broken(0, 0, {}) | ignore_errors()).empty());
}

TEST_CASE("unbatch gives the elements back", "[data]")
{
    CHECK(read_all(range(7) | batch(3) | unbatch()) == Whole{0, 1, 2, 3, 4, 5, 6});
    CHECK(read_all(range(7) | window(3) | unbatch()) == Whole{0, 1, 2, 3, 4, 5, 6});
    CHECK(read_all(range(5) | map(is_even) | window(3) | unbatch()) == std::vector<bool>{true, false, true, false, true});
    CHECK(cardinality(range(7) | batch(3) | unbatch()) == unknown_cardinality);
    CHECK(cardinality(range(7) | batch<3>(drop_remainder) | unbatch()) == 6);
    CHECK(cardinality(range(7) | repeat() | batch(3) | unbatch()) == infinite_cardinality);

    struct Person {
        std::string name;
        std::array<float, 2> place;
        std::tuple<std::int32_t, bool> more;
    };
    const auto people = range(5) | map([](std::int64_t i) {
                            const float x = static_cast<float>(i);
                            return Person{std::string(static_cast<std::size_t>(i), 'x'), {x, -x}, {7, i > 2}};
                        });
    const auto again = read_all(people | batch(2) | unbatch());
    REQUIRE(again.size() == 5);
    CHECK(again[3].name == "xxx");
    CHECK(again[3].place == std::array<float, 2>{3, -3});
    CHECK(again[3].more == std::tuple(7, true));
    CHECK(output_types(people | batch(2) | unbatch()) == output_types(people));
    CHECK(output_shapes(people | batch(2) | unbatch()) == output_shapes(people));
    CHECK(output_types(zip(range(3), range(3)) | window(2) | unbatch()) == "(int64, int64)");

    const auto rows = slices(xt::xtensor<float, 2>{{1, 2}, {3, 4}, {5, 6}}, xt::xtensor<int, 1>{7, 8, 9}) | batch(2) | unbatch();
    CHECK((std::get<0>(read_all(rows)[2]) == xt::xtensor<float, 1>{5, 6}));
    CHECK(output_shapes(rows) == "((2,), ())");

    const auto uneven = range(3) | map([](std::int64_t i) {
                            return std::tuple(xt::xtensor<float, 1>(std::array{std::size_t(2)}),
                                              std::vector<int>(static_cast<std::size_t>(i + 1)));
                        });
    CHECK_THROWS_WITH(read_all(uneven | unbatch()),
                      "unbatch: the parts of a batch have 2 and 1 rows; a batch has one number of them");
    CHECK(read_all_but_errors(uneven | unbatch()).second == 2);
    CHECK(read_all_but_errors(uneven | unbatch()).first.size() == 2);
}

TEST_CASE("map<Out> fills elements in place", "[data][threads]")
{
    const auto fill = [](std::int64_t i, std::vector<std::int64_t>& to) {
        if (i == 3) throw error("three");
        to.assign(static_cast<std::size_t>(i), i);
    };
    const auto expected = std::pair(Wholes{{}, {1}, {2, 2}, {4, 4, 4, 4}}, std::size_t{1});
    CHECK(read_all_but_errors(range(5) | map<Whole>(fill)) == expected);
    CHECK(read_all_but_errors(range(5) | map<Whole>(fill, threads(2), {.run = 1})) == expected);
    const auto sum = [](std::int64_t a, std::int64_t b, float& to) { to = static_cast<float>(a + b); };
    CHECK(read_all(zip(range(3), range(3)) | map<float>(sum)) == std::vector<float>{0, 2, 4});
    CHECK(read_all(zip(range(3), range(3)) | map<float>(sum, threads(3))) == std::vector<float>{0, 2, 4});
    CHECK(output_types(zip(range(3), range(3)) | map<float>(sum)) == "float32");
}

TEST_CASE("a pass that cannot be opened is the last", "[data]")
{
    const auto none = [](std::int64_t) { return range(3); };
    struct Missing {
        using element = std::int64_t;
        internals::RangeDataset::Cursor open(Pass pass) const
        {
            return pass.epoch > 0 ? throw error("missing") : range(2).open(pass);
        }
    };
    CHECK(places(Missing{} | repeat()) == Whole{0, 1, -1});
    CHECK(read_all(Missing{} | repeat() | ignore_errors()) == Whole{0, 1});
    auto cursor = concatenate(range(1), Missing{}).open(Pass{1});
    std::int64_t one = 0;
    CHECK(cursor.next(one));
    CHECK(cursor.skip(3) == 0);
    CHECK_THROWS_WITH(cursor.next(one), "missing"); // what a skip could not open is said
    CHECK(!cursor.next(one));
    CHECK(read_all(range(2) | flat_map(none)).size() == 6);
}
