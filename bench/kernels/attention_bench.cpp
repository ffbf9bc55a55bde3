// attention: all heads of one sample, where one item is one multiply-add of the forward pass; additive scores.
#include <lamina/core/aligned.hpp>
#include <lamina/kernels/additive_scores.hpp>
#include <lamina/kernels/attention.hpp>

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using namespace lamina::internals;

template <kernels::attention_sizes S> void both()
{
    const std::string name = "attention/float/" + std::to_string(S.queries) + "x" + std::to_string(S.keys) + "/" +
                             std::to_string(S.heads) + "x" + std::to_string(S.key_dim);
    const auto add = [&](const char* pass, auto kernel) {
        benchmark::RegisterBenchmark((name + "/" + pass).c_str(), [kernel](benchmark::State& state) {
            const std::size_t pairs = S.heads * S.queries * S.keys;
            std::vector<float> q(S.queries * S.heads * S.key_dim, 0.1f), k(S.keys * S.heads * S.key_dim, 0.2f),
                v(S.keys * S.heads * S.value_dim, 0.3f), context(S.queries * S.heads * S.value_dim, 0.4f), p(pairs, 0.01f),
                dp(pairs), dq(q.size()), dk(k.size()), dv(v.size());
            Aligned<float> room;
            room.reserve(kernels::attention_room<float, S>);
            for (auto _ : state) {
                kernel(q.data(), k.data(), v.data(), p.data(), context.data(), dp.data(), dq.data(), dk.data(), dv.data(),
                       room.data());
                benchmark::ClobberMemory();
            }
            state.SetItemsProcessed(state.iterations() * std::int64_t(pairs * (S.key_dim + S.value_dim)));
        });
    };
    add("forward",
        [](const float* q, const float* k, const float* v, float* p, float* context, auto*, auto*, auto*, auto*, float* room) {
            kernels::attention_weights<S>(q, k, p, room, {}, kernels::attention_scale<float, S>());
            kernels::attention_context<S>(p, v, context, room);
        });
    add("backward", [](const float* q, const float* k, const float* v, const float* p, const float* context, float* dp, float* dq,
                       float* dk, float* dv, float* room) {
        kernels::attention_context_backward<S>(p, v, context, dp, dv, room);
        kernels::attention_weights_backward<S>(q, k, p, dp, dq, dk, room, {}, kernels::attention_scale<float, S>());
    });
}

/// One item is one tanh.
void additive(benchmark::State& state)
{
    const kernels::additive_sizes s{64, 64, static_cast<std::size_t>(state.range(0))};
    std::vector<float> q(64 * s.width, 0.1f), k(64 * s.width, 0.2f), weights(s.width, 0.3f), scores(64 * 64);
    for (auto _ : state) {
        kernels::additive_scores(q.data(), k.data(), weights.data(), 1.f, scores.data(), s);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * std::int64_t(64 * 64 * s.width));
}
void additive_backward(benchmark::State& state)
{
    const kernels::additive_sizes s{64, 64, static_cast<std::size_t>(state.range(0))};
    std::vector<float> q(64 * s.width, 0.1f), k(64 * s.width, 0.2f), weights(s.width, 0.3f), slopes(64 * 64, 0.4f), dq(q.size()),
        dk(k.size()), dweights(s.width);
    float dfactor = 0;
    for (auto _ : state) {
        kernels::additive_scores_backward(q.data(), k.data(), weights.data(), 1.f, slopes.data(), dq.data(), dk.data(),
                                          dweights.data(), &dfactor, s);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * std::int64_t(64 * 64 * s.width));
}
BENCHMARK(additive)->Name("additive_scores/float/64x64/forward")->Arg(16)->Arg(64);
BENCHMARK(additive_backward)->Name("additive_scores/float/64x64/backward")->Arg(16)->Arg(64);

const bool registered = (both<kernels::attention_sizes{16, 16, 2, 16, 16}>(), both<kernels::attention_sizes{64, 64, 4, 32, 32}>(),
                         both<kernels::attention_sizes{128, 128, 8, 64, 64}>(), true);

} // namespace
