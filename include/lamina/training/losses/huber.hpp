// lamina/training/losses/huber.hpp: the mean of ½·off², which goes on as a straight line where |off| is above delta.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over the row of ½·off² where |off| ≤ delta, and of delta·(|off| − ½·delta) elsewhere; off = prediction − target.
///
/// Shapes    prediction [n], target [n], finite.
/// Options   delta: how far a prediction may be off before its slope no longer grows. reduction.
/// Refuses   a delta that is not positive.
/// Numerics  as Keras 3, within 1e-6 relative; added up in `T`, a register's lanes at a time.
/// Source    Huber, Robust Estimation of a Location Parameter, 1964; Keras's Huber.
/// Example   Huber loss{.delta = 0.5f};
struct Huber {
    static constexpr std::string_view name = "huber_loss";
    static constexpr std::string_view class_name = "Huber";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    float delta = 1;
    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const
    {
        to("delta", delta, 1);
        to("reduction", reduction, Reduction::sum_over_batch_size);
    }

    void check_settings() const
    {
        if (!internals::is_finite(delta) || delta <= 0)
            internals::fail({name, ": delta is ", delta, ", it has to be a positive number"});
    }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        const T most = static_cast<T>(delta);
        return protocols::mean_over_row(prediction, target, width, gradient, scale, [most]<class V>(const V& p, const V& t) {
            const V off = p - t, slope = protocols::simd::at_least(protocols::simd::at_most(off, V(most)), V(-most));
            return protocols::ValueAndSlope{V(slope * (off - V(T(0.5)) * slope)), slope};
        });
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const double most = static_cast<double>(delta);
        const X off = p - y, slope = clip_by_value(off, -most, most);
        return reduce_mean(slope * (off - 0.5 * slope), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
