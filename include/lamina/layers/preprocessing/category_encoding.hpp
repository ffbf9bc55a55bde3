// lamina/layers/preprocessing/category_encoding.hpp: whole numbers as rows of zeros and ones.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// What a CategoryEncoding gives: a row for each number, with a 1 at its place; one row with a 1 at each number that is there; one row
/// that counts them.
struct OneHot {
    using family = protocols::family::output_mode;
    static constexpr std::string_view name = "one_hot";
};
struct MultiHot {
    using family = protocols::family::output_mode;
    static constexpr std::string_view name = "multi_hot";
};
struct Count {
    using family = protocols::family::output_mode;
    static constexpr std::string_view name = "count";
};

namespace internals {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_category(double found, std::size_t tokens)
{
    fail({"CategoryEncoding: a number is ", found, ", it has to be a whole number from 0 to ", tokens - 1});
}

} // namespace internals

/// Whole numbers from 0 to Tokens - 1 as zeros and ones.
///
/// Shapes   OneHot: [a, …, 1] -> [a, …, Tokens], any other [a, …] -> [a, …, Tokens]; MultiHot and Count: [a] -> [Tokens].
/// Options  OneHot, MultiHot or Count (MultiHot), Name.
/// Refuses  MultiHot and Count of another rank than 1; at run time another number.
/// Numerics its input has no gradient: it is 0.
/// Example  Sequential<Input<1>, CategoryEncoding<12, OneHot>, Dense<4>> model;
template <std::size_t Tokens, class... Options>
struct CategoryEncoding : protocols::layer_base<CategoryEncoding<Tokens, Options...>,
                                                protocols::families<protocols::family::output_mode>, Options...> {
    static constexpr std::string_view kind = "CategoryEncoding";
    using mode = protocols::chosen<protocols::family::output_mode, MultiHot, Options...>;
    static constexpr bool one_hot = std::is_same_v<mode, OneHot>;

    template <class To> static void list_options(To& to)
    {
        to("num_tokens", Tokens);
        to("output_mode", mode{}, MultiHot{});
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.size() == 0 || Tokens == 0) return refuses(protocols::misfit::an_extent_is_zero);
        if (!one_hot) {
            if (in.rank != 1) return refuses(protocols::misfit::needs_rank_1__put_Flatten_before_it);
            return protocols::accepts(Shape{Tokens});
        }
        if (in.rank > 0 && in.back() == 1) in.extents[in.rank - 1] = Tokens;
        else if (in.rank == Shape::max_rank) return refuses(protocols::misfit::has_too_many_axes);
        else in.push_back(Tokens);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<CategoryEncoding, T, In> {
        static_assert(sizeof(T) > 4 || Tokens <= (std::size_t{1} << 24),
                      "lamina: a float counts to 16,777,216; a CategoryEncoding of more numbers needs a model of double");
        static constexpr std::size_t whole_below = Tokens; ///< what the input may hold

        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            std::fill_n(y, n * block::output.size(), T(0));
            for (std::size_t i = 0; i < n * In.size(); ++i) {
                T& at = y[(one_hot ? i : i / In.size()) * Tokens + place_of(x[i])];
                at = std::is_same_v<mode, Count> ? at + 1 : T(1);
            }
        }

        void backward(protocols::Mode, const T*, const T*, const T*, const T*, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) std::fill_n(dx, n * In.size(), T(0));
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            const X places = with.template numbers<T>(Shape{Tokens}, [](T* to) {
                for (std::size_t i = 0; i < Tokens; ++i) to[i] = T(i);
            });
            const X each = In.rank > 0 && In.back() == 1 && one_hot ? x : expand_dims(x, -1);
            const X ones = cast(equal(each, places), x.dtype());
            if constexpr (one_hot) return ones;
            else if constexpr (std::is_same_v<mode, Count>) return reduce_sum(ones, {1});
            else return minimum(reduce_sum(ones, {1}), 1.0);
        }

    private:
        static std::size_t place_of(T x)
        {
            const auto place = x >= T(0) && x < T(Tokens) ? static_cast<std::size_t>(x) : Tokens;
            if (place == Tokens || T(place) != x) internals::refuse_category(double(x), Tokens);
            return place;
        }
    };
};

}} // namespace lamina
