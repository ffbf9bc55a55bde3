// Devices: the list, what is refused and in what words, scopes that nest and end, pools that work side by side, threads bound to cores.
#include "catch.hpp"

#include <lamina/core/device.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace lamina;
using namespace lamina::internals;
using Catch::Matchers::Contains;
using Cores = std::vector<std::size_t>;

namespace {

Cores cores_of_thread()
{
    CoreSet set;
    set.read();
    Cores cores;
    for (std::size_t core = 0; core < CoreSet::most; ++core)
        if (set.has(core)) cores.push_back(core);
    return cores;
}

/// Two cores, or the only one.
Cores some_cores()
{
    Cores cores = devices().front().cores;
    if (cores.size() > 2) cores.resize(2);
    return cores;
}

/// Tasks that end when as many threads as the device has are at it, as far as it has them: how many took part, and on which cores.
struct Work {
    std::set<std::size_t> threads{};
    std::set<Cores> cores{};
};
Work work_on(std::size_t threads, std::size_t wanted)
{
    std::vector<Cores> seen(wanted);
    std::atomic<std::size_t> arrived = 0;
    Work work;
    std::vector<std::size_t> numbers(wanted);
    parallel_for(wanted, threads, [&](std::size_t i, std::size_t thread) {
        seen[i] = cores_of_thread();
        numbers[i] = thread;
        ++arrived;
        while (arrived < wanted) std::this_thread::yield();
    });
    work.threads.insert(numbers.begin(), numbers.end());
    work.cores.insert(seen.begin(), seen.end());
    return work;
}

} // namespace

TEST_CASE("The first device is all that the process may use", "[core][device]")
{
    const DeviceInfo first = devices().front();
    CHECK(first.name == "/cpu:0");
    CHECK(first.kind == "cpu");
    CHECK(first.threads == first.cores.size());
    CHECK(first.cores == cores_of_thread());
    CHECK(std::string(LAMINA_QUOTED(LAMINA_ARCHITECTURE)).find(first.instruction_set) == 4);
    CHECK(first.instruction_set.find("plain") == std::string_view::npos);
    std::ostringstream text;
    text << DeviceInfo{"/cpu:0", "cpu", 2, "avx512", {}} << ' ' << DeviceInfo{"/cpu:1", "cpu", 1, "sse2", {}};
    CHECK(text.str() == "/cpu:0 (2 threads, avx512) /cpu:1 (1 thread, sse2)");
    static_assert(num_gpus() == 0);
}

TEST_CASE("What is not there is refused, with a list of what is", "[core][device]")
{
    const auto text_of_all = [] {
        std::ostringstream text;
        const char* comma = "";
        for (const DeviceInfo& device : devices()) text << std::exchange(comma, ", ") << device;
        return text.str();
    };
    for (const char* name : {"/gpu:0", "/cpu:99", "/cpu:00", "/cpu:", "cpu:0", "/cpu:0 ", ""})
        CHECK_THROWS_WITH(Device{name}, "there is no \"" + std::string(name) + "\"; this build computes on: " + text_of_all());
    CHECK_THROWS_AS(Device{"/gpu:0"}, error);
}

TEST_CASE("Cores of a device are there, and each is named once", "[core][device]")
{
    const std::size_t count = devices().size(), core = devices().front().cores.front();
    CHECK_THROWS_WITH(add_cpu_device({}), Contains("add_cpu_device: no core was named; name one or more of "));
    CHECK_THROWS_WITH(add_cpu_device({.cores = {core, core}}),
                      "add_cpu_device: core " + std::to_string(core) + " was named twice; name each once");
    for (const std::size_t none : {CoreSet::most - 1, CoreSet::most, ~std::size_t{0}})
        CHECK_THROWS_WITH(add_cpu_device({.cores = {core, none}}), Contains("add_cpu_device: this process may not run on core " +
                                                                            std::to_string(none) + "; name one or more of "));
    CHECK(devices().size() == count);

    CoreSet set;
    for (const std::size_t one : {0u, 1u, 2u, 5u, 63u, 64u, 8191u}) set.add(one);
    CHECK(text_of({set}) == "0-2, 5, 63-64, 8191");
}

