// lamina/layers/flatten.hpp: the same numbers as one axis.
#pragma once

#include <lamina/layers/reshaped.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// Any shape as one axis, in the order of Keras: the last axis runs fastest.
///
/// Shapes   [a, b, …] -> [a · b · …].
struct Flatten {
    static constexpr std::string_view kind = "Flatten";

    static constexpr verdict accept(shape in)
    {
        if (in.size() == 0) return refuses(fit::an_extent_is_zero);
        return accepts(shape{in.size()});
    }

    template <class T, shape In>
    using block = Reshaped<Flatten, T, In>;

    template <auto... In>
    using on = bound<Flatten, float, Input<In...>>;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
