// lamina/training/losses/squared_hinge.hpp: the mean of max(1 − t·p, 0)², for targets of −1 and 1.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over the row of max(1 − t·p, 0)²: what is on the right side of a margin of 1 costs nothing.
///
/// Shapes    prediction [n], target [n] of −1 and 1; 0 counts as −1.
/// Options   reduction.
/// Numerics  as Keras 3, where a 0 among targets that are not all 0 or 1 stays 0.
/// Source    Keras's SquaredHinge.
/// Example   SquaredHinge loss;
struct SquaredHinge {
    static constexpr std::string_view name = "squared_hinge", class_name = "SquaredHinge";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return protocols::mean_over_row(prediction, target, width, gradient, scale, []<class V>(const V& p, const V& t) {
            namespace simd = protocols::simd;
            const V zero(T(0)), one(T(1)), sign = simd::select(t == zero, V(-one), t), off = one - sign * p;
            const V short_of = simd::select(off < zero, zero, off);
            return protocols::ValueAndSlope{V(short_of * short_of), V(-(sign + sign) * short_of)};
        });
    }

    template <class Y> bool accepts(const Y* target, std::size_t width) const
    {
        return internals::losses::all_signs(target, width);
    }
    std::string needs(std::size_t) const { return "-1 or 1, or 0 and 1 in their place"; }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        return reduce_mean(square(maximum(1 - where(equal(y, 0), -1, y) * p, 0)), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
