// lamina/training/losses/log_cosh.hpp: the mean of log(cosh(off)): half a square near 0, and |off| − log 2 far from it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <numbers>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over the row of log(cosh(off)); off = prediction − target.
///
/// Shapes    prediction [n], target [n], finite.
/// Options   reduction.
/// Numerics  no overflow, and full precision also where off is near 0, as Keras 3 has not; added up in `T`, a register's lanes at a time.
/// Source    Keras's LogCosh; among the metrics it is called LogCoshError there.
/// Example   LogCosh loss;
struct LogCosh {
    static constexpr std::string_view name = "log_cosh", class_name = "LogCosh";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return protocols::mean_over_row(prediction, target, width, gradient, scale, []<class V>(const V& p, const V& t) {
            namespace math = internals::kernels::math;
            namespace simd = protocols::simd;
            const V off = p - t, size = simd::abs(off), one(T(1)), zero(T(0));
            const V less = math::expm1(V(-size)), power = one + less, square = power * power; // power = exp(−size)
            // cosh is 1 + less² / (2 power), and exp(size) (1 + power²) / 2.
            const auto near_zero = size < one;
            const V rest = math::log1p(V(simd::select(near_zero, V(less * less / (power + power)), square)));
            const V slope = -less * (one + power) / (one + square); // the tangent of size
            return protocols::ValueAndSlope{V(rest + simd::select(near_zero, zero, V(size - V(std::numbers::ln2_v<T>)))),
                                            V(simd::select(off < zero, V(-slope), slope))};
        });
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X off = p - y;
        return reduce_mean(off + softplus(-2 * off), {-1}) - std::numbers::ln2;
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
