// normalization and gather: rows of a transformer, a padded and an upsampled image. One item is one value of the larger array.
#include <lamina/kernels/gather.hpp>
#include <lamina/kernels/normalization.hpp>
#include <lamina/kernels/resize.hpp>

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using namespace lamina::internals;

template <std::size_t Width> void rows(const char* name)
{
    constexpr kernels::row_norm norm{true, true, 1e-3};
    constexpr std::size_t count = 64;
    const auto add = [&](const char* pass, auto kernel) {
        benchmark::RegisterBenchmark((std::string("normalization/float/") + name + "/" + pass).c_str(),
                                     [kernel](benchmark::State& s) {
                                         std::vector<float> x(count * Width, 0.5f), y(x), dy(x), dx(x), gamma(Width, 1),
                                             beta(gamma), dgamma(gamma), dbeta(gamma), kept(2 * count);
                                         for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i % 17);
                                         for (auto _ : s) {
                                             kernel(x.data(), y.data(), dy.data(), dx.data(), gamma.data(), beta.data(),
                                                    dgamma.data(), dbeta.data(), kept.data());
                                             benchmark::ClobberMemory();
                                         }
                                         s.SetItemsProcessed(s.iterations() * std::int64_t(count * Width));
                                     });
    };
    add("forward", [=](const float* x, float* y, float*, float*, const float* g, const float* b, float*, float*, float* kept) {
        kernels::normalize_rows(x, y, count, fixed<Width>{}, norm, g, b, kept);
    });
    add("backward",
        [=](const float* x, float*, float* dy, float* dx, const float* g, const float*, float* dg, float* db, float* kept) {
            kernels::normalize_rows_backward(x, dy, dx, count, fixed<Width>{}, norm, g, kept, dg, db);
        });
}

template <class F> void image(const char* name, std::size_t in, std::size_t out, const F& kernel)
{
    benchmark::RegisterBenchmark(name, [=](benchmark::State& s) {
        std::vector<float> x(in, 0.5f), y(out), scratch(in);
        for (auto _ : s) {
            kernel(x.data(), y.data(), scratch.data());
            benchmark::ClobberMemory();
        }
        s.SetItemsProcessed(s.iterations() * std::int64_t(out));
    });
}

constexpr std::size_t c = 16, line = 32 * c;
constexpr kernels::gather_plan padded = kernels::plan_gather(32 * line, {{.extent = 34, .count = 32, .stride = line, .before = 1},
                                                                         {.extent = 34, .count = 32, .stride = c, .before = 1},
                                                                         {.extent = c, .count = c, .stride = 1}});
constexpr kernels::gather_plan doubled =
    kernels::plan_gather(32 * line, {{.extent = 64, .count = 32, .stride = line, .repeat = 2},
                                     {.extent = 64, .count = 32, .stride = c, .repeat = 2},
                                     {.extent = c, .count = c, .stride = 1}});
constexpr kernels::gather_plan turned =
    kernels::plan_gather(64 * 64, {{.extent = 64, .count = 64, .stride = 1}, {.extent = 64, .count = 64, .stride = 64}});
constexpr kernels::resize_sizes bilinear{32, 32, c, 0, 0, 32, 32, 64, 64, true};

const bool registered = [] {
    rows<16>("16"), rows<64>("64"), rows<512>("512");
    image("gather/float/pad_32x32x16", padded.in, padded.out,
          [](const float* x, float* y, float*) { kernels::gather_forward(x, y, 1, padded); });
    image("gather/float/double_32x32x16", doubled.in, doubled.out,
          [](const float* x, float* y, float*) { kernels::gather_forward(x, y, 1, doubled); });
    image("gather/float/transpose_64x64", turned.in, turned.out,
          [](const float* x, float* y, float*) { kernels::gather_forward(x, y, 1, turned); });
    image("resize/float/bilinear_32x32x16", padded.in, doubled.out,
          [](const float* x, float* y, float* scratch) { kernels::resize_forward(x, y, scratch, 1, bilinear); });
    return true;
}();

} // namespace
