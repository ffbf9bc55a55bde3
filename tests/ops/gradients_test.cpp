// Every op: its derivative against central differences in double, over odd shapes, broadcast ones included.
#include "op_check.hpp"

#include <lamina/ops/functions.hpp>

using namespace lamina;
using namespace lamina::internals::ops;

namespace {

template <class... F> void check_formulas(const OpCheck& how) { (check_op<elementwise<F>, Shape{13}>(how), ...); }

template <class F> void check_two(const OpCheck& how)
{
    check_op<elementwise<F>, Shape{13}, Shape{13}>(how);
    check_op<elementwise<F>, Shape{3, 9}, Shape{9}>(how); // repeated over an outer axis
    check_op<elementwise<F>, Shape{3, 1}, Shape{3, 9}>(how);
    check_op<elementwise<F>, Shape{2, 1, 3}, Shape{5, 1}>(how); // each repeats the other
    check_op<elementwise<F>, Shape{4, 3}, Shape{}>(how);
    OpCheck with = how;
    for (const double number : {0.5, 1.25}) {
        with.number = number;
        check_op<with_number<F, true>, Shape{11}>(with);
        check_op<with_number<F, false>, Shape{11}>(with);
    }
}

} // namespace

TEST_CASE("The derivatives of two values, and of a value and a number", "[ops][gradients]")
{
    check_two<Plus>({});
    check_two<Minus>({});
    check_two<Times>({});
    check_two<Over>({.low = 0.5, .high = 2});
    check_two<Larger>({});
    check_two<Smaller>({});
}

TEST_CASE("The derivatives of formulas of one value", "[ops][gradients]")
{
    check_formulas<Negative, AbsoluteValue, Square, Exponential, Relu, Selu, Gelu, GeluTanh, HardSigmoid<>, HardTanh, Silu,
                   Softsign, Tanh>({});
    check_formulas<Sine, Cosine, Tangent, HyperbolicSine, HyperbolicCosine, InverseTangent, InverseHyperbolicSine, ErrorFunction,
                   ExponentialLessOne>({});
    check_formulas<InverseSine, InverseCosine, InverseHyperbolicTangent, LogarithmOfOneMore>({.low = -0.7, .high = 0.7});
    check_formulas<InverseHyperbolicCosine>({.low = 1.2, .high = 3});
    check_formulas<SquareRoot, ReciprocalRoot, Logarithm>({.low = 0.5, .high = 2});
    for (const double exponent : {0.0, 1.0, 2.0, 3.0, 7.0, -1.0, -2.0, 0.5, 1.7, -0.3, 20.0})
        check_op<Power, Shape{3, 5}>({.low = 0.5, .high = 1.5, .number = exponent, .tolerance = 1e-7});
    check_op<Power, Shape{9}>({.number = 3});
    check_op<elementwise<Softmax>, Shape{3, 7}>();
    check_op<elementwise<LogSoftmax>, Shape{1, 19}>();
}

TEST_CASE("The derivatives of reductions, products and what moves numbers", "[ops][gradients]")
{
    check_op<Reduce<Sum, false>, Shape{3, 5}>();
    check_op<Reduce<Sum, true, 0>, Shape{3, 5}>();
    check_op<Reduce<Mean, false, -1>, Shape{3, 17}>();
    check_op<Reduce<Mean, false, 0, 2>, Shape{3, 2, 5}>();
    check_op<Reduce<Mean, true, 1>, Shape{3, 4, 5}>();
    check_op<Reduce<Max, false>, Shape{19}>();
    check_op<Reduce<Max, false, 0>, Shape{4, 9}>();
    check_op<Reduce<Min, true, 0, 2>, Shape{3, 2, 5}>();
    check_op<Reduce<Min, false, 1>, Shape{3, 4}>();
    check_op<Dot, Shape{9}, Shape{9}>();
    check_op<Dot, Shape{3, 9}, Shape{2, 9}>();
    check_op<Dot, Shape{2, 3, 5}, Shape{5}>();
    check_op<Dot, Shape{5}, Shape{2, 5}>();
    check_op<Matmul, Shape{3, 9}, Shape{9, 2}>();
    check_op<Concatenate, Shape{3, 2}, Shape{3, 5}, Shape{3, 1}>();
    check_op<Reshape<5, -1>, Shape{3, 10}>();
}
