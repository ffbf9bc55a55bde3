// Random pipelines: the same elements with any number of threads, after any skip, and in every pass again; and what allocates nothing.
#include "counted_new.hpp"

#include <lamina/data/any_dataset.hpp>
#include <lamina/data/sources/range.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/cache.hpp>
#include <lamina/data/transforms/concatenate.hpp>
#include <lamina/data/transforms/enumerate.hpp>
#include <lamina/data/transforms/filter.hpp>
#include <lamina/data/transforms/ignore_errors.hpp>
#include <lamina/data/transforms/interleave.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/padded_batch.hpp>
#include <lamina/data/transforms/parallel_map.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shard.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/data/transforms/take_skip.hpp>
#include <lamina/data/transforms/unbatch.hpp>
#include <lamina/data/transforms/window.hpp>
#include <lamina/data/transforms/zip.hpp>

#include "read_all.hpp"

#include <lamina/core/random.hpp>

#include <catch.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace lamina;
using Whole = std::vector<std::int64_t>;
using Numbers = AnyDataset<std::int64_t>;
using counted_new::allocations;

namespace {

/// One more stage behind a pipeline. `workers`: the threads of its parallel maps, 0 for maps without.
Numbers stage(const Numbers& before, Random& random, std::size_t workers, std::string& text)
{
    const auto f = [](std::int64_t i) { return 3 * i + 1; };
    const auto broken = [](std::int64_t i) { return i % 7 == 2 ? throw error("bad") : i; };
    const std::uint64_t a = 1 + random.below(6), b = 1 + random.below(4);
    const auto named = [&](const char* name, auto dataset) {
        internals::append(text, {" | ", name, '(', a, ", ", b, ')'});
        return Numbers(std::move(dataset));
    };
    switch (random.below(17)) {
    case 0: return named("map", before | map(f));
    case 1:
    case 2: return workers == 0 ? named("map", before | map(f)) : named("map", before | map(f, threads(workers), {.run = a}));
    case 3: return named("filter", before | filter([b](std::int64_t i) { return i % static_cast<std::int64_t>(b + 1) != 0; }));
    case 4: return named("batch | unbatch", before | batch(a) | unbatch());
    case 5: return named("shuffle", before | shuffle(a * b, Seed{a}));
    case 6: return named("repeat", before | repeat(b));
    case 7: return named("take", before | take(20 * a));
    case 8: return named("skip", before | skip(a * b));
    case 9: return named("window | unbatch", before | window(a, {.shift = b, .stride = 1 + a % 2}) | unbatch());
    case 10:
        return named("interleave",
                     before | take(40) |
                         interleave([a](std::int64_t i) { return range(i, i + static_cast<std::int64_t>(a)); }, b, a));
    case 11: return named("shard", before | shard(b, b - 1));
    case 12: return named("cache", before | cache());
    case 13: return named("prefetch", before | prefetch(a));
    case 14: {
        const auto sum = [](std::int64_t i, std::int64_t k) { return i + k; };
        return named("enumerate", before | enumerate() | map(sum));
    }
    case 15: {
        const auto sum = [](std::int64_t i, std::int64_t k) { return i - k; };
        return named("zip", zip(before, concatenate(range(30), before)) | map(sum));
    }
    default:
        return workers == 0 ? named("errors", before | map(broken) | ignore_errors())
                            : named("errors", before | map(broken, threads(workers), {.run = a}) | ignore_errors());
    }
}

Numbers pipeline(std::uint64_t seed, std::size_t workers, std::string& text)
{
    Random random{Seed{seed}};
    text = "range";
    Numbers all = range(static_cast<std::int64_t>(random.below(90)));
    for (std::uint64_t stages = 1 + random.below(6); stages > 0; --stages) all = stage(all, random, workers, text);
    return all | take(500);
}

} // namespace

