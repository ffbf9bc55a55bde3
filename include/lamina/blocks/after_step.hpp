// lamina/blocks/after_step.hpp: what blocks ask for besides their passes: a penalty on their variables, and a say after each step.
//
// A block may have `double penalty(block* gradient) const`: it gives what is added to the loss, and adds the derivative of that to
// `gradient` unless it is null. It may have `void after_step()`: it brings its variables to where a constraint wants them. A trainer
// asks both once a step, also of a block that a model uses twice.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cstddef>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Whether a block, or a layer inside of it, satisfies `Asked<B>`.
template <template <class> class Asked, class B> consteval bool any_inside()
{
    if constexpr (Asked<B>::value) return true;
    else if constexpr (requires { B::layer_count; })
        return []<std::size_t... At>(std::index_sequence<At...>) {
            return (false || ... ||
                    any_inside<Asked, std::remove_cvref_t<decltype(std::declval<const B&>().template layer<At>())>>());
        }(std::make_index_sequence<B::layer_count>{});
    else return false;
}

template <class B> struct asks_penalty {
    static constexpr bool value = requires(const B& block, B* gradient) { block.penalty(gradient); };
};
template <class B> struct asks_after_step {
    static constexpr bool value = requires(B& block) { block.after_step(); };
};
template <class B> inline constexpr bool has_penalty = any_inside<asks_penalty, B>();
template <class B> inline constexpr bool has_after_step = any_inside<asks_after_step, B>();

/// The penalties of a block and of the layers inside of it; `gradient` is a block of the same type, or null.
template <class B> [[gnu::cold]] double penalty_of([[maybe_unused]] const B& block, [[maybe_unused]] B* gradient)
{
    if constexpr (asks_penalty<B>::value) return block.penalty(gradient);
    else if constexpr (has_penalty<B>)
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            return (0.0 + ... + penalty_of(block.template layer<At>(), gradient ? &gradient->template layer<At>() : nullptr));
        }(std::make_index_sequence<B::layer_count>{});
    else return 0;
}

/// The same of a place of a plan: blocks inside of one that is its formula are places themselves.
template <class B> [[gnu::cold]] double penalty_of_place(const B& block, B* gradient)
{
    if constexpr (requires { block.own_penalty(gradient); }) return block.own_penalty(gradient);
    else return penalty_of(block, gradient);
}

/// Tells a block, and the layers inside of it, that a step was taken.
template <class B> [[gnu::cold]] void tell_after_step([[maybe_unused]] B& block)
{
    if constexpr (asks_after_step<B>::value) block.after_step();
    else if constexpr (has_after_step<B>)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (tell_after_step(block.template layer<At>()), ...);
        }(std::make_index_sequence<B::layer_count>{});
}

}}} // namespace lamina::internals
