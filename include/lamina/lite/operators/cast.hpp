// lamina/lite/operators/cast.hpp: CAST: the same numbers in another type.
//
// Numerics: whole numbers that do not fit keep their lower bits, as in C; reals are cut towards zero, those that do not fit become the
// nearest number of the type, and NaN becomes 0.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Calls use(T{}) for the types that operators of this format compute with; false for others.
template <class Use> bool with_lite_type(dtype type, const Use& use)
{
    switch (type) {
    case dtype::float32: use(float{}); return true;
    case dtype::float64: use(double{}); return true;
    case dtype::int8: use(std::int8_t{}); return true;
    case dtype::uint8: use(std::uint8_t{}); return true;
    case dtype::boolean: use(std::uint8_t{}); return true;
    case dtype::int16: use(std::int16_t{}); return true;
    case dtype::uint16: use(std::uint16_t{}); return true;
    case dtype::int32: use(std::int32_t{}); return true;
    case dtype::uint32: use(std::uint32_t{}); return true;
    case dtype::int64: use(std::int64_t{}); return true;
    default: return false;
    }
}

/// A real as a whole number: the numbers of int64 at most, and 0 of what is none.
[[gnu::cold]] inline std::int64_t whole_of(double real)
{
    constexpr double most = 9223372036854775808.0; // 2^63
    if (is_nan(real)) return 0;
    if (real >= most) return std::numeric_limits<std::int64_t>::max();
    if (real <= -most) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(real);
}

/// Some numbers of a tensor in the widest type, and such numbers in a tensor's.
template <class T, class Wide> [[gnu::cold]] void widen(const T* from, bool truth, Wide* to, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) to[i] = truth ? static_cast<Wide>(from[i] != 0) : static_cast<Wide>(from[i]);
}
template <class T, class Wide> [[gnu::cold]] void narrow(const Wide* from, bool truth, T* to, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) {
        if (truth) to[i] = static_cast<T>(from[i] != 0);
        else if constexpr (std::is_same_v<Wide, double> && std::is_integral_v<T>)
            to[i] = static_cast<T>(std::clamp(whole_of(from[i]), std::int64_t{std::numeric_limits<T>::min()},
                                              std::int64_t{std::numeric_limits<T>::max()}));
        else to[i] = static_cast<T>(from[i]);
    }
}

/// Numbers pass through a few of the widest type, so that there is one loop a type and not one a pair.
template <class Wide> [[gnu::cold]] void cast_through(const Value& x, const Value& y)
{
    constexpr std::size_t some = 256;
    Wide numbers[some];
    const std::size_t size = y.size();
    for (std::size_t first = 0; first < size; first += some) {
        const std::size_t n = std::min(some, size - first);
        with_lite_type(x.type, [&]<class T>(T) { widen(x.numbers<T>() + first, x.type == dtype::boolean, numbers, n); });
        with_lite_type(y.type, [&]<class T>(T) { narrow(numbers, y.type == dtype::boolean, y.numbers<T>() + first, n); });
    }
}

[[gnu::cold]] inline void infer_cast(Step& step) { set_shape(step, 0, step.x().shape); }

[[gnu::cold]] inline void run_cast(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    if (x.type == y.type) copy_all(step);
    else if (x.type == dtype::float32 || x.type == dtype::float64) cast_through<double>(x, y);
    else cast_through<std::int64_t>(x, y);
}

[[gnu::cold]] inline void prepare_cast(Step& step, Preparation&)
{
    for (const dtype type : {step.x().type, step.y().type})
        if (!with_lite_type(type, [](auto) {})) fail_at(step, {"numbers of ", name_of(type), " are not cast"});
    step.run = run_cast;
}

inline constexpr OperatorRules cast_rules[] = {
    {code::cast, infer_cast, prepare_cast},
};

}}} // namespace lamina::internals::tflite
