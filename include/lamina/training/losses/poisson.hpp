// lamina/training/losses/poisson.hpp: the mean of p − t·log p, for counts.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over the row of p − t·log p, where the prediction p is the rate at which events come and the target t how many came.
///
/// Shapes    prediction [n], positive; target [n], finite.
/// Options   reduction.
/// Numerics  as Keras 3: the logarithm is that of p + 1e-7, so below −1e-7 it is NaN; added up in `T`, a register's lanes at a time.
/// Source    Keras's Poisson.
/// Example   Poisson loss;
struct Poisson {
    static constexpr std::string_view name = "poisson", class_name = "Poisson";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return protocols::mean_over_row(prediction, target, width, gradient, scale, []<class V>(const V& p, const V& t) {
            const V rate = p + V(T(1e-7)), one(T(1));
            return protocols::ValueAndSlope{V(p - t * internals::kernels::math::log(rate)), V(one - t / rate)};
        });
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const { return reduce_mean(p - y * log(p + 1e-7), {-1}); }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
