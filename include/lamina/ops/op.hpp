// lamina/ops/op.hpp: what an op is: a function on values, written once.
//
// An op is a struct of static members, whoever calls it:
//
//     struct Doubled {
//         static constexpr std::string_view name = "doubled";
//         static constexpr verdict accept(const std::array<Shape, 1>& in) { return accepts(in[0]); }
//         template <class T> static void forward(const OpCall<1>& call, const T* const* in, T* y, std::size_t n);
//         template <class T> static void backward(const OpCall<1>& call, const T* const* in, const T* y, const T* dy,
//                                                 T* const* din, T* scratch, std::size_t n);
//     };
//
// accept    the shape of the result for shapes of the inputs, or why there is none. The batch is never part of a shape. It is asked by
//           the compiler where shapes are constants, and at run time for batches.
// forward   y for n samples, one behind the other. What it makes of a sample depends neither on n nor on the other samples.
// backward  writes din[i] unless it is null: the gradient by input i. `scratch` has scratch(call, n) numbers, a member of ops that work
//           in some.
//
// An op that computes with a number of the call says `static constexpr bool has_number = true;`. One that leaves the steps of a sequence
// where they are says `joins_masks = true`: a step of the result is there where it is in all of the inputs that have a mask.
//
// What works on one element after another is shorter: formulas on registers, `elementwise<…>` in ops/elementwise.hpp.
//
// `apply` (ops/apply.hpp) leads symbols and numbers to an op. A further kind of value, such as a tensor whose shape is known at run time
// alone, is an overload of `apply`: `accept` at run time, `forward` over the whole tensor, and a note for the tape of op, inputs and
// result. A derivative that is to be differentiated again is one more member of the op, `gradient`, written in functions on
// values; `backward` stays what the last tape and a plan use.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/verdict.hpp>

#include <array>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

using protocols::accepts, protocols::misfit, protocols::refuses, protocols::verdict;

/// What an op is told of a call: the shapes of a sample of each input and of the result, and the number of an op that has one.
template <std::size_t N> struct OpCall {
    std::array<Shape, N> in;
    Shape out;
    double number;
    bool alike;          ///< whether the inputs have one shape
    std::size_t numbers; ///< in a sample of the result

    constexpr OpCall(const std::array<Shape, N>& inputs, const Shape& result, double with = 0)
        : in(inputs), out(result), number(with), alike(true), numbers(result.size())
    {
        for (const Shape& one : in) alike = alike && one == in[0];
    }

    /// The numbers in n samples of the result.
    constexpr std::size_t size(std::size_t n) const { return n * numbers; }
};

/// The numbers that an op works in.
template <class Op, std::size_t N> constexpr std::size_t scratch_of(const OpCall<N>& call, std::size_t n)
{
    if constexpr (requires { Op::scratch(call, n); }) return Op::scratch(call, n);
    else return 0;
}

}}} // namespace lamina::internals::ops
