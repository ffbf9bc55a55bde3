// Datasets: sources, the plain transformations, iterators, what is known of elements.
#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/range.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/data/transforms/take_skip.hpp>
#include <lamina/data/transforms/unbatch.hpp>

#include "read_all.hpp"

#include <catch.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace lamina;
using Whole = std::vector<std::int64_t>;

TEST_CASE("a range counts up and down and knows its length", "[data]")
{
    CHECK(read_all(range(4)) == Whole{0, 1, 2, 3});
    CHECK(read_all(range(2, 9, 3)) == Whole{2, 5, 8});
    CHECK(read_all(range(5, 0, -2)) == Whole{5, 3, 1});
    CHECK(read_all(range(3, 3)).empty());
    CHECK(read_all(range(3, 2)).empty());
    CHECK(cardinality(range(2, 9, 3)) == 3);
    CHECK(cardinality(range(INT64_MIN, INT64_MIN + 5, 2)) == 3);
    CHECK(read_all(range(INT64_MAX - 2, INT64_MAX, 2)) == Whole{INT64_MAX - 2});
    CHECK_THROWS_WITH(range(0, 4, 0), "range: the step is 0; it is another number");
}

TEST_CASE("take and skip stop at the ends", "[data]")
{
    CHECK(read_all(range(5) | take(3)) == Whole{0, 1, 2});
    CHECK(read_all(range(5) | take(9)) == Whole{0, 1, 2, 3, 4});
    CHECK(read_all(range(5) | skip(3)) == Whole{3, 4});
    CHECK(read_all(range(5) | skip(9)).empty());
    CHECK(read_all(range(9) | skip(2) | take(5) | skip(1)) == Whole{3, 4, 5, 6});
    CHECK(cardinality(range(9) | skip(2) | take(5) | skip(1)) == 4);
    CHECK(cardinality(range(9) | repeat() | take(5)) == 5);
    CHECK(cardinality(range(9) | repeat() | skip(5)) == infinite_cardinality);
}

TEST_CASE("repeat gives passes of their own", "[data]")
{
    CHECK(read_all(range(3) | repeat(2)) == Whole{0, 1, 2, 0, 1, 2});
    CHECK(read_all(range(3) | repeat(0)).empty());
    CHECK(read_all(range(0) | repeat()).empty()); // and does not hang
    CHECK(read_all(range(3) | repeat() | take(7)) == Whole{0, 1, 2, 0, 1, 2, 0});
    CHECK(cardinality(range(3) | repeat(2)) == 6);
    CHECK(cardinality(range(3) | repeat()) == infinite_cardinality);
    CHECK((range(3) | repeat()).open(Pass{}).skip(~std::uint64_t{0}) == ~std::uint64_t{0}); // whole passes at once

    const auto twice = read_all(range(20) | shuffle(20, Seed{7}) | repeat(2));
    CHECK(Whole(twice.begin(), twice.begin() + 20) != Whole(twice.begin() + 20, twice.end()));
    const auto same = read_all(range(20) | shuffle(20, Seed{7}, {.each_epoch = false}) | repeat(2));
    CHECK(Whole(same.begin(), same.begin() + 20) == Whole(same.begin() + 20, same.end()));
}

TEST_CASE("a shuffle gives every element once, and none too early", "[data]")
{
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 7, 30, 100}) {
        const auto order = read_all(range(30) | shuffle(n, Seed{3}));
        auto sorted = order;
        std::sort(sorted.begin(), sorted.end());
        CHECK(sorted == read_all(range(30)));
        for (std::size_t p = 0; p < order.size(); ++p) CHECK(order[p] < static_cast<std::int64_t>(p + n));
        CHECK(order == read_all(range(30) | shuffle(n, Seed{3})));
        CHECK((n == 1) == (order == read_all(range(30))));
    }
    CHECK(read_all(range(12) | shuffle(5, Seed{3}), Pass{1}) ==
          Whole{4, 3, 0, 5, 2, 7, 1, 9, 11, 10, 8, 6}); // a version keeps orders
    CHECK(read_all(range(30) | shuffle(30, Seed{3}), Pass{1}) != read_all(range(30) | shuffle(30, Seed{3}), Pass{0}));
    CHECK_THROWS_WITH(shuffle(0, Seed{}), "shuffle: a buffer of 0; it is 1 or more, and as large as the data for an even order");
}

