// lamina/training/callback.hpp: what a callback of `fit` sees, and when it is called.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/members.hpp>
#include <lamina/core/record.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/optimizers/averages.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The state of a running `fit`, as every callback receives it.
///
/// A callback is any object with some of these members; the others need not exist:
/// `on_train_begin(TrainingState&)`, `on_epoch_begin(TrainingState&)`, `on_batch_begin(TrainingState&)`, `on_batch_end(TrainingState&)`,
/// `on_test_begin(TrainingState&)`, `on_test_end(TrainingState&)`, `on_epoch_end(TrainingState&)`, `on_train_end(TrainingState&)`; the two of a
/// test are called around each validation, and by `evaluate`. Callbacks are called in the order they were given to `fit`. One that
/// never adds a figure to `logs` may say so, `static constexpr bool adds_figures = false;`: then names of figures are checked before the
/// first epoch, not after it. One that needs the model or the optimizer has `attach`: TrainingParts.
struct TrainingState {
    std::size_t epoch = 0;   ///< the running epoch, from 0
    std::size_t epochs = 0;  ///< how many were asked for
    std::size_t batch = 0;   ///< batches done in this epoch
    std::size_t batches = 0; ///< batches an epoch; 0 in the first of a dataset that does not know
    std::size_t samples = 0; ///< samples an epoch, without validation; 0 in the first of a dataset
    Logs logs{};             ///< running means after a batch; after an epoch with the validation's figures
    Logs figures{};          ///< names that `logs` will have after every epoch; none where a callback may add others

    /// That of the optimizer. A callback may change it: the optimizer takes it from the next step on. An optimizer whose rate is a
    /// schedule refuses that.
    double learning_rate = 0;

    /// Every stored variable of the model, moving statistics included: to be copied, and written to, in place.
    std::vector<std::shared_ptr<stored_types::record>> variables{};

    bool averaged = false; ///< the variables hold the averages that `SwapEMAWeights` put there

    bool stop = false;        ///< set it, and training ends after this batch
    std::string stopped_by{}; ///< why, one sentence; History keeps it
};

namespace protocols {

/// What a training is made of, with its types. A callback may have a member for it, called before all `on_train_begin`:
/// `template <class Parts> void attach(TrainingState& state, const Parts& parts)`. What is referred to stays where it is while `fit` runs.
/// `attach` may put another state in place of that of a fresh training: then `epoch` and `batch` say where to go on.
template <class M, class O, class Sums> struct TrainingParts {
    using optimizer_type = O;

    M& model; ///< the trainer's own, bound to the same records as the user's
    O& optimizer;
    Sums& sums;                ///< what the figures of the running epoch are made of; a Checkpoint keeps them
    std::vector<Logs>& epochs; ///< the figures of the epochs that are over: those of the History
};

} // namespace protocols

namespace internals {

template <class C> inline constexpr bool may_add_figures = !requires { requires !C::adds_figures; };

/// A member that gets a copy of the state can stop nothing.
template <class F> inline constexpr bool takes_a_copy = false;
template <class R, class C> inline constexpr bool takes_a_copy<R (C::*)(TrainingState)> = true;
template <class R, class C> inline constexpr bool takes_a_copy<R (C::*)(TrainingState) const> = true;

} // namespace internals

}} // namespace lamina

/// Every member of a callback, in the order in which `fit` calls them.
#define LAMINA_CALLBACK_MEMBERS(each)                                                                                            \
    each(on_train_begin) each(on_epoch_begin) each(on_batch_begin) each(on_batch_end) each(on_test_begin) each(on_test_end)      \
        each(on_epoch_end) each(on_train_end)

LAMINA_CALLBACK_MEMBERS(LAMINA_HAS_MEMBER)
LAMINA_HAS_MEMBER(attach)

