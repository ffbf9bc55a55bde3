// elementwise: the passes over whole arrays. One item is one element.
#include <lamina/kernels/elementwise.hpp>

#include <benchmark/benchmark.h>
#include <vector>

namespace {

namespace kernels = lamina::internals::kernels;

template <class F> void run(benchmark::State& state, F function)
{
    const std::size_t n = std::size_t(state.range(0));
    std::vector<float> x(n, 0.5f), y(n, 0.25f);
    for (auto _ : state) {
        function(x.data(), y.data(), n);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * std::int64_t(n));
}

void transform(benchmark::State& state)
{
    run(state, [](const float* x, float* y, std::size_t n) { kernels::transform(x, y, n, [](const auto& v) { return v * v; }); });
}
void add(benchmark::State& state)
{
    run(state, [](const float* x, float* y, std::size_t n) { kernels::add(x, y, n); });
}
void fill(benchmark::State& state)
{
    run(state, [](const float*, float* y, std::size_t n) { kernels::fill(y, 1.f, n); });
}
void sum_of_squares(benchmark::State& state)
{
    run(state, [](const float* x, float*, std::size_t n) { benchmark::DoNotOptimize(kernels::sum_of_squares(x, n)); });
}

/// The bias gradient of LeNet-5's first convolution: rows of 6.
void add_rows(benchmark::State& state)
{
    float sums[6] = {};
    run(state, [&](const float* x, float*, std::size_t n) {
        kernels::add_rows(x, sums, n / 6, lamina::internals::fixed<std::size_t(6)>{});
    });
}

BENCHMARK(transform)->Name("elementwise/float/transform")->Arg(61706);
BENCHMARK(add)->Name("elementwise/float/add")->Arg(61706);
BENCHMARK(fill)->Name("elementwise/float/fill")->Arg(61706);
BENCHMARK(sum_of_squares)->Name("elementwise/float/sum_of_squares")->Arg(61706);
BENCHMARK(add_rows)->Name("elementwise/float/add_rows")->Arg(28 * 28 * 6);

} // namespace
