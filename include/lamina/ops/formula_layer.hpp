// lamina/ops/formula_layer.hpp: a layer that is its formula: variables, their first values, and what it computes; nothing else.
//
//     struct LearnedRelu : formula_layer<LearnedRelu> {
//         template <class T, Shape In> struct block : formula_block<LearnedRelu, T, In> {
//             Variable<T, Shape{In.back()}> slope;
//
//             void initialize(Random random) { lamina::protocols::initialize<Constant<0.25>>(slope, random, {}); }
//             auto operator()(const auto& x) const { return maximum(x, 0) + slope * minimum(x, 0); }
//         };
//     };
//
// The compiler finds the shape of the output by calling the formula with a symbol. In a Sequential the formula is a plan that is made once
// for the type; in a struct its functions are nodes of the struct's plan.
#pragma once

#include <lamina/blocks/after_step.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/ops/apply_variables.hpp>
#include <lamina/trace/inner_plan.hpp>
#include <lamina/trace/trace.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What a block without a formula gives.
struct no_formula {};

/// How many variables and blocks there are in a part, where its type says that; `unknown_count` where it does not.
inline constexpr std::size_t unknown_count = 1'000'000;
template <class P> consteval std::size_t count_places()
{
    if constexpr (is_variable<P> || (AnyBlock<P> && !FormulaBlock<P>)) return 1;
    else if constexpr (is_list<P> && requires { std::tuple_size<P>::value; })
        return std::tuple_size_v<P> * count_places<typename P::value_type>();
    else if constexpr (is_list<P> || is_dictionary<P> || is_maybe<P>) return unknown_count;
    else
        return []<class... Parts>(field_list<Parts...>) {
            return (std::size_t{FormulaBlock<P>} + ... + count_places<Parts>());
        }(part_types<P>());
}
/// Of the inside of a formula's block.
template <class B> consteval std::size_t count_inside() { return count_places<B>() - 1; }

/// Whether a block inside of a part satisfies `Asked<B>`.
template <template <class> class Asked, class Part> consteval bool any_part()
{
    if constexpr (is_variable<Part>) return false;
    else if constexpr (AnyBlock<Part> && !FormulaBlock<Part>) return Asked<Part>::value;
    else
        return
            []<class... Parts>(field_list<Parts...>) { return (false || ... || any_part<Asked, Parts>()); }(part_types<Part>());
}
template <class B> struct asks_across_batch : std::bool_constant<across_batch_of<B>()> {};
template <class B> struct asks_activity_penalty : std::bool_constant<penalizes_activity_of<B>()> {};
template <class B> struct asks_penalty_inside : std::bool_constant<has_penalty<B>> {};
template <class B> struct asks_after_step_inside : std::bool_constant<has_after_step<B>> {};
template <class B> struct is_there : std::true_type {};
template <class B>
concept FormulaWithBlocks = any_part<is_there, B>();
template <class L, class B>
concept FormulaWithPenalty = protocols::penalizes<L> || any_part<asks_penalty_inside, B>();
template <class L, class B>
concept FormulaWithAfterStep = protocols::constrains<L> || any_part<asks_after_step_inside, B>();

template <class B, class F> void for_each_inside(B& block, const F& f)
{
    for_each_part(block, [&](std::string_view, auto& part) { for_each_block_or_variable(part, f); });
}

/// The places inside of a formula's block.
template <class B> std::array<const void*, count_inside<B>()> places_inside(const B& block)
{
    std::array<const void*, count_inside<B>()> places{};
    std::size_t at = 0;
    for_each_inside(block, [&](const auto& place) { places[at++] = &place; });
    return places;
}

/// While it lives this thread reads the variables of formulas as `with` gives them.
struct ComposedBy {
    ops::VariableReader before = ops::variable_reader;

    template <class X, class With> ComposedBy(const With& with, X*)
    {
        ops::variable_reader = {&with, [](const void* reader, const AnyVariable& variable) -> X {
                                    return (*static_cast<const With*>(reader))(variable);
                                }};
    }
    ~ComposedBy() { ops::variable_reader = before; }
    ComposedBy(const ComposedBy&) = delete;
    ComposedBy& operator=(const ComposedBy&) = delete;
};

/// The plan of a formula, made once for its type.
template <class B> [[gnu::cold]] auto trace_formula()
{
    using T = typename B::value_type;
    const B block{};
    Plan<T> plan;
    for (const void* place : places_inside(block)) add_to(plan.blocks, place);
    plan.add_value(B::input);
    const Symbol<T, B::input> x(&plan, 0);
    add_output(plan, block(x));
    return plan;
}
template <class B> const InnerPlan<typename B::value_type>& plan_of_formula()
{
    static const InnerPlan<typename B::value_type> plan(trace_formula<B>());
    return plan;
}

} // namespace internals

