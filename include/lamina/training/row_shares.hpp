// lamina/training/row_shares.hpp: what a row of a batch counts, before the batch is measured.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/trace/trace.hpp>
#include <lamina/training/gather.hpp>
#include <lamina/training/reduction.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Whether an output of a model may have a mask; of a struct only its plan knows.
template <class M> consteval bool may_have_output_mask()
{
    if constexpr (Block<M>) return mask_steps_of<M>() > 0;
    else return true;
}

/// For each output of a model what one of its rows counts, by the loss's reduction and by the rows that are there.
///
/// The gradient of the first chunk needs it. So where steps are masked the masks of the whole batch are made before, which takes the model up
/// to the last layer that makes one. The rows of each chunk are counted by themselves and added in order. The other arguments are
/// those of the pass that follows.
template <class M, class Places, class T, class Goals, class S>
[[gnu::cold]] std::array<RowShare, output_count<M>>
row_shares(Places& places, const Plan<T>& plan, const Goals& goals, std::span<const void* const> blocks, Mode mode,
           const S& samples, std::span<const std::size_t> positions, std::size_t count, std::size_t most, std::size_t threads,
           std::span<const float> weights)
{
    bool masks = false;
    if constexpr (may_have_output_mask<M>()) masks = places.room(0, mode.training).has_output_masks();
    if (!masks && !goals.counts_rows(!weights.empty())) return goals.shares(plan, count, nullptr);

    typename Goals::Totals total{};
    const std::size_t chunks = (count + most - 1) / most;
    mode.only_masks = true;
    parallel_for(chunks, masks ? threads : 1, [&](std::size_t k, std::size_t thread) {
        const std::size_t first = k * most, n = std::min(most, count - first);
        places.scores[k] = {};
        auto& room = places.room(thread, mode.training);
        if constexpr (may_have_output_mask<M>()) {
            if (masks) {
                Mode here = mode;
                here.first = first;
                const auto x = gather_all<input_count<M>>(plan, samples, positions, first, n, room);
                room.forward(blocks, here, x.data(), nullptr, n);
            }
        }
        goals.template count_rows<M>(places.scores[k], masks ? &room : nullptr, samples.y, positions, first, n, weights);
    });
    for (std::size_t k = 0; k < chunks; ++k) goals.merge(total, places.scores[k]);
    return goals.shares(plan, count, &total);
}

}}} // namespace lamina::internals
