// lamina/training/score.hpp: the loss and the metrics of a chunk, summed up.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/slots.hpp>
#include <lamina/layers/block.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/loss.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The outputs of a chunk of `n` samples of a batch of `batch`, and where their gradient goes (or null).
template <class T>
struct Rows {
    const T* output;
    T* gradient;
    std::size_t n, batch;
    double weight = 1; ///< of this output's loss in the model's
};

namespace inner {
template <class M>
struct accumulator_of {
    using type = Mean; // a loss as a metric
};
template <class M>
    requires requires { typename M::accumulator; }
struct accumulator_of<M> {
    using type = typename M::accumulator;
};
} // namespace inner

/// Loss and metrics of some samples. Parts are measured apart and merged in order.
template <class L, class... Metrics>
class Score {
public:
    /// What the loss is differentiated with: the model's last activation where the loss has an entry for its logits. A loss
    /// of logits takes what the model gives for logits.
    template <class T>
    static constexpr logits differentiated_with(logits last, const L& loss)
    {
        if constexpr (requires { loss.from_logits; })
            if (loss.from_logits) return logits::none;
        if constexpr (requires(const T* p, const int* t, T* g) { loss.softmax_row(p, t, std::size_t{1}, g, T(1)); })
            if (last == logits::softmax) return last;
        if constexpr (requires(const T* p, const int* t, T* g) { loss.sigmoid_row(p, t, std::size_t{1}, g, T(1)); })
            if (last == logits::sigmoid) return last;
        return logits::none;
    }

    /// Adds the rows of a chunk whose first sample is number `first` of the batch; writes the loss's gradient, scaled so
    /// that the batch's loss is the mean over its rows. `targets` are those of all samples, `positions` chooses among them.
    template <class T, class Y>
    void measure(const L& loss, const lamina::detail::values<Metrics...>& metrics, const shape& output, logits fused,
                 const Rows<T>& rows, const Y* labels, std::span<const std::size_t> positions, std::size_t first,
                 std::span<const float> weights)
    {
        const std::size_t width = output.back(), each = output.size() / width, step = L::kind == targets::class_index ? 1 : width;
        const T* p = rows.output;
        T* g = rows.gradient;
        for (std::size_t i = 0; i < rows.n; ++i) {
            const std::size_t sample = positions.empty() ? first + i : positions[first + i];
            const double weight = weights.empty() ? 1.0 : static_cast<double>(weights[sample]);
            const T scale = static_cast<T>(rows.weight * weight / static_cast<double>(rows.batch * each));
            for (std::size_t r = 0; r < each; ++r, p += width) {
                const Y* const target = labels + (sample * each + r) * step;
                sum += weight * static_cast<double>(row(loss, fused, p, target, width, g, scale));
                if (g) g += width;
                add_metrics(metrics, p, target, width, std::index_sequence_for<Metrics...>{});
            }
        }
        count += rows.n * each;
    }

    void merge(const Score& other)
    {
        sum += other.sum;
        count += other.count;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (lamina::detail::get<I>(kept).merge(lamina::detail::get<I>(other.kept)), ...);
        }(std::index_sequence_for<Metrics...>{});
    }

    double loss() const { return count == 0 ? 0 : sum / static_cast<double>(count); }

    /// Sets `loss` and the metrics, by name, in `logs`; allocates only where a name is new.
    void report(Logs& logs, const lamina::detail::values<Metrics...>&, std::string_view prefix) const
    {
        logs.set(prefix, "loss", loss());
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (logs.set(prefix, std::tuple_element_t<I, std::tuple<Metrics...>>::name, lamina::detail::get<I>(kept).result()), ...);
        }(std::index_sequence_for<Metrics...>{});
    }

private:
    template <class T, class Y>
    static T row(const L& loss, [[maybe_unused]] logits fused, const T* p, const Y* target, std::size_t width, T* g, T scale)
    {
        if constexpr (requires { loss.softmax_row(p, target, width, g, scale); })
            if (fused == logits::softmax) return loss.softmax_row(p, target, width, g, scale);
        if constexpr (requires { loss.sigmoid_row(p, target, width, g, scale); })
            if (fused == logits::sigmoid) return loss.sigmoid_row(p, target, width, g, scale);
        return loss.row(p, target, width, g, scale);
    }

    template <class T, class Y, std::size_t... I>
    void add_metrics([[maybe_unused]] const lamina::detail::values<Metrics...>& metrics, [[maybe_unused]] const T* p,
                     [[maybe_unused]] const Y* target, [[maybe_unused]] std::size_t width, std::index_sequence<I...>)
    {
        (add_metric(lamina::detail::get<I>(kept), lamina::detail::get<I>(metrics), p, target, width), ...);
    }

    template <class A, class M, class T, class Y>
    static void add_metric(A& to, const M& metric, const T* p, const Y* target, std::size_t width)
    {
        if constexpr (requires { metric.add(to, p, target, width); }) metric.add(to, p, target, width);
        else to.add(static_cast<double>(metric.row(p, target, width, static_cast<T*>(nullptr), T(1))));
    }

    double sum = 0;
    std::size_t count = 0;
    lamina::detail::values<typename inner::accumulator_of<Metrics>::type...> kept{};
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
