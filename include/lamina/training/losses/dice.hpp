// lamina/training/losses/dice.hpp: 1 less twice what prediction and target share, over both.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/losses/overlap.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// 1 − 2·Σ t·p / (Σ t + Σ p): 0 where the prediction covers its target and nothing else. For segmentation.
///
/// Shapes    prediction [n], target [n] in [0, 1].
/// Options   axis: what belongs to one sum; of none it is the whole batch, as in Keras, which is then trained in one chunk, on one
///           thread. {1, 2, 3} is an image by itself, {1, 2} one of its channels, -1 a row. reduction.
///           Among the metrics, which know no batches, an axis of none is a sample.
/// Masks     no notice is taken of masked steps, unless the axis is -1.
/// Refuses   an axis that the outputs do not have.
/// Numerics  as Keras 3, which adds 1e-7 below the fraction; sums in double. The samples given to `evaluate` are one batch.
/// Source    Milletari et al., V-Net, 2016; Keras's Dice.
/// Example   Dice loss{.axis = {1, 2, 3}};
struct Dice {
    static constexpr std::string_view name = "dice", class_name = "Dice";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    using batch_sums = internals::losses::OverlapSums;

    internals::AxisList axis{};
    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const
    {
        to("axis", axis, internals::AxisList{});
        to("reduction", reduction, Reduction::sum_over_batch_size);
    }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return internals::losses::overlap_row(axis, reduction, prediction, target, width, gradient, scale,
                                              [this](const batch_sums& sums) { return of(sums); });
    }

    bool over_batch() const { return axis.none(); }
    template <class T, class Y> static void add_to_batch(batch_sums& to, const T* prediction, const Y* target, std::size_t width)
    {
        internals::losses::add_overlap(to, prediction, target, width, [](std::size_t i) { return i; });
    }
    double batch_value(const batch_sums& sums) const { return of(sums).value; }
    template <class T, class Y>
    void batch_gradient(const batch_sums& sums, const T*, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        internals::losses::overlap_gradient(of(sums), target, width, [](std::size_t i) { return i; }, gradient, scale);
    }

    template <class Y> bool accepts(const Y* target, std::size_t width) const
    {
        return internals::losses::all_probabilities(target, width);
    }
    std::string needs(std::size_t) const { return "probabilities in [0, 1]"; }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X both = axis.sum_over(y * p), below = axis.sum_over(y) + axis.sum_over(p) + 1e-7;
        return axis.join_parts(1 - 2 * both / below, reduction);
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }

private:
    internals::losses::OverlapValue of(const batch_sums& sums) const
    {
        const double below = sums.wanted + sums.predicted + 1e-7, share = 2 * sums.both / below;
        return {1 - share, -2 / below, share / below};
    }
};

}} // namespace lamina