TEST_CASE("random pipelines give the same with any number of threads, after any skip", "[data][threads]")
{
    std::size_t elements = 0;
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        std::string text;
        const Whole expected = read_all(pipeline(seed, 0, text), Pass{1});
        elements += expected.size();
        for (const std::size_t workers : std::initializer_list<std::size_t>{1, 2, 5}) {
            const Numbers dataset = pipeline(seed, workers, text);
            INFO("pipeline " << seed << ": " << text);
            CHECK(read_all(dataset, Pass{1}) == expected);
            CHECK(read_all(dataset, Pass{1}) == expected); // and from a cache, where there is one
            const std::int64_t known = cardinality(dataset);
            if (known >= 0) CHECK(known == static_cast<std::int64_t>(expected.size()));
        }
        const Numbers dataset = pipeline(seed, seed % 3, text);
        INFO("pipeline " << seed << ": " << text);
        for (std::size_t n = 0; n <= expected.size() + 3; n += 1 + n / 3) {
            const std::size_t there = std::min(n, expected.size());
            auto cursor = dataset.open(Pass{1});
            Whole rest;
            std::int64_t one = 0;
            if (n % 2 == 1 && cursor.next(one)) CHECK(cursor.skip(n - 1) + 1 == there); // some were read before
            else CHECK(cursor.skip(n) == there);
            while (cursor.next(one)) rest.push_back(one);
            CHECK(!cursor.next(one));
            CHECK(Whole(expected.begin() + static_cast<std::ptrdiff_t>(there), expected.end()) == rest);
        }
    }
    CHECK(elements > 3000);
}

#if !defined(LAMINA_TEST_NEW_IS_TAKEN)
namespace {

/// What is allocated while a dataset gives `n` elements, after `first`.
template <Dataset D> std::size_t allocated(const D& dataset, std::size_t first, std::size_t n)
{
    auto cursor = dataset.open(Pass{});
    typename D::element one{};
    for (std::size_t i = 0; i < first; ++i) REQUIRE(cursor.next(one));
    const std::size_t before = allocations;
    bool more = true;
    for (std::size_t i = 0; i < n; ++i) more &= cursor.next(one);
    const std::size_t after = allocations;
    REQUIRE(more);
    return after - before;
}

} // namespace

TEST_CASE("nothing is allocated in steady state", "[data]")
{
    const xt::xtensor<float, 3> images = xt::zeros<float>({400, 8, 8});
    const xt::xtensor<std::int64_t, 1> labels = xt::arange<std::int64_t>(400);
    const auto scale = [](Row<float, 2>& image, std::int64_t& label, std::tuple<xt::xtensor<float, 2>, std::int64_t>& to) {
        auto& pixels = std::get<0>(to);
        if (pixels.shape()[0] != image.extents[0]) pixels.resize({image.extents[0], image.extents[1]});
        for (std::size_t i = 0; i < pixels.size(); ++i) pixels.data()[i] = image[i] / 255;
        std::get<1>(to) = label;
    };
    using Scaled = std::tuple<xt::xtensor<float, 2>, std::int64_t>;
    const auto rows = slices(images, labels) | shuffle(100, Seed{1});
    CHECK(allocated(rows | map<Scaled>(scale) | batch(7) | prefetch(2), 10, 40) == 0);
    CHECK(allocated(rows | map<Scaled>(scale, threads(2), {.run = 4}) | batch(7) | prefetch(2), 25, 25) == 0);
    CHECK(allocated(rows | batch(7), 2, 50) == 0);

    const auto even = [](std::int64_t i) { return i % 2 == 0; };
    const auto numbers = range(2000);
    CHECK(allocated(zip(numbers | filter(even) | enumerate(), range(5, 5000)) | batch(7), 2, 100) == 0);
    CHECK(allocated(numbers | window(5, {.shift = 2, .stride = 2}), 2, 500) == 0);
    CHECK(allocated(numbers | window(5) | padded_batch(3), 2, 100) == 0);
    CHECK(allocated(numbers | batch(7) | unbatch() | batch(3), 2, 500) == 0);
    CHECK(allocated(concatenate(numbers, numbers) | shard(2, 1) | interleave([](std::int64_t i) { return range(i, i + 20); }, 4) |
                        batch(3),
                    10, 500) == 0);
    const auto texts = numbers | map<std::string>([](std::int64_t i, std::string& to) { to.assign(100, static_cast<char>(i)); }) |
                       filter([](const std::string& text) { return text[0] != 5; });
    CHECK(allocated(texts | shard(3, 1), 2, 500) == 0);
    CHECK(allocated(texts | window(2, {.shift = 5}), 4, 300) == 0);
    const auto cached = numbers | map([](std::int64_t i) { return std::string(100, static_cast<char>(i)); }) | cache();
    read_all(cached);
    CHECK(allocated(cached | batch(5), 2, 100) == 0);
}
#endif
