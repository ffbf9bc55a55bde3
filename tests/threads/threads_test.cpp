// Threads: one const model in many threads, the same bits from 1, 2 and 3 threads, work inside of work. What the thread sanitizer runs.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/core/device.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Net = Sequential<Input<4>, Reshape<2, 2, 1>, Conv2D<5, Kernel<2>, Same, Tanh>, Flatten, Dropout<0.2>, Dense<150, Gelu>,
                       Dense<150, Relu>, Dense<3, Softmax>>;

struct Residual {
    Dense<9, Tanh>::on<4> first;
    Dense<9, Sigmoid>::on<9> again;
    Dropout<0.3>::on<9> dropped;
    Dense<3, Softmax>::on<9> last;

    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return last(h + again(dropped(again(h))));
    }
};

struct Outcome {
    std::vector<float> parameters;
    std::vector<double> figures;
    bool operator==(const Outcome&) const = default;
};

template <class M> Outcome train(std::size_t batch_size, std::size_t threads, std::size_t n, std::size_t epochs)
{
    auto model = build<M>(Seed{1});
    auto trainer = compile(model, Adam{.learning_rate = 0.01f, .global_clipnorm = 0.5f}, SparseCategoricalCrossentropy{},
                           SparseCategoricalAccuracy{});
    const auto samples = points(n), test = points(70, n);
    const History history = trainer.fit(
        samples, {.epochs = epochs, .batch_size = batch_size, .validation_data = &test, .seed = Seed{3}, .threads = threads});
    Outcome result{parameters_of(model), {}};
    for (const Logs& logs : history.epochs)
        for (const auto& [name, value] : logs.entries) result.figures.push_back(value);
    result.figures.push_back(trainer.evaluate(samples, {.threads = threads})["loss"]);
    return result;
}

} // namespace

TEST_CASE("Training gives the same bits on 1, 2 and 3 threads", "[threads]")
{
    for (const std::size_t batch_size : {7u, 32u, 100u, 300u}) {
        INFO("batches of " << batch_size);
        const Outcome one = train<Net>(batch_size, 1, 330, 2);
        CHECK(one.figures.size() == 2 * 4 + 1);
        CHECK((train<Net>(batch_size, 2, 330, 2) == one));
        CHECK((train<Net>(batch_size, 3, 330, 2) == one));
    }
}

TEST_CASE("Training a struct gives the same bits on 1, 2, 3 and 16 threads", "[threads]")
{
    for (const std::size_t batch_size : {33u, 300u, 600u}) { // 600: three rounds of eight chunks
        INFO("batches of " << batch_size);
        const Outcome one = train<Residual>(batch_size, 1, 610, 2);
        CHECK((train<Residual>(batch_size, 2, 610, 2) == one));
        CHECK((train<Residual>(batch_size, 3, 610, 2) == one));
        CHECK((train<Residual>(batch_size, 16, 610, 2) == one));
    }
}

TEST_CASE("Eight threads share one model", "[threads]")
{
    const auto net = build<Net>(Seed{1});
    const auto residual = build<Residual>(Seed{2});
    const auto samples = points(70);
    const auto wanted = predict(net, samples.x), wanted_of_residual = predict(residual, samples.x);

    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            Workspace<Net> workspace(net);
            xt::xtensor<float, 2> into({70, 3});
            for (int repeat = 0; repeat < 3; ++repeat) {
                const auto y = predict(net, samples.x), z = predict(residual, samples.x);
                predict(net, samples.x, into, workspace);
                for (std::size_t i = 0; i < 70; ++i) {
                    const std::array x{samples.x(i, 0), samples.x(i, 1), samples.x(i, 2), samples.x(i, 3)};
                    const auto one = net(x), other = residual(x);
                    for (std::size_t k = 0; k < 3; ++k)
                        wrong += one(k) != wanted(i, k) || y(i, k) != wanted(i, k) || into(i, k) != wanted(i, k) ||
                                 other(k) != wanted_of_residual(i, k) || z(i, k) != wanted_of_residual(i, k);
                }
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("Two trainers may run at once, each with threads", "[threads]")
{
    const Outcome wanted = train<Residual>(100, 1, 200, 2);
    std::array<Outcome, 3> results;
    std::vector<std::thread> threads;
    for (auto& result : results) threads.emplace_back([&result] { result = train<Residual>(100, 2, 200, 2); });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) CHECK((result == wanted));
}

TEST_CASE("Training gives the same bits on every device, and on two at once", "[threads]")
{
    const auto cores = devices().front().cores;
    const std::array names{std::string("/cpu:0"), add_cpu_device({.cores = cores}), add_cpu_device({.cores = {cores.front()}})};
    const Outcome wanted = train<Residual>(100, 1, 200, 2);
    for (const auto& name : names) {
        const Device on{name};
        INFO(name);
        CHECK(EvaluateOptions{}.threads == (name == names[2] ? 1 : cores.size()));
        CHECK((train<Residual>(100, 1, 200, 2) == wanted));
        CHECK((train<Residual>(100, 2, 200, 2) == wanted));
    }
    CHECK(EvaluateOptions{}.threads == 1);

    std::array<Outcome, 2> results;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < results.size(); ++i)
        threads.emplace_back([&, i] {
            const Device on{names[i + 1]};
            results[i] = train<Residual>(100, 2, 200, 2);
        });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) CHECK((result == wanted));
}

TEST_CASE("Every task runs once, on a thread number of its own", "[threads]")
{
    for (const std::size_t threads : {1u, 2u, 3u, 8u})
        for (const std::size_t count : {0u, 1u, 2u, 7u, 100u}) {
            std::vector<int> runs(count);
            std::vector<std::atomic<int>> busy(threads);
            std::atomic<int> clashes{0};
            parallel_for(count, threads, [&](std::size_t i, std::size_t thread) {
                if (thread >= threads || busy[thread].fetch_add(1) != 0) ++clashes;
                ++runs[i];
                if (thread < threads) busy[thread].fetch_sub(1);
            });
            CHECK(clashes == 0);
            CHECK(runs == std::vector<int>(count, 1));
        }
}

TEST_CASE("Work inside of work runs alone, and an exception comes back", "[threads]")
{
    std::vector<int> runs(60);
    parallel_for(6, 3, [&](std::size_t i) { parallel_for(10, 3, [&, i](std::size_t k) { ++runs[i * 10 + k]; }); });
    CHECK(runs == std::vector<int>(60, 1));

    for (int repeat = 0; repeat < 20; ++repeat) {
        CHECK_THROWS_WITH(parallel_for(50, 3,
                                       [](std::size_t i) {
                                           if (i == 17) throw std::runtime_error("seventeen");
                                       }),
                          "seventeen");
        std::atomic<int> after{0};
        parallel_for(50, 3, [&](std::size_t) { ++after; });
        CHECK(after == 50);
    }
}
