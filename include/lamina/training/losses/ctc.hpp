// lamina/training/losses/ctc.hpp: how likely a sequence of labels is, wherever in the steps they stand.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/reduction.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// −log of the probability that steps of logits spell a sequence of labels, each over one step or more, with blanks (class 0) between them
/// as there may be and between equal ones as there have to be: connectionist temporal classification.
///
/// Shapes    prediction [steps, classes], logits; target [labels] of whole numbers, as many a sample as the longest one has: classes from 1
///           on, and zeros behind them.
/// Options   reduction.
/// Masks     no notice is taken of masked steps.
/// Refuses   models that end in probabilities, a 0 before a label, labels for which there are not enough steps.
/// Numerics  logarithms of probabilities, in double; allocates room for steps · (2·labels + 1) numbers a sample.
/// Source    Graves et al., Connectionist Temporal Classification, 2006; Keras's CTC, of which the blank is class 0.
/// Example   CTC loss;
struct CTC {
    static constexpr std::string_view name = "ctc", class_name = "CTC";
    static constexpr protocols::target_kind kind = protocols::target_kind::label_sequence;
    static constexpr bool needs_classes = true; ///< of blanks alone it would always be 0

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    void check_end(protocols::output_activation end, const char* where) const
    {
        using enum protocols::output_activation;
        if (end == softmax || end == sigmoid || end == hard_sigmoid)
            internals::fail(
                {where,
                 ": ctc takes logits, and the model ends in an activation that makes probabilities of them; leave it out"});
    }

    template <class T, class Y>
    [[gnu::cold]] T row(const T* prediction, const protocols::label_sequence<Y>* target, std::size_t width, T* gradient,
                        T scale) const
    {
        return Alignment<T>(prediction, *target, width).loss(gradient, scale);
    }

