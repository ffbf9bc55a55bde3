// How often a dataset allocates. One file of a program includes it.
#pragma once

#include <lamina/core/dataset.hpp>

#include "catch.hpp"
#include "counted_new.hpp"

#include <cstddef>

/// How often something is allocated while a dataset gives `n` elements, after `first`. (Under ThreadSanitizer nothing is counted.)
template <lamina::Dataset D> std::size_t allocated(const D& dataset, std::size_t first, std::size_t n)
{
    auto cursor = dataset.open(lamina::Pass{});
    typename D::element one{};
    for (std::size_t i = 0; i < first; ++i) REQUIRE(cursor.next(one));
    const std::size_t before = counted_new::allocations;
    bool more = true;
    for (std::size_t i = 0; i < n; ++i) more &= cursor.next(one);
    const std::size_t after = counted_new::allocations;
    REQUIRE(more);
    return after - before;
}
