// lamina/ops/cast.hpp: tensors of another number type.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/on_tensors.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

template <class To, class From> To converted(From x)
{
    if constexpr (std::is_same_v<To, truth>) return To{static_cast<std::uint8_t>(x != 0)};
    else if constexpr (!std::is_arithmetic_v<To>) return {}; // refused before
    else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) return cut_to<To>(x);
    else return static_cast<To>(x);
}

struct Cast {
    static void infer(const Inputs&, const Attributes& with, Shape&, dtype& type)
    {
        if (static_cast<std::size_t>(with.type) >= dtype_count) fail({"cast: there is no such type"});
        if (with.type == dtype::float16 || with.type == dtype::bfloat16)
            fail({"cast: to ", name_of(with.type), " there is none; files hold such numbers, tensors are cast from them"});
        type = with.type;
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        if (is_integer(in[0].dtype()) && is_integer(out.dtype())) convert<std::int64_t>(in[0], out);
        else convert<double>(in[0], out);
    }
    /// By way of a type that holds both, block by block, so that each type has two loops and not one for each other type.
    template <class Between> static void convert(const AnyTensor& x, const AnyTensor& y)
    {
        constexpr std::size_t block = 512;
        Between between[block];
        for (std::size_t at = 0; at < y.size(); at += block) {
            const std::size_t n = std::min(block, y.size() - at);
            with_number_of(x.dtype(), [&]<class From>(From) {
                for (std::size_t i = 0; i < n; ++i) between[i] = static_cast<Between>(value_of(x.numbers<From>()[at + i]));
            });
            with_number_of(y.dtype(), [&]<class To>(To) {
                for (std::size_t i = 0; i < n; ++i) y.numbers<To>()[at + i] = converted<To>(between[i]);
            });
        }
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry cast_entry{"cast", keeps::none, Cast::infer, Cast::compute, Cast::gradient};

[[gnu::cold]] inline AnyTensor cast_to(const AnyTensor& x, dtype to)
{
    if (x.dtype() == to) return x;
    Attributes with;
    with.type = to;
    with.count = 1;
    return run(cast_entry, x, with);
}
inline void Cast::gradient(const StepBack& step, AnyTensor* dx)
{
    if (is_of_variables(step.in[0].dtype())) dx[0] = cast_to(step.dy, step.in[0].dtype());
}

template <class To, class X> struct CastResult {
    using type = AnyTensor;
};
template <class To, StaticTensor X> struct CastResult<To, X> {
    using type = TensorOf<To, X::extents>;
};

} // namespace internals::tensors

/// The same numbers in another type. To integers they are cut towards 0; what does not fit becomes the nearest that does, and NaN 0.
/// Nothing flows back through integers.
///
/// Example    auto accuracy = reduce_mean(cast<float>(equal(argmax(zeros({2, 10}), -1), constant({std::int64_t{0}, std::int64_t{3}})))); // 0.5
template <class To, TensorLike X> typename internals::tensors::CastResult<To, X>::type cast(const X& x)
{
    return typename internals::tensors::CastResult<To, X>::type(internals::tensors::cast_to(x, stored_types::dtype_of<To>));
}
inline AnyTensor cast(const AnyTensor& x, dtype to) { return internals::tensors::cast_to(x, to); }

}} // namespace lamina