TEST_CASE("batches stack numbers, tensors, texts, tuples and structs", "[data]")
{
    struct Person {
        std::string name;
        std::array<float, 2> place;
        std::int32_t age;
    };
    const auto people =
        range(5) | map([](std::int64_t i) {
            const float x = static_cast<float>(i);
            return Person{std::string(static_cast<std::size_t>(i), 'x'), {x, -x}, static_cast<std::int32_t>(10 * i)};
        });
    const auto batches = read_all(people | batch(2));
    REQUIRE(batches.size() == 3);
    const auto& [names, places, ages] = batches[1];
    CHECK(names == std::vector<std::string>{"xx", "xxx"});
    CHECK(places == xt::xtensor<float, 2>{{2, -2}, {3, -3}});
    CHECK(ages == xt::xtensor<std::int32_t, 1>{20, 30});
    CHECK(batches[2].get<"age">() == xt::xtensor<std::int32_t, 1>{40});
    CHECK(read_all(people | batch<2>(drop_remainder)).size() == 2);
    CHECK(cardinality(people | batch(2)) == 3);
    CHECK(cardinality(people | batch<2>(drop_remainder)) == 2);
    CHECK(output_types(people) == "{name: string, place: float32, age: int32}");
    CHECK(output_shapes(people) == "{name: (), place: (2,), age: ()}");
    CHECK(output_shapes(people | batch<2>(drop_remainder)) == "{name: (2,), place: (2, 2), age: (2,)}");

    const auto pairs = range(4) | map([](std::int64_t i) { return std::pair(i % 2 == 0, xt::xtensor<double, 2>{{double(i)}}); });
    const auto two = read_all(pairs | batch(4));
    CHECK(std::get<0>(two[0]) == xt::xtensor<bool, 1>{true, false, true, false});
    CHECK(std::get<1>(two[0]) == xt::xtensor<double, 3>{{{0}}, {{1}}, {{2}}, {{3}}});
    CHECK(output_types(pairs | batch(4)) == "(bool, float64)");
    CHECK(output_shapes(pairs | batch(4)) == "((?,), (?, ?, ?))");

    const auto ragged =
        range(3) | map([](std::int64_t i) { return xt::xtensor<float, 1>(std::array{std::size_t(i < 2 ? 3 : 4)}); });
    CHECK_THROWS_WITH(read_all(ragged | batch(3)),
                      "batch: element 2 is [4], the elements before it [3]; use padded_batch, or resize them");
    CHECK_THROWS_WITH(batch(0), "batch: a size of 0; it is 1 or more");
    CHECK_THROWS_WITH(batch(~std::uint64_t{0}), "batch: a size of 18446744073709551615; it is at most 4294967296");
}

TEST_CASE("batch and repeat do not commute", "[data]")
{
    const auto values = [](const auto& batches) {
        std::vector<Whole> all;
        for (const auto& one : batches) all.emplace_back(one.begin(), one.end());
        return all;
    };
    CHECK(values(read_all(range(3) | repeat(2) | batch(4))) == std::vector<Whole>{{0, 1, 2, 0}, {1, 2}});
    CHECK(values(read_all(range(3) | batch(2) | repeat(2))) == std::vector<Whole>{{0, 1}, {2}, {0, 1}, {2}});
}

TEST_CASE("slices are the rows of tensors", "[data]")
{
    xt::xtensor<float, 2> x{{1, 2}, {3, 4}, {5, 6}};
    const xt::xtensor<std::int32_t, 1> y{7, 8, 9};
    const auto rows = slices(x, y);
    CHECK(cardinality(rows) == 3);
    CHECK(output_types(rows) == "(float32, int32)");
    CHECK(output_shapes(rows) == "((2,), ())");
    CHECK(output_shapes(rows | shuffle(2, Seed{}) | batch(2)) == "((?, 2), (?,))");
    std::vector<std::tuple<float, float, std::int32_t>> seen;
    for (auto& [row, label] : rows) seen.emplace_back(row[0], row.end()[-1], label);
    CHECK(seen == std::vector<std::tuple<float, float, std::int32_t>>{{1, 2, 7}, {3, 4, 8}, {5, 6, 9}});

    const auto summed =
        rows | map([](Row<float, 1>& row, std::int32_t label) { return row[0] + row[1] + static_cast<float>(label); });
    CHECK(read_all(summed) == std::vector<float>{10, 15, 20});
    const auto nested = slices(Samples{std::tuple{x, y}, y}) | batch(3);
    const auto all = read_all(nested);
    CHECK(std::get<0>(std::get<0>(all[0])) == x);
    CHECK(output_shapes(nested) == "(((?, 2), (?,)), (?,))");
    CHECK_THROWS_WITH(slices(x, xt::xtensor<int, 1>{1, 2}), "slices: the tensors have 3 and 2 rows; cut them to the same number");
    CHECK_THROWS_WITH(slices(x, xt::xtensor<int, 1>({3})), "slices: the tensors have 3 and 1 rows; did you mean "
                                                           "xt::xtensor<int, 1>::from_shape({3})? xt::xtensor<int, 1> y({3}) is "
                                                           "a list that holds the number 3");
}