namespace protocols {

/// What a layer has that is its formula. The families are those of the options that it takes.
///
/// Refuses  a formula that gives no value, and what its functions refuse.
template <class L, class Families = protocols::families<>, class... Options>
struct formula_layer : layer_base<L, Families, Options...> {
    static constexpr bool asks_with_constants = true;
    /// What the formula gives for a symbol. Each level between it and what asks is a line of an error, so it is called here.
    template <Shape In> static consteval verdict accept_at()
    {
        using B = typename L::template block<float, In>;
        using S = internals::Symbol<float, In>;
        constexpr bool takes = internals::may_take<const B, S>(); // asked first: what is wrong inside is no answer any more
        if constexpr (requires(const B& block, const S& x) { block(x); }) {
            if constexpr (!requires(const B& again, const S& x) { again(x); }) return refuses(misfit::its_formula_was_refused);
            else {
                using R = std::remove_cvref_t<decltype(std::declval<const B&>()(std::declval<const S&>()))>;
                if constexpr (std::is_same_v<R, internals::no_formula>)
                    return refuses(misfit::its_block_has_no_formula__write_auto_operator_call_const_auto_x_const);
                else if constexpr (internals::is_refused_symbol<R>) return refuses(misfit::its_formula_was_refused);
                else if constexpr (internals::is_symbol<R>) return accepts(R::extents);
                else return refuses(misfit::its_formula_gives_no_value__return_what_functions_of_x_give);
            }
        }
        else
            return refuses(takes ? misfit::its_formula_was_refused
                                 : misfit::its_block_has_no_formula__write_auto_operator_call_const_auto_x_const);
    }
    /// Layers are asked so; this one answers to a constant alone.
    static constexpr verdict accept(Shape in) { return accepts(in); }
};

/// What the block of such a layer has. Its fields are variables, and blocks if it likes; its operator() is the formula.
///
/// Masks    those of a sequence reach the blocks inside; the block passes one on where it says `static constexpr bool passes_mask = true`.
/// Numerics those of the functions that it calls; a sample has the same bits in a batch, alone, in a Sequential and in a struct.
template <class L, class T, Shape In> struct formula_block : block_base<L, T, In> {
    using is_a_formula = void;
    using value_type = T;
    static constexpr Shape input = In;
    static constexpr Shape output = internals::output_at<L, In>;
    static constexpr bool across_batch = internals::any_part<internals::asks_across_batch, typename L::template block<T, In>>();
    static constexpr bool penalizes_activity =
        internals::any_part<internals::asks_activity_penalty, typename L::template block<T, In>>();

    /// Hidden by the formula.
    internals::no_formula operator()(const auto&) const { return {}; }

    static std::size_t saved(std::size_t n) { return plan().saved(n); }
    static std::size_t scratch(std::size_t n) { return plan().scratch(n); }

    void forward(Mode mode, const T* x, T* y, T* saved, T* scratch, internals::extent auto n) const
    {
        plan().forward(internals::places_inside(self()).data(), mode, x, y, saved, scratch, std::size_t(n));
    }
    template <class B>
    void backward(Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, B& gradient, T* scratch,
                  std::size_t n) const
    {
        plan().backward(internals::places_inside(self()).data(), internals::places_inside(gradient).data(), mode, x, y, saved, dy,
                        dx, scratch, n);
    }

    /// The formula itself, with the variables as tensors that tapes follow. One with blocks inside has no derivative of second order yet.
    template <class X, class With, class B = typename L::template block<T, In>> // named late: clang asks while it is incomplete
        requires(!internals::FormulaWithBlocks<B>)
    X compose(const With& with, const X& x) const
    {
        const internals::ComposedBy scope(with, static_cast<X*>(nullptr));
        return X(self()(x));
    }

    /// What the rules of the layer and the blocks inside ask for, as of every block.
    double own_penalty([[maybe_unused]] auto* gradient) const
    {
        if constexpr (penalizes<L>) return L::rules::penalty(self(), gradient);
        else return 0;
    }
    template <class B>
        requires internals::FormulaWithPenalty<L, B>
    double penalty(B* gradient) const
    {
        double sum = own_penalty(gradient);
        const auto places = internals::places_inside(gradient ? *gradient : self());
        std::size_t at = 0;
        internals::for_each_inside(self(), [&]<class P>(const P& place) {
            if constexpr (!internals::is_variable<P>)
                sum += internals::penalty_of_place(place, gradient ? static_cast<P*>(const_cast<void*>(places[at])) : nullptr);
            ++at;
        });
        return sum;
    }
    template <class B = typename L::template block<T, In>>
        requires internals::FormulaWithAfterStep<L, B>
    void after_step()
    {
        B& own = static_cast<B&>(*this);
        if constexpr (constrains<L>) L::rules::project(own);
        internals::for_each_inside(own, []<class P>(P& place) {
            if constexpr (!internals::is_variable<P> && !internals::FormulaBlock<P>) internals::tell_after_step(place);
        });
    }

private:
    static const auto& plan()
    {
        using B = typename L::template block<T, In>;
        constexpr bool fixed_fields = internals::count_inside<B>() < internals::unknown_count;
        static_assert(fixed_fields,
                      "lamina: a layer that is its formula has a fixed number of variables: no std::vector, std::map "
                      "or std::optional among its fields");
        return internals::plan_of_formula<B>();
    }
    const auto& self() const { return static_cast<const typename L::template block<T, In>&>(*this); }
};

} // namespace protocols

}} // namespace lamina
