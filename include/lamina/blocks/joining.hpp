// lamina/blocks/joining.hpp: layers of several inputs: what their blocks have in common, and the block or the refusal of one.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/refusal.hpp>
#include <lamina/core/architecture.hpp>

#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// What the block of a layer of several inputs has: its number type, its shapes, a call, and its layer's rules. It brings no fields. `In`
/// are `Input<…>`.
template <class L, class T, class... In> struct joining_base : block_with_rules<L, typename L::template joining_block<T, In...>> {
    using value_type = T;
    using layer = L;
    using inputs = Inputs<In...>;
    template <class U> using as = typename L::template joining_block<U, In...>;
    static constexpr Shape output = L::accept(In::value...).output;

    auto operator()(const auto&... x) const
    {
        return call(static_cast<const typename L::template joining_block<T, In...>&>(*this), x...);
    }
};

} // namespace protocols

namespace internals {

template <class L, class T, misfit Answer, class... In> struct joining_block_of {
    using type = typename refusal<alone, L, Inputs<In...>, Answer>::type;
};
template <class L, class T, class... In> struct joining_block_of<L, T, misfit::none, In...> {
    using type = typename L::template joining_block<T, In...>;
};

template <class L, class T, class... In> struct asked_joining : joining_block_of<L, T, L::accept(In::value...).answer, In...> {};
template <class L, class T, class... In>
    requires(!options_fit<L>)
struct asked_joining<L, T, In...> : refusal<alone, L, Inputs<In...>, misfit::cannot_take_an_option> {};

} // namespace internals

namespace protocols {

/// The block of a layer for several `Input<…>`, or a refusal.
template <class L, class T, class... In> using joined = typename internals::asked_joining<L, T, In...>::type;

} // namespace protocols

}} // namespace lamina
