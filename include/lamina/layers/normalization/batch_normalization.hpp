// lamina/layers/normalization/batch_normalization.hpp: every channel with the mean and the variance of its batch taken out.
//
// Source: Ioffe, Szegedy, "Batch Normalization" (ICML 2015); Keras's BatchNormalization.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/step_mask.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/columns.hpp>
#include <lamina/layers/normalization/scale_rules.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, for each channel, the last axis, over all others.
///
/// Training takes mean and (biased) variance of the batch, and moves the moving ones towards them, by a share of 1 - momentum a step.
/// Inference takes the moving ones. So does training where the layer is frozen: where none of gamma and beta is trained, or the moving
/// mean is frozen. A batch is not cut into chunks by the models that it is in, so one thread trains them.
///
/// Shapes   [a, b, …, channels] -> the same.
/// Options  Epsilon (0.001), Momentum (0.99), NoCenter, NoScale, Name; GammaRegularizer<…>, BetaRegularizer<…>, GammaConstraint<…>,
///          BetaConstraint<…>.
/// Learns   gamma and beta [channels]; observes moving_mean and moving_variance [channels], which `backward` moves: a forward pass
///          alone changes nothing.
/// Masks    a row of channels that is masked is normalized as all others are, and left out of mean and variance.
/// Refuses  an input without axes.
/// Numerics statistics are summed in double over rows of 256; PyTorch's defaults are Epsilon<1e-5> and Momentum<0.9>, and its moving
///          variance is the unbiased one.
/// Example  Sequential<Input<28, 28, 8>, BatchNormalization<Momentum<0.9>>, Activation<Relu>> model;
template <class... Options>
struct BatchNormalization
    : protocols::layer_base<BatchNormalization<Options...>,
                            internals::with_scale_rules<protocols::family::epsilon, protocols::family::momentum,
                                                        protocols::family::center, protocols::family::scale>,
                            Options...> {
    static constexpr std::string_view kind = "BatchNormalization";
    using epsilon = protocols::chosen<protocols::family::epsilon, Epsilon<0.001>, Options...>;
    using momentum = protocols::chosen<protocols::family::momentum, Momentum<0.99>, Options...>;
    static constexpr bool centers = !std::is_same_v<protocols::chosen<protocols::family::center, void, Options...>, NoCenter>;
    static constexpr bool scales = !std::is_same_v<protocols::chosen<protocols::family::scale, void, Options...>, NoScale>;

    using rules = internals::scale_rules<Options...>;

    template <class To> static void list_options(To& to)
    {
        to("momentum", momentum::value, 0.99);
        to("epsilon", epsilon::value, 0.001);
        to("center", centers, true);
        to("scale", scales, true);
        rules::list_options(to);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank == 0) return refuses(protocols::misfit::needs_at_least_rank_1);
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<BatchNormalization, T, In> {
        static constexpr std::size_t channels = In.back(), rows = In.size() / channels;
        static constexpr bool across_batch = true;
        static constexpr bool passes_mask = true, each_step = In.rank > 1;

        template <bool Exists> using learned = std::conditional_t<Exists, Variable<T, Shape{channels}>, internals::Absent<T>>;
        learned<scales> gamma;
        learned<centers> beta;
        Observed<T, Shape{channels}> moving_mean;
        Observed<T, Shape{channels}> moving_variance;

        void initialize(Random random)
        {
            if constexpr (scales) lamina::protocols::initialize<Ones>(gamma, random, {});
            lamina::protocols::initialize<Ones>(moving_variance, random, {});
        }

        /// Whether training changes anything of it; where not, it is the inference form.
        bool learns() const
        {
            bool any = !scales && !centers;
            if constexpr (scales) any = any || gamma.storage()->trainable;
            if constexpr (centers) any = any || beta.storage()->trainable;
            return any && moving_mean.storage()->trainable;
        }

        static constexpr std::size_t saved(std::size_t) { return 3 * stride; } // mean, variance, 1 / deviation
        static constexpr std::size_t scratch(std::size_t) { return 5 * stride; }

        void forward(protocols::Mode mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
        {
            T *const mean = saved ? saved : scratch, *const variance = mean + stride, *const inverse = variance + stride;
            if (const std::size_t count = observed(mode, n); count > 0) observe(mode, x, mean, variance, n * rows, count);
            else {
                std::copy_n(moving_mean.data(), channels, mean);
                std::copy_n(moving_variance.data(), channels, variance);
            }
            T* const factor = scratch + 3 * stride;
            for (std::size_t c = 0; c < channels; ++c) {
                inverse[c] = T(1 / std::sqrt(double(variance[c]) + epsilon::value));
                factor[c] = inverse[c] * scale(c);
            }
            std::array<const T*, 3> columns{mean, factor, beta.data()};
            if constexpr (centers)
                internals::kernels::map_columns(
                    y, n * rows, channels, std::array{x}, columns,
                    [](const auto& v, const auto& m, const auto& f, const auto& b) { return (v - m) * f + b; });
            else
                internals::kernels::map_columns(y, n * rows, channels, std::array{x}, std::array<const T*, 2>{mean, factor},
                                                [](const auto& v, const auto& m, const auto& f) { return (v - m) * f; });
        }

        void backward(protocols::Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, block& gradient, T* scratch,
                      std::size_t n) const
        {
            const T *const mean = saved, *const variance = mean + stride, *const inverse = variance + stride;
            const std::size_t all = n * rows, count = observed(mode, n);
            double of_beta[channels] = {}, of_gamma[channels] = {};
            if (mode.parameters || (count > 0 && dx)) {
                const auto plain = [](const auto& d) { return d; };
                const auto normalized = [](const auto& v, const auto& d, const auto& m, const auto& i) {
                    return d * ((v - m) * i);
                };
                internals::kernels::sum_columns(of_beta, all, channels, std::array{dy}, std::array<const T*, 0>{}, plain);
                internals::kernels::sum_columns(of_gamma, all, channels, std::array{x, dy}, std::array{mean, inverse},
                                                normalized);
            }
            for (std::size_t c = 0; c < channels && mode.parameters; ++c) {
                if constexpr (scales) gradient.gamma.data()[c] += T(of_gamma[c]);
                if constexpr (centers) gradient.beta.data()[c] += T(of_beta[c]);
                if (count == 0) continue;
                gradient.moving_mean.data()[c] += T((1 - momentum::value) * (double(mean[c]) - moving_mean.data()[c]));
                gradient.moving_variance.data()[c] +=
                    T((1 - momentum::value) * (double(variance[c]) - moving_variance.data()[c]));
            }
            if (!dx) return;
            T *const factor = scratch, *const along = factor + stride, *const constant = along + stride;
            for (std::size_t c = 0; c < channels; ++c) {
                factor[c] = inverse[c] * scale(c);
                along[c] = T(double(factor[c]) * inverse[c] * of_gamma[c] / double(count));
                constant[c] = T(double(factor[c]) * of_beta[c] / double(count));
            }
            for_each_run(mode.mask(), all, [&](bool there, std::size_t first, std::size_t of) {
                const T *const values = x + first * channels, *const slopes = dy + first * channels;
                if (count > 0 && there)
                    internals::kernels::map_columns(dx + first * channels, of, channels, std::array{values, slopes},
                                                    std::array<const T*, 4>{mean, factor, along, constant},
                                                    [](const auto& v, const auto& d, const auto& m, const auto& f, const auto& a,
                                                       const auto& k) { return d * f - (v - m) * a - k; });
                else
                    internals::kernels::map_columns(dx + first * channels, of, channels, std::array{slopes},
                                                    std::array<const T*, 1>{factor},
                                                    [](const auto& d, const auto& f) { return d * f; });
            });
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            const X all = internals::as_samples<Shape{rows, channels}>(x);
            X mean = with(moving_mean), variance = with(moving_variance);
            if (with.mode().training && learns()) {
                const X mask = with.mask();
                if (!mask) {
                    mean = reduce_mean(all, {0, 1});
                    variance = reduce_mean(square(all - mean), {0, 1});
                }
                else { // where all is masked, the moving ones
                    const X there = internals::as_samples<Shape{rows, 1}>(X(cast(mask, x.dtype())));
                    const X count = reduce_sum(there), any = greater(count, 0), terms = maximum(count, 1);
                    mean = where(any, reduce_sum(all * there, {0, 1}) / terms, mean);
                    variance = where(any, reduce_sum(square(all - mean) * there, {0, 1}) / terms, variance);
                }
                with.observe(moving_mean, with(moving_mean) + (1 - momentum::value) * (mean - with(moving_mean)));
                with.observe(moving_variance, with(moving_variance) + (1 - momentum::value) * (variance - with(moving_variance)));
            }
            X y = (all - mean) * rsqrt(variance + epsilon::value);
            if constexpr (scales) y = y * with(gamma);
            if constexpr (centers) y = y + with(beta);
            return internals::as_samples<In>(y);
        }

    private:
        /// How many rows the statistics are taken of; 0 in the inference form.
        std::size_t observed(protocols::Mode mode, std::size_t n) const
        {
            if (!mode.training || !learns()) return 0;
            return mode.mask() ? internals::StepMask{mode.mask(), rows}.count(n) : n * rows;
        }

        /// Calls `f(there, first, rows)` for rows of a batch that stand together and are, or are not, masked.
        template <class F> static void for_each_run(const std::uint8_t* mask, std::size_t all, const F& f)
        {
            for (std::size_t first = 0, end = all; first < all; first = end, end = all) {
                const bool there = !mask || mask[first] != 0;
                if (mask)
                    for (end = first + 1; end < all && (mask[end] != 0) == there;) ++end;
                f(there, first, end - first);
            }
        }

        static constexpr std::size_t stride = internals::padded<T>(channels);

        T scale([[maybe_unused]] std::size_t c) const
        {
            if constexpr (scales) return gamma.data()[c];
            else return T(1);
        }

        /// Mean and variance of the `count` rows of `all` that are there, in two passes.
        static void observe(protocols::Mode mode, const T* x, T* mean, T* variance, std::size_t all, std::size_t count)
        {
            double sums[channels] = {}, squares[channels] = {};
            for_each_run(mode.mask(), all, [&](bool there, std::size_t first, std::size_t of) {
                if (there)
                    internals::kernels::sum_columns(sums, of, channels, std::array{x + first * channels},
                                                    std::array<const T*, 0>{}, [](const auto& v) { return v; });
            });
            for (std::size_t c = 0; c < channels; ++c) mean[c] = T(sums[c] / double(count));
            for_each_run(mode.mask(), all, [&](bool there, std::size_t first, std::size_t of) {
                if (there)
                    internals::kernels::sum_columns(squares, of, channels, std::array{x + first * channels},
                                                    std::array<const T*, 1>{mean},
                                                    [](const auto& v, const auto& m) { return (v - m) * (v - m); });
            });
            for (std::size_t c = 0; c < channels; ++c) variance[c] = T(squares[c] / double(count));
        }
    };
};

}} // namespace lamina
