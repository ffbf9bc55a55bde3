// softmax: LeNet-5's rows of 10, and rows of 1000. One item is one element.
#include <lamina/core/extent.hpp>
#include <lamina/kernels/softmax.hpp>

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using namespace lamina::internals;

template <std::size_t Width> void all()
{
    const auto add = [&](const char* pass, auto kernel) {
        benchmark::RegisterBenchmark(("softmax/float/" + std::to_string(Width) + "/" + pass).c_str(),
                                     [kernel](benchmark::State& state) {
                                         const std::size_t rows = std::size_t(state.range(0));
                                         std::vector<float> x(rows * Width), y(rows * Width, 0.1f), dx(rows * Width);
                                         for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i * 7 % 13);
                                         for (auto _ : state) {
                                             kernel(x.data(), y.data(), dx.data(), rows, fixed<Width>{});
                                             benchmark::ClobberMemory();
                                         }
                                         state.SetItemsProcessed(state.iterations() * std::int64_t(rows * Width));
                                     })
            ->Arg(1)
            ->Arg(32)
            ->Arg(256);
    };
    add("forward", [](const float* x, float* y, float*, std::size_t rows, auto width) {
        internals::kernels::softmax_forward(x, y, rows, width);
    });
    add("backward", [](const float* x, float* y, float* dx, std::size_t rows, auto width) {
        internals::kernels::softmax_backward(y, x, dx, rows, width);
    });
    add("log_forward", [](const float* x, float* y, float*, std::size_t rows, auto width) {
        internals::kernels::log_softmax_forward(x, y, rows, width);
    });
    add("log_backward", [](const float* x, float* y, float* dx, std::size_t rows, auto width) {
        internals::kernels::log_softmax_backward(y, x, dx, rows, width);
    });
}

const bool registered = (all<10>(), all<1000>(), true);

} // namespace
