// lamina/training/samples_feed.hpp: the batches of an epoch that `fit` takes of samples in memory.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/random.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/training/callback.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The order of the samples of an epoch: those at the end are kept to validate, the others are shuffled and dealt out.
class SampleOrder {
public:
    [[gnu::cold]] SampleOrder(std::size_t count, std::size_t held_back, std::size_t batch, bool shuffles, Seed seed)
        : positions(count), chosen(count - held_back), size(batch), shuffled(shuffles), seeded(seed)
    {
        std::iota(positions.begin(), positions.end(), std::size_t{0});
    }

    std::span<const std::size_t> kept() const { return span_of(positions).last(positions.size() - chosen); }
    std::span<const std::size_t> batch() const { return now; }

    [[gnu::cold]] void start(TrainingState& state) const
    {
        state.samples = chosen;
        state.batches = (chosen - 1) / size + 1;
    }
    /// `step` is the optimizer's at the epoch's begin.
    [[gnu::cold]] void begin_epoch(std::uint64_t step)
    {
        std::iota(positions.begin(), positions.end(), std::size_t{0});
        if (!shuffled) return;
        const std::span<std::size_t> mixed(positions.data(), chosen);
        internals::shuffle(mixed, Random(Seed{mix(seeded.value, stream)}, step));
    }
    [[gnu::cold]] bool next(const TrainingState& state)
    {
        const std::size_t first = state.batch * size;
        if (first >= chosen) return false;
        now = span_of(positions).subspan(first, std::min(size, chosen - first));
        return true;
    }

private:
    /// Random stream used for shuffling; a later fit goes on with other orders, since it begins at a later step.
    static constexpr std::uint64_t stream = 0x73687566;

    std::vector<std::size_t> positions;
    std::size_t chosen, size;
    bool shuffled;
    Seed seeded;
    std::span<const std::size_t> now{};
};

/// Samples in such an order.
template <class S> struct SamplesFeed {
    const S& samples;
    std::vector<float> weights;
    SampleOrder order;

    void start(TrainingState& state) const { order.start(state); }
    void resume(TrainingState&) const {}
    void begin_epoch(const TrainingState& state, std::uint64_t step) { order.begin_epoch(step - state.batch); }
    bool next(const TrainingState& state) { return order.next(state); }
    /// `f(samples, positions, weights)` for the batch; gives how many samples it has.
    template <class F> std::size_t give(F&& f) const
    {
        f(samples, order.batch(), span_of(weights));
        return order.batch().size();
    }
    void done() const {}
    void end_epoch(TrainingState&) const {}
};

}}} // namespace lamina::internals
