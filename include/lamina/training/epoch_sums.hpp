// lamina/training/epoch_sums.hpp: what the figures of a running epoch are made of.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/flat_tuple.hpp>

#include <cstddef>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The scores of the batches so far, and what the variables were penalized for. `Totals` holds a score for each output.
template <class Totals, std::size_t outputs> struct EpochSums {
    Totals total{};
    double penalties = 0; ///< each batch's, times its samples
    std::size_t samples = 0;

    void add_penalty(double of_batch, std::size_t of_samples)
    {
        penalties += of_batch * static_cast<double>(of_samples);
        samples += of_samples;
    }
    double penalty() const { return samples == 0 ? 0 : penalties / static_cast<double>(samples); }

    /// The names in a checkpoint.
    template <class F> void for_each_state(F&& f)
    {
        f("penalties", penalties);
        f("samples", samples);
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (f(text_of({"output_", At + 1}), get<At>(total)), ...);
        }(std::make_index_sequence<outputs>{});
    }
};

}}} // namespace lamina::internals
