// lamina/core/fields.hpp: the fields of a plain struct, by name, without a macro and without a base class.
//
// Works for local types and anonymous namespaces on g++ 12 and clang 14. The names come from `__PRETTY_FUNCTION__` of a
// pointer to the field of an object that is never constructed. What cannot be seen through is refused with a sentence.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/fields_tie.hpp>
#include <lamina/core/flat_tuple.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A base class that brings constants, types and functions alone. Reflection passes over it.
struct without_fields {};

/// Why the fields of a type cannot be read; compilers print the enumerator.
enum class fields_are {
    readable,
    hidden__the_type_is_no_aggregate,
    hidden_by_a_base_class__make_it_a_field,
    a_C_array__use_std_array,
    a_reference__hold_the_value_or_a_pointer,
    const__hold_it_without_const,
    more_than_64__group_some_in_a_struct,
};

/// Converts to anything, in questions that are never run. (With a body, as clang warns of a function without one where a
/// constructor of the standard library is instantiated for a type without linkage: std::optional of a local block.)
struct any_value {
    template <class U> operator U() const noexcept { std::abort(); }
};

struct any_number {
    template <class U>
        requires std::is_arithmetic_v<U>
    operator U() const noexcept;
};

template <class T> struct any_base {
    template <class U>
        requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>)
    operator U() const noexcept;
};

/// Room for a T that is never constructed; only the addresses of its members are ever named.
template <class T> union room {
    char none;
    T object;
    constexpr room() : none{} {}
    constexpr ~room() {}
};

#ifdef __clang__ // a union of non-literal members is not literal there, so constinit instead of constexpr
template <class T> [[clang::no_destroy]] inline constinit room<T> external{};
#else
template <class T> inline constexpr room<T> external{};
#endif

template <class M> struct member { // a structural wrapper: clang before 18 takes no bare pointer to a subobject
    const M* at;
};
template <class M> member(const M*) -> member<M>;

/// T{values...} is a valid initialization.
template <class T, std::size_t... At> consteval bool takes(std::index_sequence<At...>)
{
    return requires { T{(void(At), any_value{})...}; };
}
template <class T, std::size_t N> inline constexpr bool initialized_by = takes<T>(std::make_index_sequence<N>{});

/// T{values..., {}, values...} is a valid initialization.
template <class T, std::size_t... Before, std::size_t... After>
consteval bool takes_empty(std::index_sequence<Before...>, std::index_sequence<After...>)
{
    return requires { T{(void(Before), any_value{})..., {}, (void(After), any_value{})...}; };
}
template <class T, std::size_t Before, std::size_t After>
inline constexpr bool initialized_with_empty =
    takes_empty<T>(std::make_index_sequence<Before>{}, std::make_index_sequence<After>{});

inline constexpr std::size_t no_fields = ~std::size_t{0};

/// How many initializers stand before those of the fields: one for a base class without fields.
template <class T> inline constexpr std::size_t before_fields = std::is_base_of_v<without_fields, T> ? 1 : 0;

/// The largest number of initializers that T takes. Where T{} is valid so is every smaller number, and it is searched for by halves;
/// else from above.
template <class T, std::size_t Least = 0, std::size_t Most = max_fields + 1> consteval std::size_t count_by_halves()
{
    if constexpr (Least == Most) return Least;
    else {
        constexpr std::size_t middle =
            Least < 8 && Most > 16 ? Least + 8 : Least + (Most - Least + 1) / 2; // most have few fields
        if constexpr (initialized_by<T, middle>) return count_by_halves<T, middle, Most>();
        else return count_by_halves<T, Least, middle - 1>();
    }
}
template <class T, std::size_t N = max_fields> consteval std::size_t count_down()
{
    if constexpr (initialized_by<T, N>) return N;
    else if constexpr (N == 0) return no_fields;
    else return count_down<T, N - 1>();
}
template <class T> consteval std::size_t count_initializers()
{
    if constexpr (initialized_by<T, 0>) return count_by_halves<T>() - before_fields<T>;
    else return count_down<T>();
}

/// A number in braces of its own for each initializer is valid: surely no field takes several of them.
template <class T, std::size_t... At> consteval bool takes_braced_numbers(std::index_sequence<At...>)
{
    if constexpr (before_fields<T> == 0) return requires { T{{(void(At), any_number{})}...}; };
    else return requires { T{{}, {(void(At), any_number{})}...}; };
}

/// Empty braces at place At stand for more than one initializer.
template <class T, std::size_t At, std::size_t N> consteval bool is_array_at()
{
    if constexpr (initialized_with_empty<T, before_fields<T> + At, N - At - 1>) return false;
    else return initialized_with_empty<T, before_fields<T> + At, 0>;
}

