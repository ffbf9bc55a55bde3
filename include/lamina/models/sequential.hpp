// lamina/models/sequential.hpp: a model of layers one after another, each shape deduced from the one before.
#pragma once

#include <lamina/models/chain.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina::inline LAMINA_ARCHITECTURE {

namespace inner {

template <class In>
inline constexpr bool is_input = false;
template <auto... E>
inline constexpr bool is_input<Input<E...>> = true;

/// Walks the layers once and remembers every shape, or the first refusal.
template <class In, class... Layers>
struct walk {
    struct record {
        std::array<shape, sizeof...(Layers) + 1> shapes{};
        std::size_t refused_at = ~std::size_t{0};
        fit reason = fit::yes;
    };

    template <class L>
    static constexpr verdict ask([[maybe_unused]] const shape& in)
    {
        if constexpr (!options_fit<L>) return refuses(fit::cannot_take_an_option);
        else if constexpr (Layer<L>) return L::accept(in);
        else return refuses(fit::is_no_layer);
    }

    static constexpr record value = [] {
        record r;
        r.shapes[0] = In::value;
        std::size_t at = 0;
        const auto step = [&](const verdict& v) {
            r.reason = v.answer;
            if (v.answer != fit::yes) r.refused_at = at;
            else r.shapes[++at] = v.output;
            return v.answer == fit::yes;
        };
        (void)(step(ask<Layers>(r.shapes[at])) && ...);
        if (r.reason == fit::yes) {
            const std::array<std::string_view, sizeof...(Layers)> names{lamina::given_name<Layers>()...};
            for (std::size_t i = 0; i < names.size(); ++i)
                if (names[i].find('/') != std::string_view::npos ||
                    (!names[i].empty() && names[i].find_first_not_of("0123456789") == std::string_view::npos)) {
                    r.reason = fit::a_name_has_no_slash_and_is_no_number;
                    r.refused_at = i;
                }
                else if (!names[i].empty() && std::find(names.begin(), names.begin() + i, names[i]) != names.begin() + i) {
                    r.reason = fit::two_layers_have_the_same_name;
                    r.refused_at = i;
                }
        }
        return r;
    }();
};

template <class T, class Walk, class In, class... Ls, std::size_t... I>
auto chain(std::index_sequence<I...>) -> Chain<T, In, typename Ls::template block<T, Walk::value.shapes[I]>...>;

template <class T, class In, class... Layers>
struct sequential {
    using type = decltype(chain<T, walk<In, Layers...>, In, Layers...>(std::index_sequence_for<Layers...>{}));
};

template <class Walk, class... Layers>
struct refusal {
    static constexpr auto walked = Walk::value;
    using offender = std::tuple_element_t<walked.refused_at, std::tuple<Layers...>>;
    static auto type_of()
    {
        using place = lamina::layer<walked.refused_at>;
        if constexpr (walked.reason == fit::cannot_take_an_option)
            return std::type_identity<lamina::detail::refused_option<place, offender, typename offender::options::offender,
                                                                     offender::options::answer>>{};
        else
            return std::type_identity<
                lamina::detail::refused<place, offender, as_shape<walked.shapes[walked.refused_at]>, walked.reason>>{};
    }
    using type = typename decltype(type_of())::type;
};

template <class T, class In, class... Layers>
    requires(is_input<In> && sizeof...(Layers) > 0 && walk<In, Layers...>::value.reason != fit::yes)
struct sequential<T, In, Layers...> : refusal<walk<In, Layers...>, Layers...> {};

template <class T, class In>
    requires(is_input<In>)
struct sequential<T, In> {
    using type = lamina::detail::refused<lamina::layer<0>, In, as_shape<In::value>, fit::a_Sequential_needs_a_layer>;
};

template <class T, class First, class... Layers>
    requires(!is_input<First>)
struct sequential<T, First, Layers...> {
    using type = lamina::detail::refused<lamina::layer<0>, First, Shape<>, fit::the_first_entry_of_a_Sequential_must_be_Input>;
};

} // namespace inner

/// Layers one after another: `Sequential<Input<28, 28>, Flatten, Dense<10>>`.
///
/// It has the constants `input`, `output`, `parameter_count`, `multiply_adds` (a sample) and `workspace_bytes` (inference
/// of a sample), and `as<double>`.
/// Refuses, with the layer's position, the layer, the shape it was given and the reason.
template <class In, class... Layers>
using Sequential = typename inner::sequential<float, In, Layers...>::type;

} // namespace lamina::inline LAMINA_ARCHITECTURE
