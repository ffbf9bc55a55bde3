// lamina/training/losses/categorical_crossentropy.hpp: −Σ t·log p over one-hot or soft targets, and what its sparse form shares with it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/crossentropy.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What stands for an ignore_class where targets are no classes.
struct ignores_no_class {
    static constexpr bool has_value() { return false; }
};

/// Both categorical cross-entropies. Of a label the target is 1 at its class and 0 elsewhere.
///
/// Options   from_logits: the prediction is what softmax would get. label_smoothing s in [0, 1]: t becomes (1 − s)·t + s / classes.
///           probabilities_as_logits: logits too, though the model ends in softmax or sigmoid. outputs_as_probabilities: the
///           prediction is probabilities, though the model ends in an activation that does not make them. reduction. Of the sparse form
///           ignore_class: rows with that label, which need be no class, weigh nothing, and the mean is over the others.
/// Refuses   a model that ends in what the loss does not take, as these options say, and one of a single output.
template <target_kind Kind> struct CategoricalCrossentropyOf {
    static constexpr bool sparse = Kind == target_kind::class_index;
    static constexpr std::string_view name = sparse ? "sparse_categorical_crossentropy" : "categorical_crossentropy";
    static constexpr std::string_view class_name = sparse ? "SparseCategoricalCrossentropy" : "CategoricalCrossentropy";
    static constexpr bool needs_classes = true; ///< of one class it would always be 0
    static constexpr target_kind kind = Kind;

    bool from_logits = false;
    float label_smoothing = 0;
    bool probabilities_as_logits = false, outputs_as_probabilities = false;
    std::conditional_t<sparse, std::optional<std::int64_t>, ignores_no_class> ignore_class{};
    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const
    {
        to("from_logits", from_logits, false);
        if constexpr (sparse) to("ignore_class", ignore_class, nullptr);
        else to("label_smoothing", label_smoothing, 0);
        to("reduction", reduction, Reduction::sum_over_batch_size);
    }

    void check_settings() const { losses::check_settings(*this); }
    void check_end(output_activation end, const char* where) const { losses::check_end(*this, end, where); }
    static constexpr bool never_takes(output_activation) { return false; }
    bool takes_logits() const { return from_logits || probabilities_as_logits; }

    /// Compiled for size: its time is that of std::log, whatever is done about the rest.
    template <class T, class Y>
    [[gnu::cold]] T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        const auto t = smoothed<T>(target, width);
        if (takes_logits()) return losses::crossentropy_of_logits(prediction, t, width, gradient, scale);
        if constexpr (sparse) return losses::crossentropy_of_clipped(prediction, t, width, gradient, scale);
        else return losses::crossentropy_of_shares(prediction, t, width, gradient, scale);
    }

    /// The prediction is softmax(z), the gradient that of the logits z.
    template <class T, class Y>
    T softmax_row(const T* prediction, const T* z, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return losses::crossentropy_of_softmax(prediction, z, smoothed<T>(target, width), width, gradient, scale);
    }

    /// Rows of the class that is ignored are no rows.
    bool ignores_rows() const { return ignore_class.has_value(); }
    template <class Y> bool ignores([[maybe_unused]] const Y* target) const
    {
        if constexpr (sparse) return ignore_class && static_cast<double>(*target) == static_cast<double>(*ignore_class);
        else return false;
    }

    template <class Y> bool accepts(const Y* target, std::size_t width) const
    {
        if constexpr (sparse) return ignores(target) || losses::class_of(*target, width) < width;
        else return losses::all_probabilities(target, width);
    }
    std::string needs(std::size_t width) const
    {
        return sparse ? text_of({"a class in [0, ", width, ')'}) : text_of({"probabilities in [0, 1]"});
    }

    /// Whether its form refuses what is no class.
    bool checks_classes() const { return sparse && takes_logits() && label_smoothing == 0; }
    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        if constexpr (sparse)
            if (checks_classes())
                return sparse_softmax_cross_entropy(
                    ignore_class ? X(where(equal(y, static_cast<double>(*ignore_class)), zeros_like(y), y)) : y, p);
        X t = y;
        if constexpr (sparse) t = one_hot(y, p.shape().back(), -1, p.dtype());
        t = losses::smoothed(t, label_smoothing, p.shape().back());
        if (takes_logits()) return -reduce_sum(t * log_softmax(p), {-1});
        if constexpr (!sparse) return -reduce_sum(t * log(losses::composed_clip(losses::composed_shares(p))), {-1});
        const X c = losses::composed_clip(p);
        return reduce_sum(t, {-1}) * log(reduce_sum(c, {-1})) - reduce_sum(t * log(c), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }

private:
    /// The target probability of class i.
    template <class T, class Y> auto smoothed(const Y* target, std::size_t width) const
    {
        const T rest = 1 - static_cast<T>(label_smoothing), even = static_cast<T>(label_smoothing) / static_cast<T>(width);
        if constexpr (sparse)
            return [even, hot = rest + even, label = losses::class_of(*target, width)](std::size_t i) {
                return i == label ? hot : even;
            };
        else return [=](std::size_t i) { return static_cast<T>(target[i]) * rest + even; };
    }
};

} // namespace internals

/// Cross-entropy between a row of probabilities (or logits) and a row of target probabilities.
///
/// Shapes    prediction [classes], target [classes] in [0, 1].
/// Options   from_logits, label_smoothing, probabilities_as_logits, outputs_as_probabilities, reduction: see CategoricalCrossentropyOf.
/// Numerics  as Keras 3: probabilities are divided by their sum, then clipped to [1e-7, 1 − 1e-7], where the gradient is zero.
///           Finite predictions never give NaN.
/// Example   CategoricalCrossentropy loss{.label_smoothing = 0.1f};
using CategoricalCrossentropy = internals::CategoricalCrossentropyOf<protocols::target_kind::same_shape>;

}} // namespace lamina
