// lamina/layers/normalization/group_normalization.hpp: every group of channels of a sample with its mean and its variance taken out.
//
// Source: Wu, He, "Group Normalization" (ECCV 2018); Keras's GroupNormalization.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/columns.hpp>
#include <lamina/layers/normalization/scale_rules.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, with mean and (biased) variance of each of `Groups` groups of channels of
/// each sample: channels that lie together, over all other axes. As many groups as channels is instance normalization.
///
/// Shapes   [a, b, …, channels] -> the same.
/// Options  Epsilon (0.001), NoCenter, NoScale, Name; GammaRegularizer<…>, BetaRegularizer<…>, GammaConstraint<…>, BetaConstraint<…>.
/// Learns   gamma and beta [channels].
/// Masks    it passes a mask on; masked steps are normalized as all others are, and count in mean and variance, as in Keras.
/// Refuses  an input without axes; channels that do not make Groups groups.
/// Numerics statistics are summed in double over rows of 256; PyTorch's default is Epsilon<1e-5>.
/// Example  Sequential<Input<28, 28, 8>, GroupNormalization<4>, Activation<Relu>> model;
template <std::size_t Groups, class... Options>
struct GroupNormalization
    : protocols::layer_base<
          GroupNormalization<Groups, Options...>,
          internals::with_scale_rules<protocols::family::epsilon, protocols::family::center, protocols::family::scale>,
          Options...> {
    static constexpr std::string_view kind = "GroupNormalization";
    using epsilon = protocols::chosen<protocols::family::epsilon, Epsilon<0.001>, Options...>;
    static constexpr bool centers = !std::is_same_v<protocols::chosen<protocols::family::center, void, Options...>, NoCenter>;
    static constexpr bool scales = !std::is_same_v<protocols::chosen<protocols::family::scale, void, Options...>, NoScale>;
    using rules = internals::scale_rules<Options...>;

    template <class To> static void list_options(To& to)
    {
        to("groups", Groups, 32);
        to("epsilon", epsilon::value, 0.001);
        to("center", centers, true);
        to("scale", scales, true);
        rules::list_options(to);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank == 0) return refuses(protocols::misfit::needs_at_least_rank_1);
        if (in.size() == 0 || Groups == 0) return refuses(protocols::misfit::an_extent_is_zero);
        if (in.back() % Groups != 0) return refuses(protocols::misfit::channels_and_filters_must_be_multiples_of_the_groups);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<GroupNormalization, T, In> {
        static constexpr bool passes_mask = true;
        static constexpr std::size_t channels = In.back(), rows = In.size() / channels, together = channels / Groups;

        template <bool Exists> using learned = std::conditional_t<Exists, Variable<T, Shape{channels}>, internals::Absent<T>>;
        learned<scales> gamma;
        learned<centers> beta;

        void initialize(Random random)
        {
            if constexpr (scales) lamina::protocols::initialize<Ones>(gamma, random, {});
        }

        static constexpr std::size_t saved(std::size_t n)
        {
            return 2 * n * stride;
        } // mean and 1 / deviation of each channel's group
        static constexpr std::size_t scratch(std::size_t) { return 5 * stride; }

        void forward(protocols::Mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
        {
            for (std::size_t sample = 0; sample < n; ++sample, x += In.size(), y += In.size()) {
                T* const mean = saved ? saved + 2 * sample * stride : scratch;
                T *const inverse = mean + stride, *const factor = scratch + 2 * stride;
                observe(x, mean, inverse);
                for (std::size_t c = 0; c < channels; ++c) factor[c] = inverse[c] * scale(c);
                if constexpr (centers)
                    internals::kernels::map_columns(
                        y, rows, channels, std::array{x}, std::array<const T*, 3>{mean, factor, beta.data()},
                        [](const auto& v, const auto& m, const auto& f, const auto& b) { return (v - m) * f + b; });
                else
                    internals::kernels::map_columns(y, rows, channels, std::array{x}, std::array<const T*, 2>{mean, factor},
                                                    [](const auto& v, const auto& m, const auto& f) { return (v - m) * f; });
            }
        }

        void backward(protocols::Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, block& gradient, T* scratch,
                      std::size_t n) const
        {
            T *const factor = scratch, *const along = factor + stride, *const constant = along + stride;
            for (std::size_t sample = 0; sample < n; ++sample, x += In.size(), dy += In.size(), saved += 2 * stride) {
                const T *const mean = saved, *const inverse = saved + stride;
                double of_beta[channels] = {}, of_gamma[channels] = {};
                internals::kernels::sum_columns(of_beta, rows, channels, std::array{dy}, std::array<const T*, 0>{},
                                                [](const auto& d) { return d; });
                internals::kernels::sum_columns(
                    of_gamma, rows, channels, std::array{x, dy}, std::array{mean, inverse},
                    [](const auto& v, const auto& d, const auto& m, const auto& i) { return d * ((v - m) * i); });
                for (std::size_t c = 0; c < channels && mode.parameters; ++c) {
                    if constexpr (scales) gradient.gamma.data()[c] += T(of_gamma[c]);
                    if constexpr (centers) gradient.beta.data()[c] += T(of_beta[c]);
                }
                if (!dx) continue;
                for (std::size_t first = 0; first < channels; first += together) {
                    double slopes = 0, products = 0;
                    for (std::size_t c = first; c < first + together; ++c) {
                        slopes += double(scale(c)) * of_beta[c];
                        products += double(scale(c)) * of_gamma[c];
                    }
                    for (std::size_t c = first; c < first + together; ++c) {
                        const double i = double(inverse[c]);
                        factor[c] = inverse[c] * scale(c);
                        along[c] = T(i * i * products / count);
                        constant[c] = T(i * slopes / count);
                    }
                }
                internals::kernels::map_columns(dx, rows, channels, std::array{x, dy},
                                                std::array<const T*, 4>{mean, factor, along, constant},
                                                [](const auto& v, const auto& d, const auto& m, const auto& f, const auto& a,
                                                   const auto& k) { return d * f - (v - m) * a - k; });
                dx += In.size();
            }
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            const X all = internals::as_samples<Shape{rows, Groups, together}>(x);
            const X centered = all - reduce_mean(all, {1, 3}, true);
            const X variance = reduce_mean(square(centered), {1, 3}, true);
            X y = internals::as_samples<Shape{rows, channels}>(X(centered * rsqrt(variance + epsilon::value)));
            if constexpr (scales) y = y * with(gamma);
            if constexpr (centers) y = y + with(beta);
            return internals::as_samples<In>(y);
        }

    private:
        static constexpr std::size_t stride = internals::padded<T>(channels);
        static constexpr double count = double(rows * together);

        T scale([[maybe_unused]] std::size_t c) const
        {
            if constexpr (scales) return gamma.data()[c];
            else return T(1);
        }

        /// Mean and 1 / deviation of each channel's group, in two passes.
        static void observe(const T* x, T* mean, T* inverse)
        {
            double sums[channels] = {}, squares[channels] = {};
            const auto of_groups = [](const double* of, T* to, const auto& f) {
                for (std::size_t first = 0; first < channels; first += together) {
                    double sum = 0;
                    for (std::size_t c = first; c < first + together; ++c) sum += of[c];
                    for (std::size_t c = first; c < first + together; ++c) to[c] = T(f(sum / count));
                }
            };
            internals::kernels::sum_columns(sums, rows, channels, std::array{x}, std::array<const T*, 0>{},
                                            [](const auto& v) { return v; });
            of_groups(sums, mean, [](double m) { return m; });
            internals::kernels::sum_columns(squares, rows, channels, std::array{x}, std::array<const T*, 1>{mean},
                                            [](const auto& v, const auto& m) { return (v - m) * (v - m); });
            of_groups(squares, inverse, [](double variance) { return 1 / std::sqrt(variance + epsilon::value); });
        }
    };
};

}} // namespace lamina
