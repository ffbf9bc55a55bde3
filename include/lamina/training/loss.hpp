// lamina/training/loss.hpp: what a loss and a metric are.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace lamina {

/// What a loss or a metric compares the model's output with.
enum class targets {
    class_index, ///< one whole number a row: [n] or [n, …output without its last axis]
    same_shape,  ///< a number for every output: [n, …output]
};

/// A loss looks at rows: the output's last axis. A model with output [10] has one row a sample.
/// The loss of a batch is the mean over its rows, each times its weight (Keras's "sum_over_batch_size").
///
/// `row(prediction, target, width, gradient, scale)` returns the loss of one row; where `gradient` is not null it writes
/// scale · d loss / d prediction there. `target` points to one label or to `width` numbers, as `kind` says.
/// A loss that knows softmax has `softmax_row` with the same arguments: the prediction is softmax(logits), the gradient
/// that of the logits. The trainer uses it when the model ends in softmax; `sigmoid_row` likewise when it ends in sigmoid.
/// `accepts(target, width)` says whether a target may be used, `needs(width)` what it needs, as the end of a sentence.
template <class L>
concept Loss = requires(const L& loss, const float* p, float* g, std::size_t width) {
    { L::name } -> std::convertible_to<std::string_view>;
    { L::kind } -> std::convertible_to<targets>;
    { loss.needs(width) } -> std::convertible_to<std::string>;
};

/// The mean of rows, kept in double: what most metrics accumulate in.
struct Mean {
    double sum = 0;
    std::size_t count = 0;

    void add(double value)
    {
        sum += value;
        ++count;
    }
    void merge(const Mean& other)
    {
        sum += other.sum;
        count += other.count;
    }
    double result() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
};

/// A metric adds rows to an accumulator of its own type (`add`, `merge`, `result`), so that chunks of a batch can be
/// counted apart and joined in order: `add(accumulator, prediction, target, width)`.
/// Every loss is a metric too: its mean row. A metric with a template `of<targets>` is used in that form.
template <class M>
concept Metric = Loss<M> || requires {
    { M::name } -> std::convertible_to<std::string_view>;
    { M::kind } -> std::convertible_to<targets>;
    typename M::accumulator;
} || requires { typename M::template of<targets::same_shape>; };

/// A metric beside a loss: itself, or where it has one, its form for the loss's targets (`Accuracy`).
template <class M, targets Kind>
struct metric_for {
    using type = M;
    static M from(M metric) { return metric; }
};
template <class M, targets Kind>
    requires requires { typename M::template of<Kind>; }
struct metric_for<M, Kind> {
    using type = typename M::template of<Kind>;
    static type from(const M&) { return {}; }
};

} // namespace lamina
