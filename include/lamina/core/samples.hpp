// lamina/core/samples.hpp: inputs and targets that belong together.
#pragma once

#include <cstddef>

namespace lamina {

/// What a model is trained or evaluated on: row i of `x` belongs to row i of `y`.
///
/// Shapes   x [n, …the model's input], y [n] labels or [n, …the model's output].
template <class X, class Y>
struct Samples {
    X x;
    Y y;

    std::size_t size() const { return x.shape()[0]; }
};

template <class X, class Y>
Samples(X, Y) -> Samples<X, Y>;

} // namespace lamina
