// lamina/ops/variables.hpp: variables among the values of a formula, and what is computed of variables alone.
//
// `scale * x`: a variable beside a value is the same for all samples, as if the batch were an axis before all others. `exp(log_width)`
// names no value, so there is no plan and no batch yet: it stays a Formula until it meets a value.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/found_here.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/variable.hpp>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

class AnyTensor;

namespace internals::ops {

/// How this thread reads variables as tensors while a block says its formula in ops: as those that a tape follows; null where they are read
/// as they are.
struct VariableReader {
    const void* with = nullptr;
    AnyTensor (*read)(const void* with, const AnyVariable& variable) = nullptr;
};
inline constinit thread_local VariableReader variable_reader;

/// What an op makes of variables: computed when it meets a value. `A` are other such, and pointers to variables.
template <class Op, class T, Shape S, class... A> struct Formula : functions::found_here {
    using value_type = T;
    static constexpr lamina::Shape extents = S;
    double number;
    std::tuple<A...> from;

    Formula(double with, const A&... of) : number(with), from(of...) {}
};

/// What a refused function of variables gives: whatever it meets takes it in silence.
template <class T> struct RefusedFormula : functions::found_here {
    using value_type = T;
    static constexpr lamina::Shape extents{};
};

template <class X> inline constexpr bool is_formula = false;
template <class Op, class T, Shape S, class... A> inline constexpr bool is_formula<Formula<Op, T, S, A...>> = true;
template <class T> inline constexpr bool is_formula<RefusedFormula<T>> = true;
template <class X> inline constexpr bool is_refused_formula = false;
template <class T> inline constexpr bool is_refused_formula<RefusedFormula<T>> = true;

/// A variable, or what is computed of variables alone.
template <class X>
concept OfVariables = is_variable<std::remove_cvref_t<X>> || is_formula<std::remove_cvref_t<X>>;

/// How a Formula holds what it is made of.
template <class X> auto held(const X& x)
{
    if constexpr (is_variable<X>) return &x;
    else return x;
}
template <class X> using Held = decltype(ops::held(std::declval<const X&>()));

/// What all samples share, as a kernel reads it: where its numbers lie.
template <class T> struct SharedNumbers {
    T* numbers;
    const std::size_t* strides; ///< of its axes; null where it is dense
};

/// Whether the numbers lie in the padded rows that kernels of weights read.
template <class V> inline constexpr bool in_record_rows = V::as.in_row == 1 || (V::extents.rank == 2 && V::extents[1] == 1);

/// The rows of a record out of a dense array, with their padding, and back.
template <class T> void pack_rows(const T* dense, T* rows, const stored_types::placement& places, std::size_t size)
{
    for (; size > 0; size -= places.row, dense += places.row, rows += places.step) {
        std::copy_n(dense, places.row, rows);
        std::fill_n(rows + places.row, places.step - places.row, T(0));
    }
}
template <class T> void unpack_rows(const T* rows, T* dense, const stored_types::placement& places, std::size_t size)
{
    for (; size > 0; size -= places.row, dense += places.row, rows += places.step) std::copy_n(rows, places.row, dense);
}

} // namespace internals::ops

}} // namespace lamina
