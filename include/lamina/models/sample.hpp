// lamina/models/sample.hpp: what is given to a model as one sample: whether it fits, and its numbers.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/trace/inputs.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Never true: its arguments are the error message.
template <class Layer, class Given, class Needed> inline constexpr bool sample_has_the_models_input_shape = false;

/// One sample of integers, for a block that reads its input as indices.
template <class B, class X>
concept IndexSample = whole_below_of<B>() > 0 && requires(const X& x) {
    requires std::is_integral_v<element<X>>;
    x.begin();
} && (FlatSample<X> || FixedExpression<X> || FlatNumbers<X> || [] {
                          if constexpr (DenseTensor<X>) return rank_of<X> == B::input.rank;
                          else return false;
                      }());

/// Whether something is one sample for an input of a shape; what it is else is a batch, or cannot be read.
template <class X, Shape Needed>
inline constexpr bool is_sample_for = [] {
    if constexpr (FlatSample<X> || FixedExpression<X> || FlatNumbers<X>) return true;
    else if constexpr (DenseTensor<X>) return rank_of<X> == Needed.rank;
    else return false;
}();

/// Whether the shape of a sample, rank 0 where only the run knows it, is the one that is needed, or its numbers are as many in one row.
template <class Given, class Needed>
inline constexpr bool shape_fits = Given::value.rank == 0 || Given::value == Needed::value ||
                                   (Given::value.rank == 1 && Given::value.size() == Needed::value.size());

/// Whether a sample has numbers of type T, and the shape `Needed` or its numbers in one row; where not, the compiler says why.
template <class Layer, class T, Shape Needed, class X> consteval bool sample_fits()
{
    constexpr Shape given = static_shape<X>();
    constexpr bool fits = shape_fits<as_shape<given>, as_shape<Needed>>;
    static_assert(std::is_same_v<element<X>, T>,
                  "lamina: a sample holds the model's number type; cast it, for instance with xt::cast");
    static_assert(fits || sample_has_the_models_input_shape<Layer, as_shape<given>, as_shape<Needed>>,
                  "lamina: a sample has another shape than the model's input");
    return fits && std::is_same_v<element<X>, T>;
}

struct NoRoom {};
template <class X, class T> struct sample_room {
    using type = NoRoom;
};
template <FixedExpression X, class T>
    requires(!LiesInOneRow<X>)
struct sample_room<X, T> {
    using type = FixedTensor<T, shape_of_fixed<typename X::shape_type>::value>;
};
/// Where a lazy expression is evaluated.
template <class X, class T> using SampleRoom = typename sample_room<X, T>::type;

/// The first number of a sample that fits. Throws where run-time extents are others than `Needed`.
template <Shape Needed, class X, class Room>
[[gnu::always_inline]] inline auto numbers_of_sample(const X& x, [[maybe_unused]] Room& room)
{
    if constexpr (!std::is_same_v<Room, NoRoom>) {
        room = x;
        return static_cast<const Room&>(room).data();
    }
    else if constexpr (FlatSample<X>) return x.data();
    else if constexpr (FixedExpression<X>) return start_of(x);
    else if constexpr (FlatNumbers<X>) { // of run-time size
        if (x.size() != Needed.size())
            fail({"a sample of ", x.size(), " numbers was given, the model needs ", Needed, "; for several there is predict"});
        return x.data();
    }
    else {
        Shape found;
        for (auto extent : x.shape()) found.push_back(static_cast<std::size_t>(extent));
        if (found != Needed) fail({"a sample of shape ", found, " was given, the model needs ", Needed});
        return start_of(x);
    }
}

}}} // namespace lamina::internals
