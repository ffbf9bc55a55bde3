// lamina/training/mask_shares.hpp: what steps count where others of the batch are masked.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/trace/trace.hpp>
#include <lamina/training/gather.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <span>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Whether an output of a model may have a mask; of a struct only its plan knows.
template <class M> consteval bool may_have_output_mask()
{
    if constexpr (Block<M>) return mask_steps_of<M>() > 0;
    else return true;
}

/// For each output of a model what one of its steps counts in the mean over the `count` samples of a batch: all steps over those
/// that are there, as in Keras; 1 without a mask, and 0 where no step is there.
///
/// The gradient of the first chunk needs it, so the masks of all are made before, which takes the model up to the last layer that
/// makes one. The other arguments are those of the pass that follows.
template <class M, class Places, class T, class S>
[[gnu::cold]] std::array<double, output_count<M>>
mask_shares(Places& places, const Plan<T>& plan, std::span<const void* const> blocks, Mode mode, const S& samples,
            std::span<const std::size_t> positions, std::size_t count, std::size_t most, std::size_t threads)
{
    constexpr std::size_t outputs = output_count<M>;
    std::array<double, outputs> shares;
    shares.fill(1);
    if constexpr (may_have_output_mask<M>()) {
        if (!places.room(0, mode.training).has_output_masks()) return shares;
        mode.only_masks = true;
        std::array<std::atomic<std::size_t>, outputs> there{};
        parallel_for((count + most - 1) / most, threads, [&](std::size_t k, std::size_t thread) {
            auto& room = places.room(thread, mode.training);
            const std::size_t first = k * most, n = std::min(most, count - first);
            Mode here = mode;
            here.first = first;
            const auto x = gather_all<input_count<M>>(plan, samples, positions, first, n, room);
            room.forward(blocks, here, x.data(), nullptr, n);
            for (std::size_t i = 0; i < outputs; ++i) there[i] += room.output_mask(i).count(n);
        });
        for (std::size_t i = 0; i < outputs; ++i)
            if (const std::size_t steps = places.room(0, mode.training).output_mask(i).steps; steps > 0)
                shares[i] = there[i] == 0 ? 0 : static_cast<double>(count * steps) / static_cast<double>(there[i]);
    }
    return shares;
}

}}} // namespace lamina::internals
