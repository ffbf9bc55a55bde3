// lamina/ops/on_tensors.hpp: how tensors get to an op that is written once: the table of functions of a formula.
//
// A formula (ops/elementwise.hpp) says its numbers in registers by `forward`, its derivative for plans by `backward`, and its derivative
// for tapes by `gradient`, in functions on tensors:
//
//     template <class X> static X gradient(const X& x, const X& y, const X& dy);                                     // of one value
//     template <class X> static std::array<X, 2> gradient(const X& a, const X& b, const X& y, const X& dy);          // of two
//
// `kept` says what of that the tape keeps; without it, of one value what `derivative` says, of two both values. What is not kept has its form
// alone. A formula of two says `whole = true` where it is made of integers as well.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/arithmetic.hpp>
#include <lamina/ops/elementwise.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/run.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

namespace tensors {

using ops::OpCall, ops::of_numbers;

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_number_type(std::string_view op, dtype type)
{
    fail({op, ": of ", name_of(type), " numbers there is none; cast them to float or double"});
}

/// Calls f with a number of the type of variables; refuses all others.
template <class F> void with_real(std::string_view op, dtype type, const F& f)
{
    if (type == dtype::float32) f(float{});
    else if (type == dtype::float64) f(double{});
    else refuse_number_type(op, type);
}
/// Of int32 and int64 as well, computed without a sign, so that what is too large wraps around.
template <class F> void with_real_or_whole(std::string_view op, dtype type, const F& f)
{
    if (type == dtype::int32) f(std::uint32_t{});
    else if (type == dtype::int64) f(std::uint64_t{});
    else with_real(op, type, f);
}

inline void require_real(std::string_view op, dtype type)
{
    if (!is_of_variables(type)) refuse_number_type(op, type);
}
inline void require_computable(std::string_view op, dtype type)
{
    if (!is_of_variables(type) && type != dtype::int32 && type != dtype::int64) refuse_number_type(op, type);
}
inline void require_alike(std::string_view op, const AnyTensor& a, const AnyTensor& b)
{
    if (a.dtype() != b.dtype()) fail({op, ": ", name_of(a.dtype()), " with ", name_of(b.dtype()), "; cast one of them"});
}

/// The whole number that a real one is cut to. What does not fit becomes the nearest that does, and NaN 0: of these C++ says nothing.
template <std::integral To, std::floating_point From> To cut_to(From x)
{
    using limits = std::numeric_limits<To>;
    if (!(x == x)) return 0;
    if (x >= static_cast<From>(limits::max())) return limits::max();
    if (x <= static_cast<From>(limits::min())) return limits::min();
    return static_cast<To>(x);
}

/// A tensor of one number and no axis.
inline AnyTensor scalar(dtype type, double value)
{
    AnyTensor t = empty_tensor(type, Shape{});
    switch (type) {
    case dtype::float32: *t.numbers<float>() = static_cast<float>(value); break;
    case dtype::float64: *t.numbers<double>() = value; break;
    case dtype::int32: *t.numbers<std::int32_t>() = cut_to<std::int32_t>(value); break;
    case dtype::int64: *t.numbers<std::int64_t>() = cut_to<std::int64_t>(value); break;
    case dtype::boolean: *t.numbers<bool>() = value != 0; break;
    default: refuse_number_type("a number beside a tensor", type);
    }
    return t;
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_broadcast(std::string_view op, const Shape& a, const Shape& b)
{
    fail({op, ": shapes ", a, " and ", b, " do not broadcast; from the last axis on, extents are equal or 1"});
}

/// The shape that two broadcast to; `op` refuses what does not fit.
inline Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b)
{
    if (a == b) return a;
    const verdict answer = ops::broadcast(std::array{a, b});
    if (answer.answer != misfit::none) refuse_broadcast(op, a, b);
    require_sizable(op, answer.output);
    return answer.output;
}

/// What an op makes of n numbers of two arrays, without types.
template <class A, class Y, void (*Loop)(const A*, const A*, Y*, std::size_t)>
void of_two_arrays(const void* a, const void* b, void* y, std::size_t n)
{
    Loop(static_cast<const A*>(a), static_cast<const A*>(b), static_cast<Y*>(y), n);
}
/// The same of integers, compiled for size: there are many of them, and few that compute with them.
template <class A, class Y, void (*Loop)(const A*, const A*, Y*, std::size_t)>
[[gnu::cold]] void of_two_whole_arrays(const void* a, const void* b, void* y, std::size_t n)
{
    Loop(static_cast<const A*>(a), static_cast<const A*>(b), static_cast<Y*>(y), n);
}
template <class A, class Y, void (*Loop)(const A*, const A*, Y*, std::size_t)>
inline constexpr ArrayLoop two_arrays = std::is_floating_point_v<A> ? of_two_arrays<A, Y, Loop> : of_two_whole_arrays<A, Y, Loop>;

/// n elements of so many bytes, all like the one at `from`.
inline void repeat_element(const std::byte* from, std::size_t bytes, std::byte* to, std::size_t n)
{
    if (n == 0) return;
    std::memcpy(to, from, bytes);
    for (std::size_t done = bytes, all = bytes * n; done < all; done *= 2) std::memcpy(to + done, to, std::min(done, all - done));
}

/// Broadcasting for all ops: a number that stands for a row is repeated in a block that stays in the first cache, so that an op has one loop
/// for a type.
[[gnu::noinline]] inline void spread_over(const AnyTensor& a, const AnyTensor& b, const AnyTensor& out, ArrayLoop loop)
{
    const std::size_t size = out.size(), bytes = bytes_of(a.dtype()), bytes_out = bytes_of(out.dtype());
    const std::byte *const x0 = a.body().data, *const x1 = b.body().data;
    std::byte* const y = out.body().data;
    if (a.size() == size && b.size() == size) return loop(x0, x1, y, size);
    constexpr std::size_t block = 512;
    alignas(64) std::byte repeated[block * 8];
    const ops::Rows rows(a.shape(), b.shape(), out.shape(), 1);
    if (const std::size_t width = rows.width(); 2 * width <= block && width > 1 &&
                                                ((a.size() == size && b.size() == width && rows.second_goes_on()) ||
                                                 (b.size() == size && a.size() == width && rows.first_goes_on()))) {
        // One short row beside many, such as a bias: so many of it that the loop is worth a call.
        const bool repeats_second = a.size() == size;
        const std::size_t some = block / width * width;
        repeat_element(repeats_second ? x1 : x0, bytes * width, repeated, std::min(some, size) / width);
        for (std::size_t at = 0; at < size; at += some)
            loop(repeats_second ? x0 + at * bytes : repeated, repeats_second ? repeated : x1 + at * bytes, y + at * bytes_out,
                 std::min(some, size - at));
        return;
    }
    rows.for_each([&](std::size_t i, std::size_t j, std::size_t k) {
        const std::size_t width = rows.width();
        const std::byte *const first = x0 + i * bytes, *const second = x1 + j * bytes;
        std::byte* const to = y + k * bytes_out;
        if (width == 1 || (rows.first_goes_on() && rows.second_goes_on())) return loop(first, second, to, width);
        const bool repeats_second = rows.first_goes_on();
        repeat_element(repeats_second ? second : first, bytes, repeated, std::min(width, block));
        for (std::size_t at = 0; at < width; at += block)
            loop(repeats_second ? first + at * bytes : repeated, repeats_second ? repeated : second + at * bytes,
                 to + at * bytes_out, std::min(block, width - at));
    });
}

/// The sum over what broadcasting repeated, and its mirror image. Each is the other's gradient.
AnyTensor sum_to_like(const AnyTensor& x, const AnyTensor& like);
AnyTensor broadcast_like(const AnyTensor& x, const AnyTensor& like);

inline AnyTensor fitted(AnyTensor gradient, const AnyTensor& to)
{
    if (!gradient || (gradient.shape() == to.shape() && is_known(to.shape()))) return gradient;
    return sum_to_like(gradient, to);
}

template <class F> constexpr keeps kept_of()
{
    if constexpr (requires { F::kept; }) return F::kept;
    else if constexpr (ops::takes_two<F>) return keeps::inputs;
    else return F::derivative == protocols::reads::input ? keeps::inputs : keeps::output;
}
template <class F> inline constexpr bool has_gradient = requires { &F::template gradient<AnyTensor>; };
template <class F> inline constexpr bool of_whole_numbers = requires { requires F::whole; };

/// What a formula makes of n numbers: the only loops that are compiled for it and a type; those of integers for size.
template <class F, class T> [[gnu::cold]] void each_whole(const T* x, T* y, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<T>(F::of_whole(static_cast<std::make_signed_t<T>>(x[i])));
}
template <class F, class T> void each(const T* x, T* y, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) kernels::transform(x, y, n, Finish<F>{});
    else each_whole<F>(x, y, n);
}
template <class F, class T> void each_two(const T* a, const T* b, T* y, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>)
        kernels::transform(a, b, y, n, of_numbers{[](const auto& x0, const auto& x1) { return F::forward(x0, x1); }});
    else
        for (std::size_t i = 0; i < n; ++i)
            y[i] =
                static_cast<T>(F::of_whole(static_cast<std::make_signed_t<T>>(a[i]), static_cast<std::make_signed_t<T>>(b[i])));
}

