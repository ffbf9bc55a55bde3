// Long chains, many tapes, tapes in threads, and the memory of tensors.
#include "catch.hpp"
#include "data/temporary.hpp"

#include <lamina/autodiff.hpp>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <thread>
#include <vector>

using namespace lamina;
namespace tensors = lamina::internals::tensors;

TEST_CASE("A chain of a million ops goes forward and back", "[autodiff][gradient_tape]")
{
    const int ops = sanitized ? 50'000 : 1'000'000;
    const double factor = 1 + 1e-6;
    auto x = constant(1.0);
    const auto c = constant(factor);
    GradientTape tape;
    tape.watch(x);
    auto y = x;
    for (int i = 0; i < ops; ++i) y = y * c;
    CHECK(tape.gradient(y, x).item() == Approx(std::pow(factor, ops)).epsilon(1e-9));
    CHECK(tensors::journal().steps.size() == 0);
}

TEST_CASE("Memory stays flat over many tapes, asked or not, inside of another one or not", "[autodiff][gradient_tape]")
{
    auto x = constant({1.0, 2.0, 3.0});
    const auto one = [&](bool asked) {
        GradientTape tape;
        tape.watch(x);
        const auto y = reduce_sum(exp(x) * x);
        if (asked) return tape.gradient(y, x).item(0);
        return y.item();
    };
    const int tapes = sanitized ? 5'000 : 100'000;
    double sum = one(true);
    const long before = peak_memory();
    for (int i = 0; i < tapes; ++i) sum += one(i % 2 == 0);
    {
        GradientTape outer;
        auto z = constant(2.0);
        outer.watch(z);
        const auto w = z * z;
        for (int i = 0; i < tapes; ++i) sum += one(i % 2 == 0);
        CHECK(tensors::journal().steps.size() < 10);
        CHECK(outer.gradient(w, z).item() == 4);
    }
    CHECK(std::isfinite(sum));
    CHECK(peak_memory() < before + (sanitized ? 300 : 16));
}

TEST_CASE("Each thread has tapes of its own, and tensors may be handed over", "[autodiff][threads]")
{
    auto shared = constant({1.0, 2.0, 3.0});
    GradientTape mine;
    mine.watch(shared);
    const auto followed = shared * 2;
    std::atomic<int> right{0};
    std::vector<AnyTensor> results(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < results.size(); ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 200; ++i) {
                AnyTensor x = shared, here = followed; // another thread's handles are constants here
                GradientTape tape({.persistent = true});
                tape.watch(x);
                const AnyTensor y = reduce_sum(tanh(x) * here);
                const AnyTensor g = tape.gradient(y, x);
                if (!tape.gradient(y, here) && std::abs(g.item(0) - 2 * (1 - std::pow(std::tanh(1.0), 2))) < 1e-12) ++right;
                results[t] = g;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(right == 800);
    for (const AnyTensor& g : results) CHECK(g.item(2) == results[0].item(2)); // made there, let go here
    CHECK(mine.gradient(followed, shared).item(1) == 2);
}

TEST_CASE("Memory that was kept is given back on request", "[autodiff][memory]")
{
    const auto large = [] { return full({1000, 100}, 1.5) * 2.0f; };
    CHECK(large().item() == 3);
    CHECK(tensors::kept_blocks.bytes >= 400'000);
    release_memory();
    CHECK(tensors::kept_blocks.bytes == 0);
    keep_memory(1000);
    CHECK(large().item() == 3);
    CHECK(tensors::kept_blocks.bytes < 2000);
    keep_memory(std::size_t{512} << 20);
}
