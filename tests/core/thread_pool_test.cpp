// The pool: each task once, the same result on any number of threads, exceptions, nesting, several callers at once.
#include "catch.hpp"

#include <lamina/core/thread_pool.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cfenv>
#include <cstddef>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// A sum of floats that tells another order of adding: chunks apart, joined in order.
float sum_of(const std::vector<float>& values, std::size_t threads)
{
    const std::size_t chunk = 37, chunks = (values.size() + chunk - 1) / chunk;
    std::vector<float> partial(chunks);
    parallel_for(chunks, threads, [&](std::size_t i) {
        for (std::size_t j = i * chunk; j < std::min(values.size(), (i + 1) * chunk); ++j) partial[i] += values[j];
    });
    return std::accumulate(partial.begin(), partial.end(), 0.0f);
}

} // namespace

TEST_CASE("each task runs once, for any number of tasks and threads", "[core][parallel][threads]")
{
    for (const std::size_t threads : {0u, 1u, 2u, 3u, 4u, 9u})
        for (const std::size_t tasks : {0u, 1u, 2u, 3u, 5u, 64u, 1000u}) {
            std::vector<int> calls(tasks); // each task writes its own place: a task run twice shows, and races
            parallel_for(tasks, threads, [&](std::size_t i) { ++calls.at(i); });
            INFO(tasks << " tasks on " << threads << " threads");
            CHECK(calls == std::vector<int>(tasks, 1));
        }
}

TEST_CASE("results do not depend on the number of threads", "[core][parallel][threads]")
{
    std::vector<float> values(10'007);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0f / static_cast<float>(i + 1);
    const float expected = sum_of(values, 1);
    for (int round = 0; round < 20; ++round)
        for (const std::size_t threads : {2u, 3u, 4u}) CHECK(sum_of(values, threads) == expected);
}

TEST_CASE("no more threads work than were asked for, and as many do", "[core][parallel][threads]")
{
    for (const std::size_t threads : {2u, 4u}) {
        std::mutex guard;
        std::set<std::thread::id> workers;
        std::atomic<std::size_t> arrived = 0;
        parallel_for(threads, threads, [&](std::size_t) {
            {
                const std::lock_guard lock(guard);
                workers.insert(std::this_thread::get_id());
            }
            ++arrived;
            while (arrived < threads) std::this_thread::yield(); // ends only if all tasks are under way at once
        });
        CHECK(workers.size() == threads);
        CHECK(workers.count(std::this_thread::get_id()) == 1);
    }
    std::set<std::thread::id> alone;
    parallel_for(100, 1, [&](std::size_t) { alone.insert(std::this_thread::get_id()); });
    CHECK(alone == std::set{std::this_thread::get_id()});
}

TEST_CASE("a task's exception reaches the caller, and the pool works on", "[core][parallel][threads]")
{
    for (const std::size_t threads : {1u, 2u, 4u})
        for (int round = 0; round < 20; ++round) {
            std::atomic<int> done = 0;
            std::string what;
            try {
                parallel_for(100, threads, [&](std::size_t i) {
                    if (i == 41) throw std::runtime_error("task 41");
                    ++done;
                });
            }
            catch (const std::runtime_error& problem) {
                what = problem.what();
            }
            CHECK(what == "task 41");
            CHECK(done < 100);
            CHECK(done >= 41 - static_cast<int>(threads)); // tasks are handed out in order
        }
    std::atomic<int> thrown = 0;
    CHECK_THROWS_AS(parallel_for(64, 4,
                                 [&](std::size_t) {
                                     ++thrown;
                                     throw std::logic_error("all of them");
                                 }),
                    std::logic_error);
    CHECK(thrown >= 1);
    std::atomic<int> done = 0;
    parallel_for(64, 4, [&](std::size_t) { ++done; });
    CHECK(done == 64);
}

TEST_CASE("a task may ask for threads itself", "[core][parallel][threads]")
{
    std::array<std::array<int, 16>, 8> calls{};
    parallel_for(8, 4, [&](std::size_t i) { parallel_for(16, 4, [&](std::size_t j) { ++calls[i][j]; }); });
    for (const auto& row : calls)
        for (const int n : row) CHECK(n == 1);

    CHECK_THROWS_AS(parallel_for(8, 4,
                                 [&](std::size_t) {
                                     parallel_for(8, 4, [](std::size_t j) {
                                         if (j == 3) throw std::runtime_error("inner");
                                     });
                                 }),
                    std::runtime_error);
    int after = 0;
    parallel_for(1, 4, [&](std::size_t) { ++after; });
    CHECK(after == 1);
}

TEST_CASE("several threads may call the pool at once", "[core][parallel][threads]")
{
    std::vector<float> values(3001, 0.1f);
    const float expected = sum_of(values, 1);
    std::array<int, 4> right{};
    std::vector<std::thread> callers;
    for (std::size_t c = 0; c < right.size(); ++c)
        callers.emplace_back([&, c] {
            for (int round = 0; round < 50; ++round)
                right[c] += sum_of(values, 1 + (c + static_cast<std::size_t>(round)) % 4) == expected;
        });
    for (auto& caller : callers) caller.join();
    CHECK(right == std::array{50, 50, 50, 50});
}

TEST_CASE("threads compute as the caller does", "[core][parallel][threads]")
{
    const auto thirds = [](std::size_t threads) { // rounded to nearest 0x3eaaaaab
        std::vector<float> values(60);
        parallel_for(values.size(), threads, [&](std::size_t i) {
            volatile float one = 1, three = 3;
            values[i] = one / three;
            std::this_thread::yield();
        });
        return values;
    };
    const auto nearest = thirds(3);
    std::fesetround(FE_DOWNWARD);
    const auto alone = thirds(1), down = thirds(3);
    std::fesetround(FE_TONEAREST);
    CHECK(down == alone);
    CHECK(down != nearest);
    CHECK(thirds(3) == nearest);
}

TEST_CASE("more threads than a system has may be asked for", "[core][parallel]")
{
    std::vector<int> calls(3000);
    parallel_for(calls.size(), ~std::size_t{0}, [&](std::size_t i) { ++calls[i]; });
    CHECK(calls == std::vector<int>(3000, 1));
    CHECK(hardware_threads() >= 1);
}
