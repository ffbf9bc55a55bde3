// lamina/training/reduction.hpp: how the rows of a batch become one loss.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How a loss comes from its rows, each times the weight of its sample: `MeanSquaredError{.reduction = Reduction::sum}`.
/// Rows of masked steps, and those that a loss ignores, are no rows.
enum class Reduction {
    sum_over_batch_size,     ///< the sum over the number of rows
    sum,                     ///< the sum
    none,                    ///< no reduction: what is learned is the sum, and the figure is the mean over all rows, as in Keras
    mean_with_sample_weight, ///< the sum over that of the weights
};

constexpr std::string_view word_of(Reduction reduction)
{
    using enum Reduction;
    return reduction == sum                       ? "sum"
           : reduction == none                    ? "none"
           : reduction == mean_with_sample_weight ? "mean_with_sample_weight"
                                                  : "sum_over_batch_size";
}

namespace internals {

/// What a row counts in the figure and in the gradient, where 1 is its part of the mean over all rows of its batch.
struct RowShare {
    double figure = 1, gradient = 1;
};

/// The rows of a batch that are there, and the sum of their weights.
struct RowCount {
    double rows = 0, weight = 0; ///< `weight` is the sum over the rows

    void add(std::size_t count, double weight_of_each)
    {
        rows += static_cast<double>(count);
        weight += static_cast<double>(count) * weight_of_each;
    }
};

/// The share of each row that is there, of `rows` in the batch.
constexpr RowShare share_of(Reduction reduction, double rows, const RowCount& count)
{
    using enum Reduction;
    if (reduction == sum) return {rows, rows};
    if (reduction == none) return {1, rows};
    const double by = reduction == mean_with_sample_weight ? count.weight : count.rows;
    const double share = by == 0 ? 0 : rows / by;
    return {share, share};
}

/// The reduction of a loss; one that has no such member gives the mean.
template <class L> constexpr Reduction reduction_of(const L& loss)
{
    if constexpr (requires { Reduction(loss.reduction); }) return loss.reduction;
    else return Reduction::sum_over_batch_size;
}

} // namespace internals

}} // namespace lamina
