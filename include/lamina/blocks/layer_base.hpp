// lamina/blocks/layer_base.hpp: what every layer and every block of one has in common, so that a layer says only what is its own.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/blocks/options.hpp>
#include <lamina/blocks/refusal.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/fields.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace protocols {

/// What a layer has: its options judged, its name, and itself on an input, `Dense<10>::on<64>`. The families are those of the options
/// that it takes; every layer takes a Name.
///
///     template <std::size_t Units, class... Options>
///     struct Dense : layer_base<Dense<Units, Options...>, families<family::activation, family::bias>, Options...> { ... };
template <class L, class Families, class... Options> struct layer_base;
template <class L, class... Family, class... Options> struct layer_base<L, families<Family...>, Options...> {
    using options = check_options<families<Family..., family::name>, Options...>;
    static constexpr std::string_view name = chosen<family::name, Name<"">, Options...>::value;
    template <auto... In> using on = bound<L, float, Input<In...>>;
};

/// A layer whose rules (`parameter_rules`) penalize what it learns, or constrain it. Concepts, as clang 14 refuses a block whose layer
/// has no rules where the question stands in the requires clause itself.
template <class L>
concept penalizes = L::rules::penalize;
template <class L>
concept constrains = L::rules::constrain;

/// The penalties and constraints of a layer's `rules` (`parameter_rules`), if it has any, on its block `B`.
template <class L, class B> struct block_with_rules : internals::without_fields {
    double penalty(auto* gradient) const
        requires penalizes<L>
    {
        return L::rules::penalty(static_cast<const B&>(*this), gradient);
    }
    void after_step()
        requires constrains<L>
    {
        L::rules::project(static_cast<B&>(*this));
    }
};

/// What the block of a layer has: its number type, its shapes, a call, and its layer's rules. It brings no fields.
template <class L, class T, Shape In> struct block_base : block_with_rules<L, typename L::template block<T, In>> {
    using value_type = T;
    using layer = L;
    template <class U> using as = typename L::template block<U, In>;
    static constexpr Shape input = In, output = internals::output_at<L, In>;

    [[gnu::always_inline]] auto operator()(const auto& x) const
    {
        return call(static_cast<const typename L::template block<T, In>&>(*this), x);
    }
};

}}} // namespace lamina::protocols
