// lamina/training/judge_metric.hpp: what is wrong with a metric of one's own.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/members.hpp>
#include <lamina/training/judge_loss.hpp>
#include <lamina/training/mean.hpp>
#include <lamina/training/target_kind.hpp>
#include <lamina/training/weighted_metric.hpp>

#include <concepts>
#include <cstddef>

LAMINA_HAS_MEMBER(result)
LAMINA_HAS_MEMBER(figures)

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What a metric adds rows to: a type of its own, or the mean, as a loss among the metrics does.
template <class M> struct accumulator_in {
    using type = Mean;
};
template <class M>
    requires requires { typename M::accumulator; }
struct accumulator_in<M> {
    using type = typename M::accumulator;
};
template <class M> struct accumulator_in<WeightedMetric<M>> : accumulator_in<M> {};

template <class M, class A, class T, class Y>
concept calls_add = requires(M& m, A& to, const T* p, const Y* t, std::size_t width) { m.add(to, p, t, width); };
template <class M, class A, class T, class Y>
concept calls_weighted_add =
    requires(M& m, A& to, const T* p, const Y* t, std::size_t width, double weight) { m.add(to, p, t, width, weight); };

/// Labels are of any type that the user has; one that is taken is enough here.
template <class M, class A, class T>
inline constexpr bool takes_some_add =
    calls_add<M, A, T, T> || calls_add<M, A, T, int> || calls_add<M, A, T, float> || calls_add<M, A, T, double> ||
    calls_add<M, A, T, long> || calls_add<M, A, T, unsigned char>;
template <class M, class A, class T>
inline constexpr bool takes_some_weighted_add =
    calls_weighted_add<M, A, T, T> || calls_weighted_add<M, A, T, int> || calls_weighted_add<M, A, T, float> ||
    calls_weighted_add<M, A, T, double> || calls_weighted_add<M, A, T, long> || calls_weighted_add<M, A, T, unsigned char>;
template <class M, class A, class T>
inline constexpr bool adds_rows = takes_some_add<M, A, T> || takes_some_weighted_add<M, A, T>;

/// Whether the figure is made by the metric, of its accumulator.
template <class M, class A>
concept gives_result = requires(const M& m, const A& a) {
    { m.result(a) } -> std::convertible_to<double>;
};

/// Whether the metric makes several figures of its accumulator, as many as `figures(width)` says.
template <class M, class A>
concept gives_figures = requires(const M& m, const A& a, std::size_t at) {
    { m.figures(at) } -> std::convertible_to<std::size_t>;
    { m.result(a, at) } -> std::convertible_to<double>;
};

/// What counts rows beside a loss: a loss, one with a form for each kind of targets, or one of its own.
template <class M, class T> consteval loss_is judge_metric()
{
    using enum loss_is;
    using A = typename accumulator_in<M>::type;
    if constexpr (is_weighted<M>) {
        using Plain = typename unweighted<M>::type;
        if constexpr (judge_metric<Plain, T>() != fine) return judge_metric<Plain, T>();
        else if constexpr (requires { typename Plain::template of<target_kind::same_shape>; })
            return judge_metric<WeightedMetric<typename Plain::template of<target_kind::same_shape>>, T>();
        else if constexpr (has_member_add<Plain> && !takes_some_weighted_add<const Plain, A, T>)
            return with_an_add_without_weight__its_last_parameter_in_a_WeightedMetric_is_double_weight;
        else return fine;
    }
    else if constexpr (requires { typename M::template of<target_kind::same_shape>; }) return fine;
    else if constexpr (!has_member_add<M>) {
        if constexpr (judge_loss<M, T>() == none__give_an_object_such_as_MeanSquaredError && has_static_kind<M>)
            return without_add__void_add_accumulator_and_const_T_prediction_const_Y_target_size_t_width_const;
        else if constexpr (!has_member_row<M> && has_static_kind<M> && has_static_name<M>)
            return without_add__void_add_accumulator_and_const_T_prediction_const_Y_target_size_t_width_const;
        else return judge_loss<M, T>();
    }
    else if constexpr (!has_static_name<M>) return without_a_public_name__write_static_constexpr_std_string_view_name;
    else if constexpr (!has_static_kind<M>) return without_a_public_kind__write_static_constexpr_target_kind_kind;
    else if constexpr (!adds_rows<const M, A, T>)
        return adds_rows<M, A, T>
                   ? with_an_add_that_is_not_const
                   : with_an_add_of_other_parameters__accumulator_reference_const_T_prediction_const_Y_target_size_t_width;
    else if constexpr (!requires(A& a, const A& other) { a.merge(other); })
        return with_an_accumulator_without_merge__void_merge_const_accumulator_reference;
    else if constexpr (has_member_figures<M>)
        return gives_figures<M, A>
                   ? judge_shared_members<M>()
                   : with_figures_of_other_parameters__size_t_figures_size_t_width_const_double_result_const_accumulator_reference_size_t_const;
    else if constexpr (has_member_result<M> && !gives_result<M, A>)
        return with_a_result_of_other_parameters__double_result_const_accumulator_reference_const;
    else if constexpr (!has_member_result<M> && !requires(const A& a) {
                           { a.result() } -> std::convertible_to<double>;
                       })
        return with_an_accumulator_without_result__double_result_const;
    else return judge_shared_members<M>();
}

/// Where it is false its arguments are the error message.
template <class M, loss_is Answer> inline constexpr bool metric_fits = Answer == loss_is::fine;

}}} // namespace lamina::internals
