// lamina/ops/random_tensors.hpp: tensors of random numbers, of numbers in a row, and the identity.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/random.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

template <class F> [[gnu::cold]] AnyTensor drawn(const char* op, const Shape& extents, dtype type, const F& next)
{
    require_sizable(op, extents);
    require_real(op, type);
    const AnyTensor t = empty_tensor(type, extents);
    with_real(op, type, [&]<class T>(T) {
        for (std::size_t i = 0; i < t.size(); ++i) t.numbers<T>()[i] = static_cast<T>(next());
    });
    return t;
}

} // namespace internals::tensors

/// Normal numbers of this mean and deviation: the same for a seed on every machine, whatever the type is.
///
/// Errors     a deviation below 0, integers.
/// Example    auto x = random_normal(Seed{1}, {64, 10});
[[gnu::cold]] inline AnyTensor random_normal(Seed seed, const Shape& extents, double mean = 0, double deviation = 1,
                                             dtype type = dtype::float32)
{
    if (!(deviation >= 0)) internals::fail({"random_normal: a deviation of ", deviation, "; it has to be 0 or more"});
    Random random(seed);
    return internals::tensors::drawn("random_normal", extents, type, [&] { return mean + deviation * random.normal(); });
}

/// Numbers that are equally likely in [low, high).
///
/// Errors     bounds that do not ascend, integers.
/// Example    auto x = random_uniform(Seed{1}, {64}, -1, 1);
[[gnu::cold]] inline AnyTensor random_uniform(Seed seed, const Shape& extents, double low = 0, double high = 1,
                                              dtype type = dtype::float32)
{
    if (!(low <= high)) internals::fail({"random_uniform: in [", low, ", ", high, "); the first bound is the smaller"});
    Random random(seed);
    return internals::tensors::drawn("random_uniform", extents, type, [&] {
        const double x = random.uniform(low, high);
        return type == dtype::float32 && static_cast<float>(x) >= static_cast<float>(high) && low < high
                   ? static_cast<double>(std::nextafter(static_cast<float>(high), static_cast<float>(low)))
                   : x; // rounding to float must not reach the bound
    });
}

/// Whole numbers that are equally likely in [0, n), as int64: indices.
///
/// Errors     n of 0.
/// Example    auto x = eye(100), some = gather(x, random_indices(Seed{1}, {32}, 100));
[[gnu::cold]] inline AnyTensor random_indices(Seed seed, const Shape& extents, std::size_t n)
{
    if (n == 0) internals::fail({"random_indices: of 0 there is none; give the number of what is chosen from"});
    internals::tensors::require_sizable("random_indices", extents);
    const AnyTensor t = internals::tensors::empty_tensor(dtype::int64, extents);
    Random random(seed);
    for (std::size_t i = 0; i < t.size(); ++i) t.numbers<std::int64_t>()[i] = static_cast<std::int64_t>(random.below(n));
    return t;
}

/// first, first + step, … before `end`; arange(n) begins at 0.
///
/// Errors     a step of 0.
/// Example    auto x = arange(10), y = arange(0.f, 1.f, 0.1f);
template <class T>
    requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
[[gnu::cold]] AnyTensor arange(T first, T end, T step = T(1))
{
    using namespace internals::tensors;
    const double from = static_cast<double>(first), by = static_cast<double>(step);
    const double count = std::ceil((static_cast<double>(end) - from) / by);
    if (!(by < 0 || by > 0) || !(count < 0x1p40))
        internals::fail({"arange: from ", from, " to ", static_cast<double>(end), " by ", by, " there is no number of steps"});
    const Shape extents{count > 0 ? static_cast<std::size_t>(count) : std::size_t{0}};
    const AnyTensor t = empty_tensor(stored_types::dtype_of<T>, extents);
    using Wide = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>; // products do not leave it
    for (std::size_t i = 0; i < t.size(); ++i)
        t.numbers<T>()[i] = static_cast<T>(static_cast<Wide>(first) + static_cast<Wide>(i) * static_cast<Wide>(step));
    return t;
}
template <class T>
    requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
[[gnu::cold]] AnyTensor arange(T end)
{
    return lamina::arange(T(0), end);
}

/// So many numbers at equal distances, both ends among them.
///
/// Example    auto x = linspace(-1, 1, 201);
[[gnu::cold]] inline AnyTensor linspace(double first, double last, std::size_t count, dtype type = dtype::float32)
{
    std::size_t i = 0;
    return internals::tensors::drawn("linspace", Shape{count}, type, [&] {
        const double share = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0;
        return ++i == count && count > 1 ? last : first + share * (last - first);
    });
}

/// 1 where both indices are equal, 0 elsewhere.
///
/// Example    auto x = eye(3);
[[gnu::cold]] inline AnyTensor eye(std::size_t rows, std::size_t columns, dtype type = dtype::float32)
{
    std::size_t i = 0;
    return internals::tensors::drawn("eye", Shape{rows, columns}, type, [&] {
        const std::size_t at = i++;
        return at / columns == at % columns ? 1 : 0;
    });
}
[[gnu::cold]] inline AnyTensor eye(std::size_t n, dtype type = dtype::float32) { return lamina::eye(n, n, type); }

}} // namespace lamina
