// The machine's limits: what other figures are a share of.
#include "../limits.hpp"

namespace {

using namespace lamina;
using namespace lamina::internals;

template <class T> void multiply_adds(benchmark::State& state)
{
    for (auto _ : state) benchmark::DoNotOptimize(bench::fma_round<T>(100'000));
    state.counters["FLOP/s"] = bench::fma_peak<T>();
    state.counters["flop"] = bench::fma_flop<T>(100'000);
    state.counters["lanes"] = double(internals::simd::lanes<T>);
}

void clock(benchmark::State& state)
{
    for (auto _ : state) benchmark::DoNotOptimize(bench::clock_rate(1));
    state.counters["Hz"] = bench::clock_rate();
}

BENCHMARK(multiply_adds<float>)->Name("limits/multiply_adds/float");
BENCHMARK(multiply_adds<double>)->Name("limits/multiply_adds/double");
BENCHMARK(clock)->Name("limits/clock");

} // namespace