/// The same of one array; there is no second one.
template <class F, class T> void each_of_array(const void* x, const void*, void* y, std::size_t n)
{
    each<F>(static_cast<const T*>(x), static_cast<T*>(y), n);
}

/// The loop of a formula for numbers of a type that its `infer` lets through.
template <class F> ArrayLoop loop_of_formula(dtype type)
{
    ArrayLoop loop = nullptr;
    const auto choose = [&]<class T>(T) {
        if constexpr (ops::takes_two<F>) loop = two_arrays<T, T, each_two<F, T>>;
        else loop = each_of_array<F, T>;
    };
    if constexpr (of_whole_numbers<F>) with_real_or_whole(F::name, type, choose);
    else with_real(F::name, type, choose);
    return loop;
}

/// What formulas ask of their inputs: one function for all of two values.
inline void require_number(std::string_view op, bool whole, dtype type)
{
    if (whole) require_computable(op, type);
    else require_real(op, type);
}
[[gnu::noinline]] inline void infer_two(std::string_view op, bool whole, const Inputs& in, Shape& s)
{
    require_alike(op, in[0], in[1]);
    require_number(op, whole, in[0].dtype());
    s = broadcast_shape(op, in[0].shape(), in[1].shape());
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_rows(std::string_view op, const Shape& s)
{
    if (s.rank > 0) require_known_extent(op, s, s.rank - 1);
    fail({op, ": a tensor of shape ", s, " does not fit"});
}

/// Of a formula of one value.
template <class F> struct Unary {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_number(F::name, of_whole_numbers<F>, type);
        const verdict answer = ops::elementwise<F>::accept(std::array{in[0].shape()});
        if (answer.answer != misfit::none) refuse_rows(F::name, in[0].shape());
        s = answer.output;
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        if constexpr (ops::works_on_rows<F>)
            with_real(F::name, out.dtype(), [&]<class T>(T) {
                const std::size_t width = in[0].shape().back();
                if (width > 0) F::forward_rows(in[0].numbers<T>(), out.numbers<T>(), in[0].size() / width, width);
            });
        else loop_of_formula<F>(out.dtype())(in[0].body().data, nullptr, out.body().data, out.size());
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = F::gradient(step.in[0], step.output, step.dy); }
    static ArrayLoop loop(dtype type)
    {
        if constexpr (ops::works_on_rows<F>) return nullptr;
        else return loop_of_formula<F>(type);
    }
};

