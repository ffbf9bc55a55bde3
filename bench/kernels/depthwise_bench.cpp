// depthwise: 3×3 kernels of MobileNets, forward and both gradients. FLOP/s counts a multiply and an add for each product that exists.
#include "../limits.hpp"

#include <lamina/kernels/depthwise.hpp>

#include <algorithm>
#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;

struct alignas(alignment) line {
    float values[alignment / sizeof(float)];
};

/// A square image under windows of 3×3, padded as Same does.
constexpr convolution_sizes image(std::size_t side, std::size_t channels, std::size_t stride)
{
    const std::size_t out = (side + stride - 1) / stride, pad = ((out - 1) * stride + 3 - side) / 2;
    return {side, side, channels, channels, 3, 3, stride, stride, 1, 1, pad, pad, out, out};
}

/// Numbers that begin on 64 bytes, as those of a model do.
class aligned {
public:
    aligned(std::size_t size, float value) : lines(size / 16 + 1) { std::fill_n(data(), size, value); }
    float* data() { return lines.data()->values; }

private:
    std::vector<line> lines;
};

template <convolution_sizes S> struct layer {
    static constexpr fixed<S> sizes{};
    aligned x{S.height * S.width * S.channels, 0.5f}, y{S.out_height * S.out_width * S.channels, 0.25f}, bias{S.channels, 0.125f},
        w{9 * row_stride<float>(S.channels), 0};

    void finish(benchmark::State& state) const
    {
        std::size_t products = 0;
        for (std::size_t oy = 0; oy < S.out_height; ++oy)
            for (std::size_t ox = 0; ox < S.out_width; ++ox)
                products += internals::kernels::detail::rows_within(S, oy).size() *
                            internals::kernels::detail::columns_within(S, ox).size();
        bench::count_flop<float>(state, 2.0 * double(products * S.channels));
    }
};

template <convolution_sizes S> void forward(benchmark::State& state)
{
    layer<S> l;
    for (auto _ : state) {
        internals::kernels::depthwise_forward(l.x.data(), l.w.data(), l.bias.data(), l.y.data(), 1, l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <convolution_sizes S> void backward_data(benchmark::State& state)
{
    layer<S> l;
    for (auto _ : state) {
        internals::kernels::depthwise_backward_data(l.y.data(), l.w.data(), l.x.data(), 1, l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <convolution_sizes S> void backward_weights(benchmark::State& state)
{
    layer<S> l;
    for (auto _ : state) {
        internals::kernels::depthwise_backward_weights(l.x.data(), l.y.data(), l.w.data(), l.bias.data(), 1, l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <std::size_t Side, std::size_t Channels, std::size_t Stride> void all(const char* name)
{
    const auto add = [&](const char* pass, auto function) {
        benchmark::RegisterBenchmark((std::string("depthwise/float/") + name + "/" + pass).c_str(), function);
    };
    constexpr convolution_sizes sizes = image(Side, Channels, Stride);
    add("forward", forward<sizes>);
    add("backward_data", backward_data<sizes>);
    add("backward_weights", backward_weights<sizes>);
}

const bool registered = (all<112, 32, 1>("112x112x32"), all<112, 64, 2>("112x112x64_stride2"), all<56, 128, 1>("56x56x128"),
                         all<14, 512, 1>("14x14x512"), all<7, 1024, 1>("7x7x1024"), all<56, 8, 1>("56x56x8"), true);

} // namespace
