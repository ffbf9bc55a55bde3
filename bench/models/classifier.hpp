// bench/models/classifier.hpp: inference and training steps of a model that tells ten classes apart.
#pragma once

#include "../limits.hpp"

#include <lamina/lamina.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

namespace lamina::inline LAMINA_ARCHITECTURE::bench {

/// n samples of random numbers in [0, 1).
template <class Model> auto inputs(std::size_t n)
{
    constexpr Shape in = Model::input;
    xt::xtensor<float, in.rank + 1> x;
    auto extents = x.shape();
    extents[0] = n;
    std::copy_n(in.extents, in.rank, extents.begin() + 1);
    x.resize(extents);
    Random random(Seed{1});
    for (auto& number : x) number = static_cast<float>(random.uniform());
    return x;
}

/// `NAME/inference/batch/32`. items/s are samples.
template <class Model> void inference(const std::string& name)
{
    benchmark::RegisterBenchmark((name + "/inference/batch").c_str(), [](benchmark::State& state) {
        const auto n = static_cast<std::size_t>(state.range(0));
        const auto model = build<Model>(Seed{1});
        const auto x = inputs<Model>(n);
        auto y = xt::xtensor<float, 2>::from_shape({n, 10});
        Workspace<Model> workspace(model);
        for (auto _ : state) {
            predict(model, x, y, workspace);
            benchmark::DoNotOptimize(y.data());
        }
        count_flop<float>(state, 2.0 * double(n * Model::multiply_adds));
    })->Arg(32);
}

/// `NAME/training/batch/32`: a step of Adam.
template <class Model> void training(const std::string& name)
{
    benchmark::RegisterBenchmark((name + "/training/batch").c_str(), [](benchmark::State& state) {
        constexpr std::size_t steps = 10;
        const auto n = static_cast<std::size_t>(state.range(0));
        auto model = build<Model>(Seed{1});
        auto x = inputs<Model>(n * steps);
        auto labels = xt::xtensor<std::int32_t, 1>::from_shape({n * steps});
        Random random(Seed{2});
        for (auto& label : labels) label = static_cast<std::int32_t>(random.below(10));
        const Samples train{std::move(x), std::move(labels)};
        auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{});
        while (state.KeepRunningBatch(steps)) trainer.fit(train, {.batch_size = n, .threads = 1});
        state.SetItemsProcessed(state.iterations() * state.range(0));
    })->Arg(32);
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::bench
