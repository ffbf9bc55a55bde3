// lamina/autodiff/jacobian.hpp: the derivatives of every number of a result by every number of an argument, and second derivatives.
#pragma once

#include <lamina/autodiff/functions.hpp>
#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/concat.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/shaping.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The derivatives of a target by a source that a persistent tape followed: a tensor of the target's axes, then the source's. It takes one pass
/// for each number of the target.
///
/// Errors     a tape that is not persistent, more than six axes in all.
/// Example    auto x = constant({1., 2.}); GradientTape t({.persistent = true}); t.watch(x); auto J = jacobian(t, square(x), x);
[[gnu::cold]] inline AnyTensor jacobian(GradientTape& tape, const AnyTensor& target, const AnyTensor& source)
{
    using namespace internals::tensors;
    const Shape &y = target.shape(), &x = source.shape();
    if (y.rank + x.rank > Shape::max_rank)
        internals::fail({"jacobian: of a tensor of shape ", y, " by one of shape ", x, " has more than six axes; reshape them"});
    Shape all = y;
    for (std::size_t axis = 0; axis < x.rank; ++axis) all.push_back(x[axis]);
    require_sizable("jacobian", all);
    std::vector<AnyTensor> rows;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const AnyTensor one = all_alike(target.dtype(), y, 0);
        with_real("jacobian", target.dtype(), [&]<class T>(T) { one.numbers<T>()[i] = 1; });
        rows.push_back(reshape(tape.gradient(target, source, one, Unconnected::zeros), {-1}));
    }
    if (rows.empty() || source.size() == 0) return zeros(all, source.dtype());
    return reshape(concat(rows, 0), all);
}

/// The jacobian of a function of one tensor, as a function.
///
/// Example    auto J = jacobian([](auto x) { return square(x); })(constant({1., 2.})); // [[2, 0], [0, 4]]
template <class F> auto jacobian(F f)
{
    return [f = std::move(f)]<TensorLike X>(X x) -> AnyTensor {
        GradientTape tape{{.persistent = true}};
        tape.watch(x);
        return jacobian(tape, f(x), x);
    };
}

/// The second derivatives of a function of one tensor, whose result is summed: the tensor's axes twice. It takes one pass for each number of the
/// tensor.
///
/// Example    auto H = hessian([](auto x) { return reduce_sum(square(x)); })(constant({1., 2.})); // [[2, 0], [0, 2]]
template <class F> auto hessian(F f)
{
    return jacobian([f = std::move(f)]<TensorLike X>(X x) -> AnyTensor {
        GradientTape tape;
        tape.watch(x);
        return tape.gradient(f(x), x, {}, Unconnected::zeros);
    });
}

}} // namespace lamina
