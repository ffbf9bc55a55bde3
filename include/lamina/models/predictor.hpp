// lamina/models/predictor.hpp: what can be asked for predictions, whatever is behind it: a model, or a type that has a `predict` of its own.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/models/parallel_predict.hpp>
#include <lamina/models/predict.hpp>

#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// A program's own `predict(p, x)`, found beside the type of p and nowhere else.
namespace found_by_argument {

/// Hides the one of models, and is chosen where there is no other. (Without any that fits, clang 14 looks around in the caller's scope.)
struct none {};
none predict(...);

template <class P, class X>
concept HasPredict = !std::is_same_v<decltype(predict(std::declval<P&>(), std::declval<const X&>())), none>;

} // namespace found_by_argument

/// Whether p has a member `predict` that is no model's.
template <class P, class X>
concept PredictsAsChanged = !CanBeTraced<std::remove_const_t<P>> && requires(P& p, const X& x) { p.predict(x); };

template <class P, class X> consteval bool can_predict()
{
    using Plain = std::remove_const_t<P>;
    if constexpr (AnyBlock<Plain> || is_refused<Plain>)
        return can_be_called<Plain> && Readable<X> && one_batch_an_input<Plain, X>;
    else if constexpr (found_by_argument::HasPredict<P, X>) return true;
    else if constexpr (CanBeTraced<Plain>) return can_be_called<Plain> && Readable<X> && one_batch_an_input<Plain, X>;
    else return PredictsAsChanged<P, X>;
}

} // namespace internals

/// What gives predictions for a batch x: `predict(p, x)` is [n, …].
///
/// A model is one, so is a stand-in for a model (`as_predictor`), an AnyPredictor, and any type of a program that has either a function
/// `predict(p, x)` beside it, in its namespace, or a member `p.predict(x)`. None of these has to be const. A program that is written for a
/// Predictor calls `predict(p, x)`, `predict_classes(p, x)` and `evaluate(p, samples, …)`, and does not ask what is behind it.
///
/// Example  struct Same { xt::xarray<float> predict(const xt::xarray<float>& x) const { return x; } }; static_assert(Predictor<Same, xt::xarray<float>>);
template <class P, class X>
concept Predictor = internals::can_predict<P, X>();

/// The same call for a type whose member `predict` changes it.
template <class P, class X>
    requires(!std::is_const_v<P> && internals::PredictsAsChanged<P, X>)
auto predict(P& predictor, const X& x)
{
    return predictor.predict(x);
}

/// The class of the largest output of every sample, the first of equals; with one output, whether it is above 1/2.
template <class P, class X>
    requires(!std::is_const_v<P> && !internals::AnyBlock<P> &&
             (!internals::CanBeTraced<P> || internals::found_by_argument::HasPredict<P, X>))
auto predict_classes(P& predictor, const X& x)
{
    return internals::classes_of(predict(predictor, x));
}

namespace internals {

/// What a Predictor gives for a batch, also within a class that has a member of that name.
template <class P, class X> auto predictions_of(P& predictor, const X& x) { return predict(predictor, x); }

} // namespace internals

}} // namespace lamina
