// lamina/core/parts.hpp: walks over a model: its parts, their names, its variables.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/core/verdict.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <class P> inline constexpr bool is_list = false;
template <class P> inline constexpr bool is_list<std::vector<P>> = !std::is_arithmetic_v<P>;
template <class P, std::size_t N> inline constexpr bool is_list<std::array<P, N>> = !std::is_arithmetic_v<P>;
template <class P> inline constexpr bool is_numbers = false; // plain data of a model, no parts
template <class T, std::size_t N> inline constexpr bool is_numbers<std::array<T, N>> = std::is_arithmetic_v<T>;
template <class P> inline constexpr bool is_dictionary = false;
template <class P> inline constexpr bool is_dictionary<std::map<std::string, P>> = true;
template <class P> inline constexpr bool is_maybe = false;
template <class P> inline constexpr bool is_maybe<std::optional<P>> = true;

template <std::size_t> struct known; // its argument is a constant: a data member `name` is none

struct ignore {
    template <class... A> void operator()(A&&...) const;
};

/// What holds parts: layers (a Sequential), a plain struct, or one of the above. A new kind is a line here, in `part_types`, in
/// `for_each_part` and in `copy_structure`; all else goes through these.
template <class P> inline constexpr bool has_layers = requires(P& part) { part.for_each_layer(ignore{}); };
template <class P>
inline constexpr bool has_fields =
    std::is_class_v<P> && std::is_aggregate_v<P> && !is_list<P> && !is_numbers<P> && !is_refused<P>;
template <class P>
inline constexpr bool has_parts = has_layers<P> || is_list<P> || is_dictionary<P> || is_maybe<P> || has_fields<P>;

/// The types of what a part holds; of layers none, as these say for themselves what is asked.
template <class P> constexpr auto part_types()
{
    if constexpr (is_dictionary<P>) return field_list<typename P::mapped_type>{};
    else if constexpr (is_list<P> || is_maybe<P>) return field_list<typename P::value_type>{};
    else if constexpr (has_fields<P> && fields_of<P> == fields_are::readable) return field_types<P>{};
    else return field_list<>{};
}

/// The name that a part carries by its layer's option `Name<"stem">`, or nothing.
template <class P> constexpr std::string_view given_name()
{
    if constexpr (requires { typename known<std::string_view(P::layer::name).size()>; }) return P::layer::name;
    else if constexpr (requires { typename known<std::string_view(P::name).size()>; }) return P::name;
    else return {};
}

/// Calls `f(name, part)` for every direct part of a model: the layers of a Sequential (by name or position), the fields of
/// a struct, the elements of a std::array, std::vector or std::map<std::string, …>, the content of a std::optional.
/// A field or a layer named by an option has that name; elements of lists and maps have their position or key. What is none of these
/// holds nothing.
template <class Whole, class F> void for_each_part(Whole& whole, F&& f)
{
    using W = std::remove_const_t<Whole>;
    if constexpr (has_layers<W>) whole.for_each_layer(f);
    else if constexpr (is_list<W>) {
        std::size_t i = 0;
        for (auto& part : whole) f(std::string_view(std::to_string(i++)), part);
    }
    else if constexpr (is_dictionary<W>)
        for (auto& [name, part] : whole) f(std::string_view(name), part);
    else if constexpr (is_maybe<W>) {
        if (whole) f(std::string_view("value"), *whole);
    }
    else if constexpr (has_fields<W>)
        for_each_field(whole, [&](std::string_view name, auto& part) {
            using P = std::remove_cvref_t<decltype(part)>;
            f(given_name<P>().empty() ? name : given_name<P>(), part);
        });
}

} // namespace internals

/// Calls `f(variable)` for every variable of a model, depth first, in the order of its fields.
template <class Part, class F> void for_each_variable(Part& part, F&& f)
{
    if constexpr (internals::is_variable<std::remove_const_t<Part>>) f(part);
    else internals::for_each_part(part, [&](std::string_view, auto& inner) { for_each_variable(inner, f); });
}

/// Calls `f(path, variable)`; a path is the names from the model to the variable, joined by '/': `body/0/kernel`.
template <class Part, class F> void for_each_named_variable(Part& part, F&& f, const std::string& path = {})
{
    if constexpr (internals::is_variable<std::remove_const_t<Part>>) f(path, part);
    else
        internals::for_each_part(part, [&](std::string_view name, auto& inner) {
            for_each_named_variable(inner, f, internals::text_of({path, path.empty() ? "" : "/", name}));
        });
}

namespace internals {

/// What is done with a model's variables while they are met, without types, so that one function walks a model whatever for.
struct Walk {
    void (*meet)(void* with, const std::string& path, const AnyVariable& variable);
    void* with;
    bool named; ///< otherwise the path stays empty, and nothing is allocated
    std::string path{};