/// Of a formula of two values, of shapes that broadcast.
template <class F> struct Binary {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype&) { infer_two(F::name, of_whole_numbers<F>, in, s); }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        spread_over(in[0], in[1], out, loop_of_formula<F>(out.dtype()));
    }
    static void gradient(const StepBack& step, AnyTensor* dx)
    {
        const auto both = F::gradient(step.in[0], step.in[1], step.output, step.dy);
        for (std::size_t i = 0; i < 2; ++i)
            if (step.wants(i)) dx[i] = fitted(both[i], step.in[i]);
    }
    static ArrayLoop loop(dtype type) { return loop_of_formula<F>(type); }
};

/// What lists the options of a formula's type; null where it has none.
template <class F> constexpr auto options_of() -> void (*)(OpOptions&)
{
    if constexpr (requires(OpOptions& to) { F::list_options(to); }) return [](OpOptions& to) { F::list_options(to); };
    else return nullptr;
}

template <class Op> struct EntryOf;
template <class F> struct EntryOf<ops::elementwise<F>> {
    using passes = std::conditional_t<ops::takes_two<F>, Binary<F>, Unary<F>>;
    static constexpr OpEntry entry{F::name,          kept_of<F>(),    passes::infer, passes::compute,
                                   passes::gradient, options_of<F>(), passes::loop};
};

