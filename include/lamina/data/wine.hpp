// lamina/data/wine.hpp: chemical analyses of 178 wines from the file wine.data of UCI's repository.
//
// Source: Aeberhard, Forina, UCI Machine Learning Repository, data set 109.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/data/sources/csv.hpp>
#include <lamina/data/table_samples.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace wine {

/// What the features are called, in their order.
inline constexpr std::string_view feature_names[] = {
    "alcohol",         "malic acid",      "ash",        "alcalinity of ash",
    "magnesium",       "total phenols",   "flavanoids", "nonflavanoid phenols",
    "proanthocyanins", "color intensity", "hue",        "OD280/OD315 of diluted wines",
    "proline"};

/// A row of the file, for `csv<wine::Wine>(file, {.header = false})`: the cultivar, 1 to 3, and what was measured.
struct Wine {
    std::int32_t cultivar;
    std::array<float, 13> features;
};

/// The wines as samples, unscaled, and their cultivars as classes 0 to 2, in the order of the file.
///
/// Shapes   x [n, 13], y [n]
/// Refuses  what `csv` refuses, another cultivar: throws `lamina::error` with the file's name
///
/// Example  const auto wines = wine::load("wine.data");
[[gnu::cold]] inline auto load(const internals::FilePath& file)
{
    return internals::table_samples(csv<Wine>(file, {.header = false}), [&](const Wine& one) {
        if (one.cultivar < 1 || one.cultivar > 3)
            internals::fail({file.string(), ": a cultivar is ", one.cultivar, ", 1 to 3 were needed; is it wine.data?"});
        return one.cultivar - 1;
    });
}

}}} // namespace lamina::wine