namespace lamina { inline namespace LAMINA_ARCHITECTURE {
namespace internals {

/// What is wrong with what `fit` was given for a callback; compilers print the enumerator.
enum class callback_is {
    fine,
    a_pointer__give_the_object_itself,
    a_function__put_it_in_a_LambdaCallback,
    none__it_has_no_member_such_as_on_epoch_end,
    const__and_its_member_is_not,
    wrong_in_a_member_that_fit_never_calls__it_calls_on_batch_end_once_a_batch,
    wrong_in_adds_figures__write_static_constexpr_bool_adds_figures,
    wrong_in_attach__it_takes_a_TrainingState_reference_and_of_any_type_const_Parts_reference,
    needs_averages_of_an_optimizer_with_use_ema_and_ema_momentum_and_ema_overwrite_frequency,
    none_of_evaluate__that_calls_on_test_begin_and_on_test_end,
#define LAMINA_EACH(member) wrong_in_##member##__it_takes_a_TrainingState_reference,
    LAMINA_CALLBACK_MEMBERS(LAMINA_EACH)
#undef LAMINA_EACH
};

/// A type for each member: how it is called where a callback has it, and what the compiler can tell of it.
namespace callback_members {
#define LAMINA_EACH(member)                                                                                                      \
    struct member {                                                                                                              \
        static constexpr callback_is wrong = callback_is::wrong_in_##member##__it_takes_a_TrainingState_reference;               \
        template <class C> static constexpr bool exists = has_member_##member<std::remove_const_t<C>>;                           \
        template <class C> static constexpr bool works = requires(C& c, TrainingState& t) { c.member(t); };                      \
        template <class C> static consteval bool gets_a_copy()                                                                   \
        {                                                                                                                        \
            if constexpr (requires { &C::member; }) return takes_a_copy<decltype(&C::member)>;                                   \
            else return false;                                                                                                   \
        }                                                                                                                        \
        template <class C> static void call(C& callback, TrainingState& t)                                                       \
        {                                                                                                                        \
            if constexpr (works<C>) callback.member(t);                                                                          \
        }                                                                                                                        \
    };
LAMINA_CALLBACK_MEMBERS(LAMINA_EACH)
#undef LAMINA_EACH
} // namespace callback_members

/// `f(member)` for each of them.
template <class F> constexpr void for_each_callback_member(F&& f)
{
#define LAMINA_EACH(member) f(callback_members::member{});
    LAMINA_CALLBACK_MEMBERS(LAMINA_EACH)
#undef LAMINA_EACH
}

template <class C> consteval callback_is judge_callback()
{
    using enum callback_is;
    using Plain = std::remove_const_t<C>;
    if constexpr (std::is_pointer_v<Plain> || requires(C& c) { c.operator->(); }) return a_pointer__give_the_object_itself;
    else {
        callback_is wrong = fine;
        bool works = false;
        for_each_callback_member([&]<class Member>(Member) {
            constexpr bool unusable = Member::template exists<C> && !Member::template works<C>;
            works = works || Member::template works<C>;
            if (wrong != fine) return;
            if (Member::template gets_a_copy<Plain>()) wrong = Member::wrong;
            else if (unusable) wrong = Member::template works<Plain> ? const__and_its_member_is_not : Member::wrong;
        });
        if (wrong != fine) return wrong;
        if (
            requires { &Plain::on_train_batch_begin; } || requires { &Plain::on_train_batch_end; } ||
            requires { &Plain::on_epoch_ends; } || requires { &Plain::on_train_ends; })
            return wrong_in_a_member_that_fit_never_calls__it_calls_on_batch_end_once_a_batch;
        if (requires { Plain::adds_figures; } && !requires { std::bool_constant<Plain::adds_figures>{}; })
            return wrong_in_adds_figures__write_static_constexpr_bool_adds_figures;
        if (works) return fine;
        if (requires(C& c, TrainingState& t) { c(t); } || requires { &Plain::operator(); } || std::is_function_v<Plain>)
            return a_function__put_it_in_a_LambdaCallback;
        return none__it_has_no_member_such_as_on_epoch_end;
    }
}

/// Where it is false its arguments are the error message.
template <class C, callback_is Answer> inline constexpr bool callback_fits = Answer == callback_is::fine;

/// The same of a callback of a training, or of an evaluation, that is made of these parts.
template <class C, class Parts, bool Evaluates> consteval callback_is judge_callback_of()
{
    using enum callback_is;
    constexpr callback_is alone = judge_callback<C>();
    if constexpr (alone != fine) return alone;
    else {
        if (has_member_attach<std::remove_const_t<C>> &&
            !requires(C& c, TrainingState& t, const Parts& parts) { c.attach(t, parts); })
            return wrong_in_attach__it_takes_a_TrainingState_reference_and_of_any_type_const_Parts_reference;
        if (requires { requires C::needs_averages; } && !optimizers::Averaging<typename Parts::optimizer_type>)
            return needs_averages_of_an_optimizer_with_use_ema_and_ema_momentum_and_ema_overwrite_frequency;
        if (Evaluates && !callback_members::on_test_begin::works<C> && !callback_members::on_test_end::works<C>)
            return none_of_evaluate__that_calls_on_test_begin_and_on_test_end;
        return fine;
    }
}

/// The first that is none, and why.
template <class Parts, bool Evaluates, class... C> struct wrong_callback {
    using type = void;
    static constexpr callback_is answer = callback_is::fine;
};
template <class Parts, bool Evaluates, class First, class... C>
struct wrong_callback<Parts, Evaluates, First, C...> : wrong_callback<Parts, Evaluates, C...> {};
template <class Parts, bool Evaluates, class First, class... C>
    requires(judge_callback_of<First, Parts, Evaluates>() != callback_is::fine)
struct wrong_callback<Parts, Evaluates, First, C...> {
    using type = First;
    static constexpr callback_is answer = judge_callback_of<First, Parts, Evaluates>();
};

/// The state before a training of these variables. In one place: a vector's copy by itself would be a function that objects of all
/// instruction sets share.
[[gnu::cold, gnu::noinline]] inline TrainingState state_of(const std::vector<std::shared_ptr<stored_types::record>>& variables)
{
    return {.variables = variables};
}

/// Calls `attach` of a callback that has it.
template <class C, class Parts>
void attach([[maybe_unused]] C& callback, [[maybe_unused]] TrainingState& state, [[maybe_unused]] const Parts& parts)
{
    if constexpr (has_member_attach<std::remove_const_t<C>>) callback.attach(state, parts);
}

} // namespace internals

namespace protocols {

/// An object that `fit` can call: it has at least one of the eight members, and what it has takes the state.
template <class C>
concept Callback = internals::judge_callback<C>() == internals::callback_is::fine;

} // namespace protocols

}} // namespace lamina

#undef LAMINA_CALLBACK_MEMBERS
