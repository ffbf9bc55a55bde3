// lamina/layers/preprocessing/discretization.hpp: numbers as the ranges that they lie in.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/layers/preprocessing/bin_boundaries.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How many ranges a Discretization makes of the data that `adapt` is given, and how exactly: each holds as many of them as the others, but
/// for a share `epsilon`. `Discretization<NumBins{4}>`, `Discretization<NumBins{4, 0.1}>`.
struct NumBins {
    std::size_t count;
    internals::fraction epsilon = 0.01;
};

namespace internals {

/// An argument of a Discretization: a boundary, or what they are made by.
struct bin_boundary {
    fraction value;
    std::size_t bins = 0;

    consteval bin_boundary(double boundary) : value(boundary) {}
    consteval bin_boundary(int boundary) : value(boundary) {}
    consteval bin_boundary(NumBins made_by) : value(made_by.epsilon), bins(made_by.count) {}
};

/// Boundaries as a list.
template <bin_boundary... Boundaries> struct ListedBoundaries {
    [[gnu::cold]] void list_value(OptionValue& to) const
    {
        to.kind = value_is::list;
        (add_to(to.parts, {{}, option_value(Boundaries.value.value()), {}}), ...);
    }
};

} // namespace internals

/// The number of boundaries that are not above x: 0 below the first one, as many as there are from the last one on. The boundaries are given,
/// or `adapt` puts them where equally many numbers of the data lie in each range.
///
/// Shapes   [a, b, …] -> the same.
/// Options  the boundaries, in ascending order; they may be none. Or NumBins{count, epsilon}.
/// Learns   nothing; with NumBins it has bin_boundaries [count - 1], which are saved with the model. Before `adapt`, and where the data were
///          fewer than the ranges, the last ones are the largest number that there is.
/// Refuses  boundaries that do not ascend; NumBins beside something else, of no ranges, or with an epsilon that is not between 0 and 1.
/// Numerics its input has no gradient: it is 0. `adapt` computes with Keras's summary of the data in float, and gives Keras's boundaries; of 49,
///          98 and some more ranges rounding makes one more in Keras, which is left out.
/// Source   Keras's Discretization.
/// Example  Sequential<Input<1>, Discretization<0.5, 1.5, 4>, CategoryEncoding<4, OneHot>, Dense<4>> model;
template <internals::bin_boundary... Boundaries> struct Discretization {
    static constexpr std::string_view kind = "Discretization";
    /// The ranges that `adapt` makes, and the boundaries.
    static constexpr std::size_t bins = (std::size_t{0} + ... + Boundaries.bins),
                                 count = bins > 0 ? bins - 1 : sizeof...(Boundaries);
    static constexpr bool adapts = bins > 1;

    template <class To> static void list_options(To& to)
    {
        if constexpr (bins == 0) to("bin_boundaries", internals::ListedBoundaries<Boundaries...>{});
        else {
            to("num_bins", bins);
            to("epsilon", given[0], 0.01);
        }
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        bool fit = bins == 0 || (sizeof...(Boundaries) == 1 && given[0] > 0 && given[0] < 1);
        for (std::size_t i = 1; i < sizeof...(Boundaries); ++i) fit = fit && given[i - 1] < given[i];
        if (!fit) return refuses(protocols::misfit::boundaries_ascend__or_are_NumBins_of_at_least_1_with_an_epsilon_in_0_to_1);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<Discretization, T, In> {
        std::conditional_t<adapts, Observed<T, Shape{count}>, internals::Absent<T>> bin_boundaries;

        void initialize(Random) { put({}); }

        bool learns() const { return false; }

        /// Makes ranges of which each holds equally many numbers of the data: anything whose numbers can be walked through, such as an xtensor
        /// or a std::vector. Throws where there are none, or one is not finite, and changes nothing.
        void adapt(const auto& data)
            requires(bins > 0)
        {
            std::vector<float> numbers;
            for (const auto& value : data) numbers.push_back(float(value));
            put(internals::bin_boundaries(std::move(numbers), bins, given[0]));
        }

        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            constexpr T constants[sizeof...(Boundaries) + 1]{T(Boundaries.value.value())...};
            const T* boundaries = constants;
            if constexpr (adapts) boundaries = bin_boundaries.data();
            for (std::size_t i = 0; i < n * In.size(); ++i)
                y[i] = T(std::upper_bound(boundaries, boundaries + count, x[i]) - boundaries);
        }

        void backward(protocols::Mode, const T*, const T*, const T*, const T*, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) std::fill_n(dx, n * In.size(), T(0));
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            if constexpr (count == 0) return zeros_like(x);
            else {
                X boundaries;
                if constexpr (adapts) boundaries = with(bin_boundaries);
                else
                    boundaries = with.template numbers<T>(Shape{count}, [](T* to) {
                        std::size_t i = 0;
                        ((to[i++] = T(Boundaries.value.value())), ...);
                    });
                return reduce_sum(cast(logical_not(less(expand_dims(x, -1), boundaries)), x.dtype()), {-1});
            }
        }

    private:
        void put([[maybe_unused]] const std::vector<float>& boundaries)
        {
            if constexpr (adapts)
                for (std::size_t i = 0; i < count; ++i)
                    bin_boundaries.data()[i] = i < boundaries.size() ? T(boundaries[i]) : std::numeric_limits<T>::max();
        }
    };

    template <auto... In> using on = protocols::bound<Discretization, float, Input<In...>>;

private:
    static constexpr double given[sizeof...(Boundaries) + 1]{Boundaries.value.value()...};
};

}} // namespace lamina
