// lamina/data/row.hpp: a row of a tensor that a dataset keeps alive.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/tensor.hpp>

#include <array>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A view of numbers that lie together, of rank R: a pointer and extents. Nothing is copied before the batch. It is valid while the
/// dataset that gave it, or a cursor of it, lives.
template <class T, std::size_t R> struct Row {
    const T* data = nullptr;
    std::array<std::size_t, R> extents{};

    std::size_t size() const
    {
        std::size_t n = 1;
        for (const std::size_t extent : extents) n *= extent;
        return n;
    }
    const T* begin() const { return data; }
    const T* end() const { return data + size(); }
    const T& operator[](std::size_t i) const { return data[i]; }
};

}} // namespace lamina
