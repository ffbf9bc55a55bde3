// lamina/data/table_samples.hpp: a table of features and classes in memory, as models are trained on it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Rows of N features, and their classes.
using TableSamples = Samples<row_major<float, 2>, row_major<std::int32_t, 1>>;

/// All rows of a dataset whose elements have a std::array `features`; `class_of(row)` is the class of one.
template <Dataset D, class ClassOf> [[gnu::cold]] TableSamples table_samples(const D& rows, const ClassOf& class_of)
{
    std::vector<float> features;
    std::vector<std::int32_t> classes;
    element_of<D> row{};
    constexpr std::size_t width = std::tuple_size_v<decltype(row.features)>;
    for (auto cursor = rows.open(Pass{}); cursor.next(row);) {
        features.insert(features.end(), row.features.begin(), row.features.end());
        classes.push_back(class_of(row));
    }
    TableSamples all{row_major<float, 2>::from_shape({classes.size(), width}),
                     row_major<std::int32_t, 1>::from_shape({classes.size()})};
    std::copy(features.begin(), features.end(), all.x.data());
    std::copy(classes.begin(), classes.end(), all.y.data());
    return all;
}

}}} // namespace lamina::internals
