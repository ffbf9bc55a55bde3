// Traced graphs: a net's loss and training step by graph.run, beside the same on eager layers; functions of many scalar ops.
#include <lamina/autodiff.hpp>
#include <lamina/graph/function.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace lamina;

using Net = Sequential<Input<784>, Dense<128, Tanh>, Dense<10>>;

struct Digits {
    Placeholder<float, dyn, 784> x;
    Placeholder<std::int64_t, dyn> y;
    Node loss, train_step;
};

struct Batch {
    AnyTensor x, y;
    explicit Batch(std::size_t n) : x(random_uniform(Seed{1}, {n, 784}))
    {
        std::vector<std::int64_t> labels(n);
        for (std::size_t i = 0; i < n; ++i) labels[i] = static_cast<std::int64_t>(i % 10);
        y = constant(labels.data(), {n});
    }
};

template <bool Trains> void traced(benchmark::State& state)
{
    const Batch batch(static_cast<std::size_t>(state.range(0)));
    auto net = build<Net>(Seed{1});
    Graph graph;
    const auto digits = graph.trace<Digits>("digits", [&](Digits& d) {
        d.loss = reduce_mean(sparse_softmax_cross_entropy(d.y, net(d.x)));
        d.train_step = Adam{.learning_rate = 1e-4f}.minimize(d.loss);
    });
    for (auto _ : state) {
        AnyTensor loss = Trains ? graph.run({digits.loss, digits.train_step}, {{digits.x, batch.x}, {digits.y, batch.y}})[0]
                                : graph.run(digits.loss, {{digits.x, batch.x}, {digits.y, batch.y}});
        benchmark::DoNotOptimize(loss);
    }
}

template <bool Trains> void eager(benchmark::State& state)
{
    const Batch batch(static_cast<std::size_t>(state.range(0)));
    auto net = build<Net>(Seed{1});
    Adam adam{.learning_rate = 1e-4f};
    const auto loss_of = [&] { return reduce_mean(sparse_softmax_cross_entropy(batch.y, net(batch.x))); };
    for (auto _ : state) {
        AnyTensor loss = Trains ? AnyTensor(adam.minimize(loss_of, variables(net))) : loss_of();
        benchmark::DoNotOptimize(loss);
    }
}

/// Sixty ops on a scalar.
AnyTensor sixty(AnyTensor x)
{
    const AnyTensor c = constant(1.001f);
    for (int i = 0; i < 20; ++i) x = tanh(x * c) + c;
    return x;
}
void sixty_eager(benchmark::State& state)
{
    const AnyTensor x = constant(0.5f);
    for (auto _ : state) {
        AnyTensor y = sixty(x);
        benchmark::DoNotOptimize(y);
    }
}
void sixty_function(benchmark::State& state)
{
    const AnyTensor x = constant(0.5f);
    const auto f = lamina::function([](AnyTensor of) { return sixty(of); });
    for (auto _ : state) {
        AnyTensor y = f(x);
        benchmark::DoNotOptimize(y);
    }
}

BENCHMARK(traced<false>)->Name("traced/dense_784_128_10/loss")->Arg(1)->Arg(32);
BENCHMARK(eager<false>)->Name("traced/dense_784_128_10/loss_eager")->Arg(1)->Arg(32);
BENCHMARK(traced<true>)->Name("traced/dense_784_128_10/step")->Arg(1)->Arg(32);
BENCHMARK(eager<true>)->Name("traced/dense_784_128_10/step_eager")->Arg(1)->Arg(32);
BENCHMARK(sixty_function)->Name("traced/sixty_scalars/function");
BENCHMARK(sixty_eager)->Name("traced/sixty_scalars/eager");

} // namespace
