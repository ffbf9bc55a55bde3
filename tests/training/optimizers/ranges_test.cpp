// Ranges: every stored element of every record once, cut alike whatever the threads, on whole lines of 64 bytes.
#include "training/optimizers/records.hpp"

#include <lamina/training/optimizers/ranges.hpp>

#include <algorithm>
#include <mutex>
#include <tuple>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("Ranges cover all records once, in the same pieces for any threads", "[training][optimizers][threads]")
{
    const Records records{make_record("a", Shape{3}), make_record<double>("b", Shape{5, 1000}), make_record("c", Shape{100, 700}),
                          make_record("d", Shape{}),  make_record<double>("e", Shape{1}),       make_record("f", Shape{20000})};
    using Piece = std::tuple<std::size_t, std::size_t, std::size_t>;

    std::vector<Piece> first;
    for (const std::size_t threads : {1u, 2u, 3u}) {
        std::vector<Piece> pieces;
        std::mutex guard;
        internals::optimizers::for_each_range(records, threads, [&](std::size_t index, std::size_t start, std::size_t count) {
            const std::lock_guard lock(guard);
            pieces.emplace_back(index, start, count);
        });
        std::sort(pieces.begin(), pieces.end());
        if (threads == 1) first = pieces;
        CHECK(pieces == first);
    }

    std::vector<std::size_t> next(records.size());
    for (const auto& [index, start, count] : first) {
        const std::size_t line = alignment / bytes_of(records[index]->type());
        CHECK(start == next[index]);
        CHECK(start % line == 0);
        CHECK(count % line == 0);
        CHECK(count * bytes_of(records[index]->type()) <= internals::optimizers::range_bytes);
        next[index] += count;
    }
    for (std::size_t i = 0; i < records.size(); ++i) CHECK(next[i] == records[i]->stored_size());
    CHECK(first.size() > 6);
}

TEST_CASE("No record, no range", "[training][optimizers]")
{
    int calls = 0;
    internals::optimizers::for_each_range(Records{}, 2, [&](std::size_t, std::size_t, std::size_t) { ++calls; });
    CHECK(calls == 0);
}
