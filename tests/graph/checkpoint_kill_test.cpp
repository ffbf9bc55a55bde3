// A process is killed at a random moment of a save: the older or the newer checkpoint is there, whole. LAMINA_KILLS says how often;
// `tools/dev kill` does it 200 times.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/graph/checkpoint_manager.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include <sys/mman.h>
#include <sys/wait.h>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// 16 MiB of numbers, each of which says which save they belong to, and the same number as a plain value.
struct Kept {
    Variable<float, Shape{4, 1024, 1024}> numbers;
    std::uint64_t save = 0;

    void fill()
    {
        numbers.storage()->for_each<float>([this](float& x) { x = static_cast<float>(save); });
    }
    bool whole()
    {
        bool same = true;
        numbers.storage()->for_each<float>([&](float x) { same = same && x == static_cast<float>(save); });
        return same;
    }
};

/// What the child tells: the number of the save it is in (odd: inside; even: between two) and the last one that was done.
struct Told {
    std::atomic<bool> inside;
    std::atomic<std::uint64_t> done;
};

} // namespace

TEST_CASE("a kill at any moment leaves a whole checkpoint", "[graph][checkpoint]")
{
    const Temporary folder("kill");
    Kept kept;
    kept.numbers.make("numbers");
    const Checkpoint checkpoint{{"kept", kept}};
    const auto file = folder.path / "checkpoint-1.safetensors";
    kept.fill();
    checkpoint.save(file);

    void* const shared = ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    Told& told = *new (shared) Told{};

    // How long a save takes, so that kills fall anywhere into it.
    const auto start = std::chrono::steady_clock::now();
    checkpoint.save(file);
    const double save_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();

    const char* const given = std::getenv("LAMINA_KILLS");
    const std::size_t kills = given ? std::strtoul(given, nullptr, 10) : 3;
    REQUIRE(kills > 0);
    std::mt19937 generator(1);
    std::size_t inside = 0, broken = 0, wrong = 0, newer = 0;
    for (std::size_t round = 0; round < kills; ++round) {
        const std::uint64_t before = kept.save;
        told.inside = false;
        told.done = before;
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            for (;;) {
                ++kept.save;
                kept.fill();
                told.inside = true;
                checkpoint.save(file);
                told.inside = false;
                told.done = kept.save;
            }
        }
        while (!told.inside) std::this_thread::yield();
        std::this_thread::sleep_for(
            std::chrono::duration<double, std::milli>(std::uniform_real_distribution<double>(0, 1.5 * save_ms)(generator)));
        // Whether the kill falls into a save is seen once the child has stopped, and before it is dead.
        ::kill(child, SIGSTOP);
        ::waitpid(child, nullptr, WUNTRACED);
        inside += told.inside ? 1 : 0;
        const std::uint64_t done = told.done;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);

        try {
            checkpoint.restore(file);
            broken += kept.whole() ? 0 : 1;
            wrong += kept.save == done || kept.save == done + 1 ? 0 : 1;
            newer += kept.save > before ? 1 : 0;
        }
        catch (const error& problem) {
            UNSCOPED_INFO(problem.what());
            ++broken;
        }
        CheckpointManager(checkpoint, folder.path); // removes what the child left
    }
    std::printf("%zu kills, %zu of them inside a save of 16 MiB (%.0f ms), %zu after a newer checkpoint; %zu broken\n", kills,
                inside, save_ms, newer, broken);
    CHECK(broken == 0);
    CHECK(wrong == 0);
    CHECK(inside >= kills / 4);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), std::filesystem::directory_iterator()) == 1);
    ::munmap(shared, sizeof(Told));
}
