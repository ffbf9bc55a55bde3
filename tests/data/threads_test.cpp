// Datasets with threads of their own: what they give does not depend on how many there are, nor on timing.
#include <lamina/data/sources/range.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/parallel_map.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>

#include "read_all.hpp"

#include <catch.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

using namespace lamina;

namespace {

std::int64_t square(std::int64_t i) { return i * i; }
std::int64_t but_multiples_of_5(std::int64_t i) { return i % 5 == 0 ? throw error("a multiple of 5") : i; }

} // namespace

TEST_CASE("map gives the same with any number of threads", "[data][threads]")
{
    const auto source = range(1000) | shuffle(100, Seed{2});
    const auto expected = read_all(source | map(square));
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 5})
        for (const std::size_t run : std::initializer_list<std::size_t>{1, 7, 16, 2000})
            CHECK(read_all(source | map(square, threads(n), {.run = run})) == expected);
    CHECK(read_all(range(0) | map(square, threads(3))).empty());
    CHECK(read_all(range(1) | map(square, threads(3)) | prefetch(4)).size() == 1);
    CHECK_THROWS_WITH(map(square, threads(0)), "map: 0 threads that take 16 elements at a time; both are 1 or more");
    CHECK_THROWS_WITH(prefetch(0), "prefetch: 0 elements ahead; it is 1 or more");
    constexpr auto minus_one = static_cast<std::size_t>(-1);
    CHECK_THROWS_WITH(map(square, threads(minus_one)),
                      "map: 18446744073709551615 threads that take 16 elements at a time; there are "
                      "at most 1024 threads, which take at most 1048576");
    CHECK_THROWS_WITH(prefetch(minus_one), "prefetch: 18446744073709551615 elements ahead; it is at most 1048576");
}

TEST_CASE("what is thrown stands at its place with any number of threads", "[data][threads]")
{
    const auto places = [](const auto& dataset) {
        std::vector<std::int64_t> all; // -1 where something was thrown
        auto cursor = dataset.open(Pass{});
        for (std::int64_t one = 0;;) try {
                if (!cursor.next(one)) return all;
                all.push_back(one);
            }
            catch (const error&) {
                all.push_back(-1);
            }
    };
    const auto expected = places(range(31) | map(but_multiples_of_5) | map(square));
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 5}) {
        CHECK(places(range(31) | map(but_multiples_of_5, threads(n), {.run = 3}) | map(square)) == expected); // of the function
        CHECK(places(range(31) | map(but_multiples_of_5) | map(square, threads(n), {.run = 3})) == expected); // of the source
        CHECK(places(range(31) | map(but_multiples_of_5) | map(square) | prefetch(n)) == expected);
    }
}

TEST_CASE("a cursor that is skipped goes on as one that is read", "[data][threads]")
{
    const auto dataset =
        range(40) | shuffle(10, Seed{4}) | map(square, threads(2), {.run = 3}) | repeat(3) | batch(7) | prefetch(2);
    const auto all = read_all(dataset);
    for (std::size_t n = 0; n <= all.size() + 1; ++n) {
        auto cursor = internals::open_at(dataset, Position{0, n});
        std::vector<decltype(dataset)::element> rest;
        for (decltype(dataset)::element one{}; cursor.next(one);) rest.push_back(one);
        CHECK(std::vector(all.begin() + static_cast<std::ptrdiff_t>(std::min(n, all.size())), all.end()) == rest);
    }
}

TEST_CASE("pipelines that are left early end at once", "[data][threads]")
{
    const auto dataset =
        range(100000) | map(square, threads(2), {.run = 5}) | map(but_multiples_of_5, threads(3)) | batch(4) | prefetch(3);
    std::size_t seen = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        auto cursor = dataset.open(Pass{});
        decltype(dataset)::element one{};
        for (std::size_t k = 0; k < i % 5; ++k) try {
                seen += cursor.next(one);
            }
            catch (const error&) {
                ++seen;
            }
    }
    CHECK(seen == 2000);
}
