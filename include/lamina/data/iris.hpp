// lamina/data/iris.hpp: Fisher's 150 irises from the file iris.data of UCI's repository.
//
// Source: Fisher, "The Use of Multiple Measurements in Taxonomic Problems" (1936); UCI Machine Learning Repository, data set 53.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/data/sources/csv.hpp>
#include <lamina/data/table_samples.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace iris {

/// What the classes 0 to 2 are called.
inline constexpr std::string_view class_names[] = {"Iris-setosa", "Iris-versicolor", "Iris-virginica"};

/// A row of the file, for `csv<iris::Flower>(file, {.header = false})`: length and width of the sepals, those of the petals, in cm.
struct Flower {
    std::array<float, 4> features;
    std::string species;
};

/// The flowers as samples, unscaled, and their species as classes, in the order of the file.
///
/// Shapes   x [n, 4], y [n]
/// Refuses  what `csv` refuses, another species: throws `lamina::error` with the file's name
///
/// Example  const auto flowers = iris::load("iris.data");
[[gnu::cold]] inline auto load(const internals::FilePath& file)
{
    return internals::table_samples(csv<Flower>(file, {.header = false}), [&](const Flower& flower) {
        for (std::size_t i = 0; i < std::size(class_names); ++i)
            if (class_names[i] == flower.species) return static_cast<std::int32_t>(i);
        internals::fail({file.string(), ": \"", std::string_view(flower.species),
                         "\" is no species of the data set, such as Iris-setosa; is it iris.data?"});
    });
}

}}} // namespace lamina::iris
