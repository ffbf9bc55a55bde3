// lamina/layers/preprocessing/normalization.hpp: features with the mean and the variance of the data taken out.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/columns.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean and the variance of each feature that a Normalization is given: `Normalization<GivenMean<0.5, 2>, GivenVariance<1, 4>>`. One
/// number stands for all features.
template <internals::fraction... Values> struct GivenMean {
    using family = protocols::family::given_mean;
    static constexpr double values[]{Values.value()...};
};
template <internals::fraction... Values> struct GivenVariance {
    using family = protocols::family::given_variance;
    static constexpr double values[]{Values.value()...};
};

/// A Normalization the other way round: from normalized numbers to those of the data.
struct Invert {
    using family = protocols::family::inversion;
};

namespace internals {

/// The numbers of an option as a list, or nothing.
template <class Given> struct ListedNumbers {
    [[gnu::cold]] void list_value(OptionValue& to) const
    {
        if constexpr (!std::is_void_v<Given>) {
            to.kind = value_is::list;
            for (const double value : Given::values) add_to(to.parts, {{}, option_value(value), {}});
        }
    }
};

} // namespace internals

/// y = (x - mean) / sqrt(variance) for each feature, the last axis. Mean and variance are those of the data that `adapt` was given, or are
/// given as options.
///
/// Shapes   [a, b, …, features] -> the same.
/// Options  GivenMean<…> and GivenVariance<…>, both or none; Invert: y = x · sqrt(variance) + mean; Name.
/// Learns   nothing; it has mean and variance [features] unless they are given, 0 and 1 at first. They are saved with the model.
/// Masks    it passes a mask on.
/// Refuses  an input without axes; given numbers that are neither one nor one for each feature.
/// Numerics a deviation is at least 1e-7, as in Keras.
/// Example  Sequential<Input<8>, Normalization<>, Dense<16, Relu>, Dense<1>> model;
template <class... Options>
struct Normalization
    : protocols::layer_base<
          Normalization<Options...>,
          protocols::families<protocols::family::given_mean, protocols::family::given_variance, protocols::family::inversion>,
          Options...> {
    static constexpr std::string_view kind = "Normalization";
    using given_mean = protocols::chosen<protocols::family::given_mean, void, Options...>;
    using given_variance = protocols::chosen<protocols::family::given_variance, void, Options...>;
    static constexpr bool adapts = std::is_void_v<given_mean> && std::is_void_v<given_variance>;
    static constexpr bool inverts = std::is_same_v<protocols::chosen<protocols::family::inversion, void, Options...>, Invert>;

    template <class To> static void list_options(To& to)
    {
        to("mean", internals::ListedNumbers<given_mean>{}, nullptr);
        to("variance", internals::ListedNumbers<given_variance>{}, nullptr);
        to("invert", inverts, false);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank == 0) return refuses(protocols::misfit::needs_at_least_rank_1);
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        if constexpr (!adapts) {
            if (!fits<given_mean>(in.back()) || !fits<given_variance>(in.back()))
                return refuses(protocols::misfit::mean_and_variance_are_given_both__one_number_or_one_for_each_feature);
        }
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<Normalization, T, In> {
        static constexpr bool passes_mask = true;
        static constexpr std::size_t features = In.back(), rows = In.size() / features;

        template <class V> using kept = std::conditional_t<adapts, V, internals::Absent<T>>;
        kept<Observed<T, Shape{features}>> mean;
        kept<Observed<T, Shape{features}>> variance;

        void initialize(Random random)
        {
            if constexpr (adapts) lamina::protocols::initialize<Ones>(variance, random, {});
        }

        bool learns() const { return false; }

        /// Takes mean and variance of the data, over all axes but the last: anything whose numbers can be walked through, such as an
        /// xtensor or a std::vector. Throws where they are no whole rows, or one is not finite, and changes nothing.
        void adapt(const auto& data)
            requires adapts
        {
            double sums[features] = {}, squares[features] = {};
            const std::size_t count = data.size() / features;
            if (count == 0 || data.size() % features != 0)
                internals::fail(
                    {"adapt: the data have ", data.size(), " numbers, a multiple of the ", features, " features was needed"});
            std::size_t i = 0;
            for (const auto& value : data) {
                if (!internals::is_finite(double(value)))
                    internals::fail(
                        {"adapt: number ", i, " is ", double(value), ", finite numbers are needed; clean the data first"});
                sums[i++ % features] += double(value);
            }
            i = 0;
            for (const auto& value : data) {
                const double off = double(value) - sums[i % features] / double(count);
                squares[i++ % features] += off * off;
            }
            for (std::size_t f = 0; f < features; ++f) {
                mean.data()[f] = T(sums[f] / double(count));
                variance.data()[f] = T(squares[f] / double(count));
            }
        }

        static constexpr std::size_t scratch(std::size_t) { return 2 * internals::padded<T>(features); }

        void forward(protocols::Mode, const T* x, T* y, T*, T* scratch, std::size_t n) const
        {
            const auto [middle, scale] = numbers(scratch);
            const auto shift = [](const auto& v, const auto& m, const auto& s) {
                if constexpr (inverts) return v * s + m;
                else return (v - m) * s;
            };
            internals::kernels::map_columns(y, n * rows, features, std::array{x}, std::array{middle, scale}, shift);
        }

        void backward(protocols::Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T* scratch, std::size_t n) const
        {
            if (!dx) return;
            internals::kernels::map_columns(dx, n * rows, features, std::array{dy}, std::array{numbers(scratch)[1]},
                                            [](const auto& d, const auto& s) { return d * s; });
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            X middle, deviation;
            if constexpr (adapts) middle = with(mean), deviation = maximum(sqrt(with(variance)), 1e-7);
            else {
                middle = with.template numbers<T>(Shape{features}, [](T* to) {
                    for (std::size_t f = 0; f < features; ++f) to[f] = T(number<given_mean>(f));
                });
                deviation = with.template numbers<T>(Shape{features}, [](T* to) {
                    for (std::size_t f = 0; f < features; ++f) to[f] = T(std::max(std::sqrt(number<given_variance>(f)), 1e-7));
                });
            }
            if constexpr (inverts) return x * deviation + middle;
            else return (x - middle) / deviation;
        }

    private:
        /// The mean, and what is multiplied by.
        std::array<const T*, 2> numbers(T* scratch) const
        {
            T* const scale = scratch + internals::padded<T>(features);
            for (std::size_t f = 0; f < features; ++f) {
                double spread;
                if constexpr (adapts) scratch[f] = mean.data()[f], spread = double(variance.data()[f]);
                else scratch[f] = T(number<given_mean>(f)), spread = number<given_variance>(f);
                const double deviation = std::max(std::sqrt(spread), 1e-7);
                scale[f] = T(inverts ? deviation : 1 / deviation);
            }
            return {scratch, scale};
        }
    };

private:
    template <class Given> static constexpr bool fits(std::size_t features)
    {
        if constexpr (std::is_void_v<Given>) return false;
        else return std::size(Given::values) == 1 || std::size(Given::values) == features;
    }
    template <class Given> static constexpr double number(std::size_t f)
    {
        return Given::values[std::size(Given::values) == 1 ? 0 : f];
    }
};

}} // namespace lamina