/// Whether some field takes more than one initializer: a C array.
template <class T, std::size_t N, std::size_t... At> consteval bool has_array(std::index_sequence<At...> places)
{
    if constexpr (takes_braced_numbers<T>(places)) return false;
    else return (false || ... || is_array_at<T, At, N>());
}

/// The types of fields, in order.
template <class... Fields> struct field_list {};
struct list_fields {
    template <class... Fields> constexpr field_list<Fields...> operator()(Fields&...) const { return {}; }
};
template <class T, std::size_t N> using fields_in = decltype(with_fields<N>(std::declval<T&>(), list_fields{}));

template <class... Fields> consteval bool any_array(field_list<Fields...>) { return (std::is_array_v<Fields> || ...); }
template <class... Fields> consteval bool any_const(field_list<Fields...>) { return (std::is_const_v<Fields> || ...); }

template <class T> consteval fields_are examine()
{
    if constexpr (!std::is_aggregate_v<T>) return fields_are::hidden__the_type_is_no_aggregate;
    else if constexpr (before_fields<T> == 0 && requires { T{any_base<T>{}}; })
        return fields_are::hidden_by_a_base_class__make_it_a_field;
    else {
        constexpr std::size_t n = count_initializers<T>();
        if constexpr (n == no_fields) return fields_are::a_reference__hold_the_value_or_a_pointer;
        else if constexpr (has_array<T, n>(std::make_index_sequence<n>{})) return fields_are::a_C_array__use_std_array;
        else if constexpr (n > max_fields) return fields_are::more_than_64__group_some_in_a_struct;
        else if constexpr (std::is_move_constructible_v<T> && !std::is_move_assignable_v<T>)
            return fields_are::a_reference__hold_the_value_or_a_pointer;
        else if constexpr (!std::is_move_constructible_v<T> && any_const(fields_in<T, n>{}))
            return fields_are::const__hold_it_without_const;
        else if constexpr (any_array(fields_in<T, n>{})) return fields_are::a_C_array__use_std_array;
        else return fields_are::readable;
    }
}

/// Never false: its arguments are the error message.
template <class T, fields_are Answer> inline constexpr bool fields_can_be_read = Answer == fields_are::readable;

/// The addresses of all fields.
struct take_places {
    template <class... Fields> constexpr auto operator()(Fields&... fields) const
    {
        return flat_tuple<std::index_sequence_for<Fields...>, Fields*...>{{&fields}...};
    }
};
template <class T> inline constexpr auto field_places = with_fields<count_initializers<T>()>(external<T>.object, take_places{});

template <auto Member> consteval std::string_view pretty() { return __PRETTY_FUNCTION__; }

consteval std::string_view last_identifier(std::string_view s)
{
    // g++ 12:   ... Member = member<int>{(& external<T>.room<T>::object.T::field)}; std::string_view = ...]
    // clang:    ... Member = {&external.object.field}]
    s = s.substr(0, s.find_last_of('}'));
    while (s.ends_with(')')) s.remove_suffix(1);
    return s.substr(s.find_last_of(".:") + 1);
}

/// Whether the fields of T can be read, or why not.
template <class T> inline constexpr fields_are fields_of = examine<T>();

/// The number of fields of an aggregate. Refuses a base class, a C array, a reference and more than 64 fields.
template <class T> consteval std::size_t field_count()
{
    static_assert(internals::fields_can_be_read<T, fields_of<T>>, "lamina: the fields of this type cannot be read");
    if constexpr (fields_of<T> == fields_are::readable) return count_initializers<T>();
    else return 0;
}

/// The name of field At.
template <std::size_t At, class T> consteval std::string_view field_name()
{
    return last_identifier(pretty<member{internals::get<At>(field_places<T>)}>());
}

/// The types of all fields, in order, as `internals::field_list<…>`.
template <class T> using field_types = fields_in<T, field_count<T>()>;

/// The names of all fields, in order.
template <class T>
inline constexpr auto field_names = []<std::size_t... At>(std::index_sequence<At...>) {
    return std::array<std::string_view, sizeof...(At)>{field_name<At, T>()...};
}(std::make_index_sequence<field_count<T>()>{});

/// Calls `f(name, field)` for every field, in order.
template <class T, class F> constexpr void for_each_field(T& t, F&& f)
{
    using U = std::remove_const_t<T>;
    with_fields<field_count<U>()>(t, [&](auto&... field) {
        [[maybe_unused]] std::size_t i = 0;
        (f(field_names<U>[i++], field), ...);
    });
}

}}} // namespace lamina::internals
