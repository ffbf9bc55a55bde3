// What the tests of optimizers share: records with random numbers, their logical and their stored elements.
#pragma once

#include "catch.hpp"

#include <lamina/core/record.hpp>

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <vector>

using Records = std::vector<std::shared_ptr<lamina::stored_types::record>>;

template <class T = float> std::shared_ptr<lamina::stored_types::record> make_record(std::string name, lamina::Shape extents)
{
    return std::make_shared<lamina::stored_types::record>(std::move(name), extents, lamina::stored_types::dtype_of<T>);
}

template <class T> void write(lamina::stored_types::record& r, const std::vector<T>& values)
{
    REQUIRE(values.size() == r.extents().size());
    std::size_t i = 0;
    r.for_each<T>([&](T& x) { x = values[i++]; });
}

/// The elements in logical order, without padding.
template <class T = float> std::vector<T> read(lamina::stored_types::record& r)
{
    std::vector<T> values;
    r.for_each<T>([&](T& x) { values.push_back(x); });
    return values;
}

/// Everything stored, padding included.
template <class T = float> std::vector<T> stored(const lamina::stored_types::record& r)
{
    return {r.data<T>(), r.data<T>() + r.stored_size()};
}

template <class T = float> void randomize(lamina::stored_types::record& r, std::mt19937& random)
{
    std::uniform_real_distribution<T> draw(-1, 1);
    r.for_each<T>([&](T& x) { x = draw(random); });
}

/// Whether every stored number outside of the logical elements is zero.
template <class T = float> bool padding_is_zero(lamina::stored_types::record& r)
{
    auto values = stored<T>(r);
    r.for_each<T>([&](T& x) { values[static_cast<std::size_t>(&x - r.data<T>())] = 0; });
    for (const T x : values)
        if (!(x == 0)) return false;
    return true;
}
