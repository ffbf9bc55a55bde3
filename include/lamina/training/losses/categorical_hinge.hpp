// lamina/training/losses/categorical_hinge.hpp: the largest wrong output less the right one, and a margin.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// max(1 + max((1 − t)·p) − Σ t·p, 0): the right class has to be 1 above the largest of the others.
///
/// Shapes    prediction [classes], target [classes], one-hot.
/// Options   reduction.
/// Numerics  as Keras 3: where several are largest they share the derivative; of one class the largest of the others is 0.
/// Source    Keras's CategoricalHinge.
/// Example   CategoricalHinge loss;
struct CategoricalHinge {
    static constexpr std::string_view name = "categorical_hinge", class_name = "CategoricalHinge";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        if (width == 0) return 0;
        const auto wrong = [&](std::size_t i) { return (1 - static_cast<T>(target[i])) * prediction[i]; };
        T right = 0, largest = wrong(0);
        for (std::size_t i = 0; i < width; ++i) {
            right += static_cast<T>(target[i]) * prediction[i];
            largest = wrong(i) > largest ? wrong(i) : largest;
        }
        const T off = largest - right + 1;
        if (gradient != nullptr) {
            std::size_t ties = 0;
            for (std::size_t i = 0; i < width; ++i) ties += wrong(i) == largest;
            for (std::size_t i = 0; i < width; ++i) {
                const T t = static_cast<T>(target[i]), of_wrong = wrong(i) == largest ? (1 - t) / static_cast<T>(ties) : T(0);
                gradient[i] = off < 0 ? T(0) : scale * (of_wrong - t);
            }
        }
        return off < 0 ? T(0) : off;
    }

    template <class Y> bool accepts(const Y* target, std::size_t width) const
    {
        return internals::losses::all_probabilities(target, width);
    }
    std::string needs(std::size_t) const { return "1 for the class and 0 for all others"; }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        return maximum(reduce_max((1 - y) * p, {-1}) - reduce_sum(y * p, {-1}) + 1, 0);
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