TEST_CASE("iterators: one-shot, initialized again, fed by several", "[data]")
{
    Iterator it(range(2));
    CHECK(it.next() == 0);
    CHECK(it.next() == 1);
    CHECK(it.position().given == 2);
    const char* const over = "the dataset has no more elements; initialize the iterator again, or repeat the dataset";
    CHECK_THROWS_WITH(it.next(), over);
    CHECK_THROWS_AS(it.next(), OutOfRange);

    Iterator<std::int64_t> later;
    CHECK_THROWS_WITH(later.next(), "the iterator is not initialized; call initialize(dataset) first");
    later.initialize(range(10, 12) | repeat());
    CHECK(later.next() == 10);
    later.initialize(range(5), Position{0, 3});
    CHECK(later.next() == 3);
    CHECK(later.position().given == 4);

    Feedable<std::int64_t> feed;
    const auto train = feed.add(range(100, 103)), validation = feed.add(range(2));
    CHECK(feed.next(train) == 100);
    CHECK(feed.next(validation) == 0);
    CHECK(feed.next(train) == 101);
    CHECK(feed.next(validation) == 1);
    CHECK_THROWS_WITH(feed.next(validation), over);
    feed.restart(validation);
    CHECK(feed.next(validation) == 0);
    CHECK(feed.next(train) == 102);
    CHECK_THROWS_WITH(feed.next(2), "Feedable: feed 2 was asked for, it has 2; ask by what add gave");
}

TEST_CASE("AnyDataset hides what it is made of", "[data]")
{
    AnyDataset<std::int64_t> numbers = range(6) | shuffle(6, Seed{1});
    CHECK(cardinality(numbers) == 6);
    CHECK(read_all(numbers) == read_all(range(6) | shuffle(6, Seed{1})));
    numbers = range(3);
    CHECK(read_all(numbers | batch(3)).size() == 1);
    CHECK(output_types(numbers) == "int64");
    CHECK(output_shapes(numbers) == "()");
}

TEST_CASE("what a function throws stands in its place, and nothing is lost", "[data]")
{
    const auto some = range(7) | map([](std::int64_t i) { return i == 0 || i == 3 || i == 6 ? throw error("bad") : i; });
    CHECK(read_all_but_errors(some) == std::pair(Whole{1, 2, 4, 5}, std::size_t{3}));
    const auto [batches, errors] = read_all_but_errors(some | batch(3));
    REQUIRE(batches.size() == 2);
    CHECK(batches[0] == xt::xtensor<std::int64_t, 1>{1, 2, 4});
    CHECK(batches[1] == xt::xtensor<std::int64_t, 1>{5});
    CHECK(errors == 3);
    auto cursor = (some | skip(1) | batch(4)).open(Pass{});
    xt::xtensor<std::int64_t, 1> one;
    CHECK_THROWS(cursor.next(one));
    CHECK(cursor.skip(1) == 1);     // with what was read before it
    CHECK_THROWS(cursor.next(one)); // the last
    CHECK(!cursor.next(one));
    auto [shuffled, thrown] = read_all_but_errors(some | shuffle(2, Seed{5}));
    std::sort(shuffled.begin(), shuffled.end());
    CHECK(shuffled == Whole{1, 2, 4, 5});
    CHECK(thrown == 3);
}

TEST_CASE("the parts of a batch may be taken away", "[data]")
{
    using Rows = xt::xtensor<float, 2>;
    Rows rows({11, 3});
    for (std::size_t i = 0; i < rows.size(); ++i) rows.data()[i] = static_cast<float>(i);
    const auto batches = slices(rows) | batch(4);
    const auto taken = read_all(batches | map([](Rows& x) { return std::move(x); })); // xtensor leaves its extents behind
    REQUIRE(taken.size() == 3);
    CHECK((taken[1](3, 2) == 23 && taken[2].shape()[0] == 3 && taken[2](2, 2) == 32));
    float sum = 0;
    for (auto& [x] : batches) {
        const Rows gone = std::move(x);
        for (const float value : gone) sum += value;
    }
    CHECK(sum == 528);
    std::size_t single = 0;
    for (const auto& row : read_all(batches | unbatch() | map([](xt::xtensor<float, 1>& x) { return std::move(x); })))
        single += row.size();
    CHECK(single == 33);
}
