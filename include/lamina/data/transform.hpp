// lamina/data/transform.hpp: `dataset | transformation`.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>

#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A function from a dataset to a dataset, as `map(f)` and `batch(32)` give it.
template <class F> struct Transform {
    F apply;
};
template <class F> Transform(F) -> Transform<F>;

/// An element in a std::vector, which of bool alone has no elements that change places.
template <class E> struct Kept {
    E value{};
};

/// The dataset that a transformation makes of another: `range(100) | shuffle(100, Seed{1}) | batch(32)`.
template <Dataset D, class F> auto operator|(D dataset, const Transform<F>& transform)
{
    return transform.apply(std::move(dataset));
}

} // namespace internals

}} // namespace lamina
