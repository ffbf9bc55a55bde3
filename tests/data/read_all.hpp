// What a dataset gives, as a list.
#pragma once

#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>

#include <cstddef>
#include <utility>
#include <vector>

/// All elements of a pass.
template <lamina::Dataset D> std::vector<typename D::element> read_all(const D& dataset, lamina::Pass pass = {})
{
    std::vector<typename D::element> all;
    auto cursor = dataset.open(pass);
    for (typename D::element one{}; cursor.next(one);) all.push_back(one);
    return all;
}

/// The elements between what is thrown, and how often something was.
template <lamina::Dataset D> std::pair<std::vector<typename D::element>, std::size_t> read_all_but_errors(const D& dataset)
{
    std::vector<typename D::element> all;
    std::size_t errors = 0;
    auto cursor = dataset.open(lamina::Pass{});
    for (typename D::element one{};;) {
        try {
            if (!cursor.next(one)) return {all, errors};
            all.push_back(one);
        }
        catch (const lamina::error&) {
            ++errors;
        }
    }
}