/// The entry of an op that is made of a formula.
template <class Op> inline constexpr const OpEntry& entry_of = EntryOf<Op>::entry;
template <class F> inline constexpr const OpEntry& formula_entry = EntryOf<ops::elementwise<F>>::entry;

} // namespace tensors

namespace ops {

/// An op on tensors; one that has a number takes it as a tensor of no axis.
template <class Op> struct on_tensors {
    template <class... A> static AnyTensor call(double, const A&... a) { return tensors::run(tensors::entry_of<Op>, a...); }
};
template <class F, bool NumberFirst> struct on_tensors<with_number<F, NumberFirst>> {
    static AnyTensor call(double number, const AnyTensor& x)
    {
        const AnyTensor n = tensors::scalar(x.dtype(), number);
        if constexpr (NumberFirst) return tensors::run(tensors::formula_entry<F>, n, x);
        else return tensors::run(tensors::formula_entry<F>, x, n);
    }
};

template <StaticTensor X> struct shape_given<X> {
    using type = X;
};

/// Whether an op makes the same of a tensor as of a sample: what does not count axes.
template <class Op> inline constexpr bool is_elementwise = false;
template <class F> inline constexpr bool is_elementwise<elementwise<F>> = true;
template <class F, bool NumberFirst> inline constexpr bool is_elementwise<with_number<F, NumberFirst>> = true;

/// What an op makes of tensors: a static tensor where all inputs are and the op's rule says so.
template <class Op, class First, class... More>
    requires SomeTensors<First, More...>
struct outcome_of<Op, First, More...> {
    static constexpr bool are_static = is_elementwise<Op> && (StaticTensor<First> && ... && StaticTensor<More>) &&
                                       requires { Op::accept(std::array<Shape, 1 + sizeof...(More)>{}); };
    template <class X, class... Y> static consteval verdict judge()
    {
        if constexpr (!are_static) return {};
        else if constexpr (!(std::is_same_v<typename X::value_type, typename Y::value_type> && ...))
            return refuses(misfit::tensors_of_different_number_types__cast_one);
        else return Op::accept(std::array{X::extents, Y::extents...});
    }
    static constexpr verdict answer = judge<First, More...>();
    static constexpr misfit reason = answer.answer;
    template <class X> static auto find()
    {
        if constexpr (!are_static) return std::type_identity<AnyTensor>{};
        else if constexpr (reason != misfit::none) return std::type_identity<X>{};
        else return std::type_identity<tensors::TensorOf<typename X::value_type, answer.output>>{};
    }
    using type = typename decltype(find<First>())::type;
};

} // namespace ops

}}} // namespace lamina::internals