    template <class Y> bool accepts(const protocols::label_sequence<Y>* target, std::size_t width) const
    {
        const std::size_t classes = target->classes, labels = length(*target);
        std::size_t needed = labels;
        for (std::size_t i = 0; i < target->count; ++i) {
            const std::size_t label = internals::losses::class_of(target->labels[i], classes);
            if (i < labels ? label == 0 || label >= classes : label != 0) return false;
            needed += i > 0 && i < labels && target->labels[i] == target->labels[i - 1];
        }
        return needed <= width / classes;
    }
    std::string needs(std::size_t) const
    {
        return "classes from 1 on and zeros behind them, with a step for each and one more between equal ones";
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const std::size_t labels = y.shape()[1], states = 2 * labels + 1, steps = p.shape()[1];
        const auto shifted = [](const X& of, std::size_t by, double before) {
            return pad(slice(of, {0, 0}, {-1, static_cast<std::ptrdiff_t>(of.shape()[1] - by)}), {{0, 0}, {by, 0}}, before);
        };
        const X classes =
            pad(reshape(stack({zeros_like(y), y}, 2), {-1, static_cast<std::ptrdiff_t>(2 * labels)}), {{0, 0}, {0, 1}});
        const X is_label = not_equal(classes, 0), may_skip = logical_and(is_label, not_equal(classes, shifted(classes, 2, 0)));
        const X emitted = matmul(one_hot(classes, p.shape()[2], -1, p.dtype()), transpose(log_softmax(p), {0, 2, 1}));
        const auto at = unstack(emitted, 2); // [n, states] of each step
        X now = pad(slice(at[0], {0, 0}, {-1, 2}), {{0, 0}, {0, states - 2}}, nearly_never);
        for (std::size_t t = 1; t < steps; ++t) {
            const X skipping = where(may_skip, shifted(now, 2, nearly_never), nearly_never);
            now = reduce_logsumexp(stack({now, shifted(now, 1, nearly_never), skipping}, 2), {2}) + at[t];
        }
        const X ones = ones_like(at[0]), count = cast(reduce_sum(where(is_label, ones, zeros_like(ones)), {1}), dtype::int64);
        const X ends = one_hot(2 * count, states, -1, p.dtype()) + one_hot(2 * count - 1, states, -1, p.dtype());
        return -reduce_logsumexp(where(equal(ends, 0), nearly_never, now), {1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }

private:
    static constexpr double nearly_never = -1e30; ///< a logarithm without a derivative that is NaN

    template <class Y> static std::size_t length(const protocols::label_sequence<Y>& of)
    {
        std::size_t labels = 0;
        while (labels < of.count && of.labels[labels] != Y(0)) ++labels;
        return labels;
    }

    /// The labels with a blank before, between and behind them are the states; all ways through them are summed up, forward and back.
    template <class T> class Alignment {
    public:
        template <class Y>
        Alignment(const T* at, const protocols::label_sequence<Y>& target, std::size_t width)
            : logits(at), classes(target.classes), steps(width / classes), states(2 * length(target) + 1, 0), log_sums(steps),
              forward(steps * states.size(), never)
        {
            for (std::size_t s = 1; s < states.size(); s += 2)
                states[s] = std::min(internals::losses::class_of(target.labels[s / 2], classes), classes - 1);
            for (std::size_t t = 0; t < steps; ++t) {
                const T* const z = logits + t * classes;
                const double largest = static_cast<double>(*std::max_element(z, z + classes));
                double sum = 0;
                for (std::size_t c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(z[c]) - largest);
                log_sums[t] = largest + std::log(sum);
            }
        }

        T loss(T* gradient, T scale)
        {
            const std::size_t n = states.size(), last = (steps - 1) * n;
            for (std::size_t s = 0; s < std::min<std::size_t>(n, 2); ++s) forward[s] = log_of(0, states[s]);
            for (std::size_t t = 1; t < steps; ++t)
                for (std::size_t s = 0; s < n; ++s) {
                    const double* const before = forward.data() + (t - 1) * n + s;
                    double sum = before[0];
                    if (s > 0) sum = added(sum, *(before - 1));
                    if (s > 1 && skips_to(s)) sum = added(sum, *(before - 2));
                    forward[t * n + s] = sum + log_of(t, states[s]);
                }
            const double log_likely = n > 1 ? added(forward[last + n - 1], forward[last + n - 2]) : forward[last];
            if (gradient != nullptr) write(gradient, scale, log_likely);
            return static_cast<T>(-log_likely);
        }

    private:
        static constexpr double never = -std::numeric_limits<double>::infinity();

        double log_of(std::size_t t, std::size_t c) const { return static_cast<double>(logits[t * classes + c]) - log_sums[t]; }

        /// Whether a state may follow the one two before it: no blank lies between different labels.
        bool skips_to(std::size_t s) const { return states[s] != 0 && states[s] != states[s - 2]; }

        static double added(double a, double b)
        {
            const double high = a > b ? a : b, low = a > b ? b : a;
            return low == never ? high : high + std::log1p(std::exp(low - high));
        }

        /// Of each logit its probability, less how likely its class is at that step given the labels.
        void write(T* gradient, T scale, double log_likely)
        {
            const std::size_t n = states.size();
            std::vector<double> behind(n, never), next(n);
            behind[n - 1] = 0;
            if (n > 1) behind[n - 2] = 0;
            for (std::size_t t = steps; t-- > 0;) {
                T* const g = gradient + t * classes;
                for (std::size_t c = 0; c < classes; ++c) g[c] = scale * static_cast<T>(std::exp(log_of(t, c)));
                for (std::size_t s = 0; s < n; ++s)
                    g[states[s]] -= scale * static_cast<T>(std::exp(forward[t * n + s] + behind[s] - log_likely));
                if (t == 0) break;
                for (std::size_t s = 0; s < n; ++s) {
                    next[s] = behind[s] + log_of(t, states[s]);
                    if (s + 1 < n) next[s] = added(next[s], behind[s + 1] + log_of(t, states[s + 1]));
                    if (s + 2 < n && skips_to(s + 2)) next[s] = added(next[s], behind[s + 2] + log_of(t, states[s + 2]));
                }
                behind.swap(next);
            }
        }

        const T* logits;
        std::size_t classes, steps;
        std::vector<std::size_t> states; ///< the class of each
        std::vector<double> log_sums;    ///< of each step's exponentials
        std::vector<double> forward;     ///< [steps][states], the logarithm of all ways that lead there
    };
};

}} // namespace lamina
