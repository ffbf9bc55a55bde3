// lamina/training/samples_fit.hpp: what the compiler sees of samples: one sentence for each thing that cannot fit a model and its losses.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/trace/trace.hpp>
#include <lamina/training/check_samples.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The inputs or outputs of which a tensor is given, where `Count` are needed.
template <class X, std::size_t Count>
using given = std::make_index_sequence<DenseTensors<X> ? std::min(tensor_count<X>, Count) : 0>;

/// Whether the loss of output J can be called with such labels.
template <class M, class G, class Y, std::size_t J>
inline constexpr bool takes_labels =
    calls_row<const typename G::template loss_at<J>, number_type<M>,
              typename TargetAt<G::template loss_at<J>::kind, element<Y>>::type> &&
    (!has_member_accepts<typename G::template loss_at<J>> ||
     calls_accepts<const typename G::template loss_at<J>, typename TargetAt<G::template loss_at<J>::kind, element<Y>>::type>);

/// The tensors that x and y become, where the first may be Samples that hold both.
template <class First, class Second> struct given_pair {
    using x = Tensors<std::remove_cvref_t<First>>;
    using y = Tensors<std::remove_cvref_t<Second>>;
};
template <class X, class Y, class Second> struct given_pair<Samples<X, Y>, Second> : given_pair<X, Y> {};

/// The question whether tensors X and Y can be given to a model M that is measured by G: `samples_fit(samples_for<M, G, X, Y>{})`.
template <class M, class G, class X, class Y, class Inputs = given<X, input_count<M>>, class Outputs = given<Y, G::count>>
struct samples_question {};
template <class M, class G, class First, class Second = First, class Pair = given_pair<First, Second>>
using samples_for = samples_question<M, G, typename Pair::x, typename Pair::y>;

/// Every function that a user calls asks at once: compilers print all that stand between the user's line and this one.
template <class M, class G, class X, class Y, std::size_t... At, std::size_t... J>
consteval bool samples_fit(samples_question<M, G, X, Y, std::index_sequence<At...>, std::index_sequence<J...>>)
{
    constexpr bool dense = DenseTensors<X> && DenseTensors<Y>, inputs = !dense || tensor_count<X> == input_count<M>,
                   outputs = !dense || tensor_count<Y> == G::count;
    static_assert(dense, "lamina: samples are numbers x [n, ...input] and y [n, ...]: xtensors, xarrays, std::vectors");
    static_assert(inputs, "lamina: x is a std::tuple with a tensor for each input where the model has several: "
                          "Samples{std::tuple{images, extras}, y}");
    static_assert(outputs, "lamina: y is a std::tuple with a tensor of targets for each output where the model has several: "
                           "Samples{x, std::tuple{labels, angles}}");
    static_assert(((declared_input<M, At>.rank == 0 || may_have_rank<tensor_type<X, At>>(declared_input<M, At>.rank + 1)) && ...),
                  "lamina: x has one rank more than the model's input: [n, ...input]");
    static_assert(((internals::label_kind_fits<typename G::template loss_at<J>, tensor_type<Y, J>> ||
                    labels_are_of_the_kind_that_the_loss_needs<typename G::template loss_at<J>, element<tensor_type<Y, J>>,
                                                               G::template loss_at<J>::kind>) &&
                   ...),
                  "lamina: labels of the wrong kind: a sparse loss needs whole numbers, any other one number an output");
    static_assert((takes_labels<M, G, tensor_type<Y, J>, J> && ...), "lamina: the loss does not take labels of this number type");
    return dense && inputs && outputs && (takes_labels<M, G, tensor_type<Y, J>, J> && ...) &&
           (label_kind_fits<typename G::template loss_at<J>, tensor_type<Y, J>> && ...) &&
           ((declared_input<M, At>.rank == 0 || may_have_rank<tensor_type<X, At>>(declared_input<M, At>.rank + 1)) && ...);
}

}}} // namespace lamina::internals
