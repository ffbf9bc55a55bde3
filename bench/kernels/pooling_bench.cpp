// pooling: the two of LeNet-5 and a 3x3 of stride 2. One item is one value of the larger array.
#include <lamina/kernels/pooling.hpp>

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::pooling_sizes;

constexpr pooling_sizes lenet1{28, 28, 6, 2, 2, 2, 2, 0, 0, 14, 14};
constexpr pooling_sizes lenet2{10, 10, 16, 2, 2, 2, 2, 0, 0, 5, 5};
constexpr pooling_sizes wide{32, 32, 64, 3, 3, 2, 2, 0, 0, 16, 16};

template <pooling_sizes Sizes> void all(const char* name)
{
    const auto add = [&](const char* pass, auto kernel) {
        benchmark::RegisterBenchmark((std::string("pooling/float/") + name + "/" + pass).c_str(),
                                     [kernel](benchmark::State& state) {
                                         const std::size_t n = std::size_t(state.range(0)),
                                                           inputs = n * Sizes.height * Sizes.width * Sizes.channels;
                                         std::vector<float> x(inputs, 0.5f), dx(inputs),
                                             y(n * Sizes.out_height * Sizes.out_width * Sizes.channels, 0.5f), dy = y;
                                         for (auto _ : state) {
                                             kernel(x.data(), y.data(), dy.data(), dx.data(), n, fixed<Sizes>{});
                                             benchmark::ClobberMemory();
                                         }
                                         state.SetItemsProcessed(state.iterations() * std::int64_t(inputs));
                                     })
            ->Arg(1)
            ->Arg(32);
    };
    add("average_forward", [](const float* x, float* y, float*, float*, std::size_t n, auto s) {
        internals::kernels::average_pooling_forward(x, y, n, s);
    });
    add("average_backward", [](const float*, float*, float* dy, float* dx, std::size_t n, auto s) {
        internals::kernels::average_pooling_backward(dy, dx, n, s);
    });
    add("max_forward", [](const float* x, float* y, float*, float*, std::size_t n, auto s) {
        internals::kernels::max_pooling_forward(x, y, n, s);
    });
    add("max_backward", [](const float* x, float* y, float* dy, float* dx, std::size_t n, auto s) {
        internals::kernels::max_pooling_backward(x, y, dy, dx, n, s);
    });
}

const bool registered = (all<lenet1>("28x28x6_2x2"), all<lenet2>("10x10x16_2x2"), all<wide>("32x32x64_3x3_2"), true);

} // namespace