    /// Goes into a part and gives what `leave` needs to get out of it.
    [[gnu::cold, gnu::noinline]] std::size_t enter(std::string_view name)
    {
        const std::size_t before = path.size();
        if (named) append(path, {before > 0 ? "/" : "", name});
        return before;
    }
    [[gnu::cold, gnu::noinline]] void leave(std::size_t before) { path.erase(before); }
    [[gnu::cold, gnu::noinline]] void meet_in(std::string_view name, const AnyVariable& variable)
    {
        const std::size_t before = enter(name);
        meet(with, path, variable);
        leave(before);
    }
};

template <class Part> [[gnu::cold]] void walk(const Part& part, Walk& to)
{
    if constexpr (is_variable<Part>) to.meet(to.with, to.path, part);
    else
        for_each_part(part, [&](std::string_view name, const auto& inner) {
            if constexpr (is_variable<std::remove_cvref_t<decltype(inner)>>) to.meet_in(name, inner);
            else {
                const std::size_t before = to.enter(name);
                walk(inner, to);
                to.leave(before);
            }
        });
}

/// A variable without its static type, and its path. What is found in a const model is only to be looked at.
struct FoundVariable {
    std::string path;
    AnyVariable* variable;
};

inline constexpr auto path_of = [](const FoundVariable& found) { return std::string_view(found.path); };

inline std::vector<std::string_view> paths_of(const std::vector<FoundVariable>& variables)
{
    std::vector<std::string_view> paths;
    for (const auto& found : variables) paths.push_back(found.path);
    return paths;
}

/// All variables of a model and their paths, in the order of `for_each_named_variable`.
template <class M> LAMINA_OUTLINED std::vector<FoundVariable> variables_of(const M& model)
{
    now_and_then();
    std::vector<FoundVariable> found;
    Walk to{[](void* list, const std::string& path, const AnyVariable& variable) __attribute__((cold)) {
                static_cast<std::vector<FoundVariable>*>(list)->push_back({path, const_cast<AnyVariable*>(&variable)});
            },
            &found, true};
    walk(model, to);
    return found;
}

/// Calls `f(variable)` with a `const AnyVariable&` for every variable of a model. Allocates nothing.
template <class M, class F> void for_each_any_variable(const M& model, F f)
{
    Walk to{[](void* call, const std::string&, const AnyVariable& variable) { (*static_cast<F*>(call))(variable); }, &f, false};
    walk(model, to);
}

/// Whether every variable of a model is bound: what each call of a model asks, so it is neither named nor indirect.
template <class Part> [[gnu::always_inline]] inline bool all_bound(const Part& part)
{
    if constexpr (is_variable<Part>) return part.bound();
    else if constexpr (requires { part.all_layers_bound(); }) return part.all_layers_bound();
    else if constexpr (has_fields<Part>)
        return with_fields<field_count<Part>()>(part, [](const auto&... fields) { return (true && ... && all_bound(fields)); });
    else {
        bool all = true;
        for_each_part(part, [&](std::string_view, const auto& inner) { all = all && all_bound(inner); });
        return all;
    }
}

/// Whether training changes a part: its own `learns()`, else whether a variable of it is not frozen.
template <class Part> [[gnu::cold]] bool learns(const Part& part)
{
    bool any = false;
    if constexpr (requires { part.learns(); }) any = part.learns();
    else if constexpr (has_layers<Part>)
        part.for_each_layer([&](std::string_view, const auto& layer) { any = any || internals::learns(layer); });
    else
        for_each_any_variable(
            part, [&](const AnyVariable& variable) { any = any || !variable.storage() || variable.storage()->trainable; });
    return any;
}

/// A layer that does not know its input yet: it has no variables, and is no part of a model.
template <class P>
concept OpenLayer = requires(Shape in) { P::accept(in); };

/// The number of learned elements in a part whose structure is static; what a std::vector holds is not counted.
template <class P> constexpr std::size_t parameter_count_of()
{
    if constexpr (is_variable<P>) return P::size;
    else if constexpr (requires { typename known<std::size_t{P::parameter_count}>; }) return P::parameter_count;
    else if constexpr (is_list<P> && requires { std::tuple_size<P>::value; })
        return std::tuple_size_v<P> * parameter_count_of<typename P::value_type>();
    else if constexpr (has_fields<P>)
        return []<class... Fields>(field_list<Fields...>) {
            return (std::size_t{0} + ... + parameter_count_of<Fields>());
        }(part_types<P>());
    else return 0;
}

} // namespace internals

}} // namespace lamina
