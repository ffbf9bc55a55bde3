// lamina/training/losses/kl_divergence.hpp: the sum of t·log(t / p), how far one distribution is from another.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The sum over the row of t·log(t / p), where the target t and the prediction p are probabilities: the Kullback-Leibler divergence.
///
/// Shapes    prediction [n], target [n] in [0, 1].
/// Options   reduction.
/// Numerics  as Keras 3: both are clipped to [1e-7, 1], where the derivative is 0; added up in `T`, a register's lanes at a time.
/// Source    Kullback and Leibler, On Information and Sufficiency, 1951; Keras's KLDivergence.
/// Example   KLDivergence loss;
struct KLDivergence {
    static constexpr std::string_view name = "kl_divergence", class_name = "KLDivergence";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        const T n = static_cast<T>(width); // a sum, and not a mean
        return n * protocols::mean_over_row(prediction, target, width, gradient, n * scale, []<class V>(const V& p, const V& t) {
                   namespace math = internals::kernels::math;
                   namespace simd = protocols::simd;
                   const V least(T(1e-7)), one(T(1)), zero(T(0));
                   const V inside = simd::at_most(simd::at_least(p, least), one),
                           wanted = simd::at_most(simd::at_least(t, least), one);
                   const V slope = simd::select(p < least, zero, simd::select(p > one, zero, V(-wanted / inside)));
                   return protocols::ValueAndSlope{V(wanted * math::log(V(wanted / inside))), slope};
               });
    }

    template <class Y> bool accepts(const Y* target, std::size_t width) const
    {
        return internals::losses::all_probabilities(target, width);
    }
    std::string needs(std::size_t) const { return "probabilities in [0, 1]"; }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X wanted = clip_by_value(y, 1e-7, 1);
        return reduce_sum(wanted * log(wanted / clip_by_value(p, 1e-7, 1)), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
