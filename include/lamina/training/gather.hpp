// lamina/training/gather.hpp: where a chunk of samples lies: where it is, or copied into a room where samples are shuffled or of other numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/trace/execution.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/trace/plan.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Input `At` of the samples from `first` on in order, or of those at `positions`, copied into the room's input where that is needed.
template <std::size_t At, class T, class S>
const T* gather(const Plan<T>& plan, const S& samples, std::span<const std::size_t> positions, std::size_t first, std::size_t n,
                Execution<T>& room)
{
    const std::size_t size = plan.input_shape(At).size(), targets = tensor_at<0>(samples.y).size() / samples.size();
    const auto* const x = start_of(tensor_at<At>(samples.x));
    T* const to = room.input(At);
    if constexpr (std::is_same_v<decltype(x), const T* const>)
        if (positions.empty()) return x + first * size;
    for (std::size_t i = 0; i < n; ++i) {
        const auto sample = [&](std::size_t k) { return x + (positions.empty() ? first + k : positions[first + k]) * size; };
        const auto *const from = sample(i), *const next = sample(std::min(i + 1, n - 1));
        for (std::size_t k = 0; k < std::min<std::size_t>(size, 1024 / sizeof *next); k += 64 / sizeof *next)
            simd::prefetch(next + k); // where shuffled samples lie no processor foresees
        if (!positions.empty())
            simd::prefetch(start_of(tensor_at<0>(samples.y)) + positions[first + i] * targets); // as are its targets
        if constexpr (std::is_same_v<decltype(x), const T* const>)
            std::copy_n(from, size, to + i * size); // memmove, half the time
        else std::transform(from, from + size, to + i * size, [](auto v) { return static_cast<T>(v); });
    }
    return to;
}

/// The same of each input of a model that has `Inputs`.
template <std::size_t Inputs, class T, class S>
std::array<const T*, Inputs> gather_all(const Plan<T>& plan, const S& samples, std::span<const std::size_t> positions,
                                        std::size_t first, std::size_t n, Execution<T>& room)
{
    return [&]<std::size_t... At>(std::index_sequence<At...>) {
        return std::array{gather<At>(plan, samples, positions, first, n, room)...};
    }(std::make_index_sequence<Inputs>{});
}

}}} // namespace lamina::internals
