// math: each function over an array in the first cache. One item is one element, so that the inverse of items_per_second is
// the time per element. Beside them stand xsimd's own, …/xsimd.
#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/core/aligned.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <benchmark/benchmark.h>
#include <string>

namespace {

namespace kernels = lamina::internals::kernels;
namespace math = lamina::internals::kernels::math;

template <class T, class F> void add(const char* name, F function)
{
    const std::string type = sizeof(T) == 4 ? "float" : "double";
    benchmark::RegisterBenchmark(("math/" + type + "/" + name).c_str(), [function](benchmark::State& state) {
        // Registers lie within cache lines, and what is read half a page away from what has just been written: elsewhere a
        // processor takes the one for the other.
        const std::size_t n = std::size_t(state.range(0));
        lamina::internals::Aligned<T> arrays;
        arrays.reserve(2 * n + 2048 / sizeof(T));
        T *const x = arrays.data(), *const y = x + n + 2048 / sizeof(T);
        for (std::size_t i = 0; i < n; ++i) x[i] = T(0.001) + T(4) * T(i) / T(n);
        for (auto _ : state) {
            kernels::transform(x, y, n, function);
            benchmark::ClobberMemory();
        }
        state.SetItemsProcessed(state.iterations() * std::int64_t(n));
    })->Arg(4096);
}

template <class T> bool all()
{
    add<T>("exp", [](auto x) { return math::exp(x); });
    add<T>("expm1", [](auto x) { return math::expm1(x); });
    add<T>("log", [](auto x) { return math::log(x); });
    add<T>("log1p", [](auto x) { return math::log1p(x); });
    add<T>("tanh", lamina::internals::Finish<lamina::Tanh>{}); // as layers apply it
    add<T>("sigmoid", [](auto x) { return math::sigmoid(x); });
    add<T>("softplus", [](auto x) { return math::softplus(x); });
    add<T>("erf", [](auto x) { return math::erf(x); });
    add<T>("gelu", [](auto x) { return math::gelu(x); });
    add<T>("sqrt", [](auto x) { return math::sqrt(x); });
    using lanes = lamina::internals::simd::batch<T>;
    add<T>("exp/xsimd", [](lanes x) { return xsimd::exp(x); });
    add<T>("expm1/xsimd", [](lanes x) { return xsimd::expm1(x); });
    add<T>("log/xsimd", [](lanes x) { return xsimd::log(x); });
    add<T>("log1p/xsimd", [](lanes x) { return xsimd::log1p(x); });
    add<T>("tanh/xsimd", [](lanes x) { return xsimd::tanh(x); });
    add<T>("sigmoid/xsimd", [](lanes x) { return lanes(1) / (lanes(1) + xsimd::exp(-x)); });
    add<T>("softplus/xsimd", [](lanes x) { return xsimd::log1p(xsimd::exp(-xsimd::abs(x))) + xsimd::max(x, lanes(0)); });
    add<T>("erf/xsimd", [](lanes x) { return xsimd::erf(x); });
    add<T>("gelu/xsimd", [](lanes x) { return lanes(T(0.5)) * x * (lanes(1) + xsimd::erf(x * lanes(T(0.7071067811865476)))); });
    return true;
}

const bool registered = all<float>() && all<double>();

} // namespace
