// lamina/blocks/orthogonal.hpp: an initializer whose columns, or rows, are orthogonal to each other.
//
// Source: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks" (ICLR 2014).
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/random.hpp>
#include <lamina/core/record.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// `count` rows of `length` normal numbers, each made orthogonal to those before it and of length 1 (Gram-Schmidt, twice). count <= length.
[[gnu::cold, gnu::noinline]] inline std::vector<double> orthogonal_rows(std::size_t count, std::size_t length, Random& random)
{
    std::vector<double> rows(count * length);
    for (std::size_t row = 0; row < count; ++row) {
        double* const own = rows.data() + row * length;
        for (std::size_t i = 0; i < length; ++i) own[i] = random.normal();
        for (int pass = 0; pass < 2; ++pass) // the second one takes away what the first one rounded
            for (std::size_t other = 0; other < row; ++other) {
                const double* const before = rows.data() + other * length;
                double along = 0;
                for (std::size_t i = 0; i < length; ++i) along += own[i] * before[i];
                for (std::size_t i = 0; i < length; ++i) own[i] -= along * before[i];
            }
        double square = 0;
        for (std::size_t i = 0; i < length; ++i) square += own[i] * own[i];
        for (std::size_t i = 0; i < length; ++i) own[i] /= std::sqrt(square);
    }
    return rows;
}

} // namespace internals

/// A matrix with orthonormal columns, or rows where it has fewer of them, times Gain. All axes but the last are its rows.
template <internals::fraction Gain = 1.0> struct Orthogonal {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "Orthogonal";
    template <class To> static void list_options(To& to) { to("gain", Gain.value(), 1.0); }

    static void fill(stored_types::record& to, Random& random)
    {
        const std::size_t columns = to.extents().back(), rows = to.extents().size() / columns;
        const bool tall = rows > columns;
        const auto values = internals::orthogonal_rows(std::min(rows, columns), std::max(rows, columns), random);
        std::size_t row = 0, column = 0;
        to.for_each_place([&](std::size_t place) {
            const double value = Gain.value() * values[tall ? column * rows + row : row * columns + column];
            if (to.type() == stored_types::dtype::float32) to.data<float>()[place] = static_cast<float>(value);
            else to.data<double>()[place] = value;
            if (++column == columns) column = 0, ++row;
        });
    }
};

}} // namespace lamina