TEST_CASE("A scope binds the thread, bounds its threads, and ends", "[core][device][threads]")
{
    const Cores before = cores_of_thread(), cores = some_cores();
    const std::string name = add_cpu_device({.cores = cores}), one = add_cpu_device({.cores = {cores.back()}});
    CHECK(devices().back().name == one);
    CHECK(devices().back().cores == Cores{cores.back()});
    CHECK(devices().back().threads == 1);
    CHECK(threads_of_device() == 1);
    {
        const Device on{name};
        CHECK(threads_of_device() == cores.size());
        CHECK(cores_of_thread() == cores);
        const Work work = work_on(9, cores.size());
        CHECK(work.threads.size() == cores.size());
        CHECK(work.cores == std::set{cores});
        {
            const Device inner{one};
            CHECK(threads_of_device() == 1);
            CHECK(work_on(9, 1).cores == std::set{Cores{cores.back()}});
            {
                const Device first{"/cpu:0"};
                CHECK(threads_of_device() == before.size());
                CHECK(cores_of_thread() == before);
                CHECK(work_on(before.size(), before.size()).cores == std::set{before});
                const Device again{name};
                CHECK(cores_of_thread() == cores);
            }
            CHECK(cores_of_thread() == Cores{cores.back()});
        }
        CHECK(cores_of_thread() == cores);
        CHECK(work_on(9, cores.size()).threads.size() == cores.size());

        // What a thread starts is bound as it is, but not the program's pool, which may grow there.
        Work others;
        std::thread([&] {
            others = work_on(before.size() + 1, before.size() + 1);
            const Device first{"/cpu:0"};
            others.cores.insert(cores_of_thread());
        }).join();
        CHECK(others.threads.size() == before.size() + 1);
        CHECK(others.cores == std::set{cores, before});
    }
    CHECK(cores_of_thread() == before);
    CHECK(threads_of_device() == 1);
    CHECK(work_on(3, 3).threads.size() == 3);
}

TEST_CASE("A scope ends by an exception, too, and none begins where one is refused", "[core][device][threads]")
{
    const Cores before = cores_of_thread();
    const std::string name = add_cpu_device({.cores = {before.front()}});
    try {
        const Device on{name};
        CHECK_THROWS_AS(Device{"/gpu:0"}, error);
        CHECK(cores_of_thread() == Cores{before.front()});
        parallel_for(3, 2, [](std::size_t i) {
            if (i == 1) throw std::runtime_error("one");
        });
    }
    catch (const std::runtime_error& problem) {
        CHECK(std::string(problem.what()) == "one");
    }
    CHECK(cores_of_thread() == before);
    CHECK(threads_of_device() == 1);
}

TEST_CASE("Devices work side by side", "[core][device][threads]")
{
    // Each waits for the other within its tasks, so that one pool for both would never end: the second would run alone.
    const Cores cores = some_cores();
    std::array<std::string, 2> names;
    for (auto& name : names) name = add_cpu_device({.cores = cores});
    CHECK(names[0] != names[1]);
    std::atomic<std::size_t> arrived = 0;
    std::array<std::set<std::size_t>, 2> threads;
    std::vector<std::thread> callers;
    for (std::size_t c = 0; c < 2; ++c)
        callers.emplace_back([&, c] {
            const Device on{names[c]};
            std::vector<std::size_t> numbers(cores.size());
            for (int round = 1; round <= 20; ++round)
                parallel_for(cores.size(), cores.size(), [&](std::size_t i, std::size_t thread) {
                    numbers[i] = thread;
                    ++arrived;
                    while (arrived < 2 * static_cast<std::size_t>(round) * cores.size()) std::this_thread::yield();
                });
            threads[c].insert(numbers.begin(), numbers.end());
        });
    for (auto& caller : callers) caller.join();
    CHECK(threads[0].size() == cores.size());
    CHECK(threads[1].size() == cores.size());
}

TEST_CASE("Devices may be added by several threads at once", "[core][device][threads]")
{
    const std::size_t count = devices().size(), core = devices().front().cores.front();
    std::array<std::array<std::string, 25>, 4> names;
    std::vector<std::thread> threads;
    for (auto& of_thread : names)
        threads.emplace_back([&] {
            for (auto& name : of_thread) {
                name = add_cpu_device({.cores = {core}});
                const Device on{name};
            }
        });
    for (auto& thread : threads) thread.join();
    std::set<std::string> all;
    for (const auto& of_thread : names) all.insert(of_thread.begin(), of_thread.end());
    CHECK(all.size() == 100);
    CHECK(devices().size() == count + 100);
    for (std::size_t i = 0; i < devices().size(); i += 7) CHECK(devices()[i].name == "/cpu:" + std::to_string(i));
}
