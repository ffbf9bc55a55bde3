// lamina/blocks/option_list.hpp: what a layer, a loss, an optimizer is set to, in Keras's words: to be printed, compared and written.
//
// A class says its options once, in the order of its parameters; for a layer the function is static, for an object of values const:
//
//     template <class To> static void list_options(To& to)
//     {
//         to("units", Units);                                           // one that Keras asks for
//         to("use_bias", !std::is_same_v<bias_option, NoBias>, true);   // one that it has a default for
//         to("kernel_initializer", kernel_initializer{}, GlorotUniform{});
//     }
//
// Names and defaults are Keras's; what Keras has no word for is left out. A value is true or false, a number, a text, nothing (nullptr, an
// empty optional), an enumerator with a function `word_of`, a size (Shape, or what has height and width), a vector, or an object: of a type with `class_name`, Keras's name of it, and perhaps
// a list of its own; of one with a `name` alone that is all that is said. As the list is a template, it costs nothing where nobody asks.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/shape.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace protocols {

enum class value_is { nothing, boolean, whole, single, real, text, list, object };

struct Option;

/// The value of an option, as a config of Keras has it.
struct OptionValue {
    value_is kind = value_is::nothing;
    double number = 0;         ///< of a boolean 0 or 1; a whole number; a float (single) or a double (real)
    std::string_view text{};   ///< a text; the class of an object
    std::vector<Option> parts; ///< the numbers of a list, without names; the options of an object
};

struct Option {
    std::string_view name;
    OptionValue value, usual; ///< usual: Keras's default
    bool required = false;    ///< Keras has no default
};

[[gnu::cold]] inline bool operator==(const OptionValue& a, const OptionValue& b)
{
    bool same = a.kind == b.kind && a.number == b.number && a.text == b.text && a.parts.size() == b.parts.size();
    for (std::size_t i = 0; same && i < a.parts.size(); ++i)
        same = a.parts[i].name == b.parts[i].name && a.parts[i].value == b.parts[i].value;
    return same;
}

/// Writes `3`, `true`, `same`, `none`, `(2, 1)`, `L2(l2=0.01)`.
[[gnu::cold]] inline void print(std::string& to, const OptionValue& value)
{
    using enum value_is;
    if (value.kind == nothing) internals::print(to, "none");
    else if (value.kind == boolean) internals::print(to, value.number != 0 ? "true" : "false");
    else if (value.kind == whole) internals::print(to, static_cast<long long>(value.number));
    else if (value.kind == single || value.kind == real) internals::print(to, value.number);
    else internals::print(to, value.text);
    if (value.kind != list && value.parts.empty()) return;
    internals::print(to, '(');
    for (const Option& part : value.parts) {
        if (&part != value.parts.data()) internals::print(to, ", ");
        internals::append(to, {part.name, part.name.empty() ? "" : "=", part.value});
    }
    internals::print(to, ')');
}

/// Keras's name of a class: its `class_name`, or the `kind` of a layer.
template <class C> constexpr std::string_view class_name_of()
{
    if constexpr (requires { std::string_view(C::class_name); }) return C::class_name;
    else if constexpr (requires { std::string_view(C::kind); }) return C::kind;
    else return "custom";
}

template <class V> [[gnu::cold]] OptionValue option_value(const V& value);

/// Takes a list of options as values that have no types.
struct OptionList {
    std::vector<Option> options;

    template <class V> [[gnu::cold]] void operator()(std::string_view name, const V& value)
    {
        internals::add_to(options, {name, option_value(value), {}, true});
    }
    template <class V, class Usual> [[gnu::cold]] void operator()(std::string_view name, const V& value, const Usual& usual)
    {
        if constexpr (std::is_arithmetic_v<V> && !std::is_null_pointer_v<Usual>)
            internals::add_to(options, {name, option_value(value), option_value(static_cast<V>(usual))});
        else internals::add_to(options, {name, option_value(value), option_value(usual)});
    }
};

/// The options of an object, or of a layer, which needs none; none where the class has no list.
template <class Listed> [[gnu::cold]] std::vector<Option> options_of(const Listed& listed)
{
    OptionList list;
    if constexpr (requires { listed.list_options(list); }) listed.list_options(list);
    return std::move(list.options);
}
template <class Layer> [[gnu::cold]] std::vector<Option> options_of()
{
    OptionList list;
    if constexpr (requires { Layer::list_options(list); }) Layer::list_options(list);
    return std::move(list.options);
}

template <class V> OptionValue option_value(const V& value)
{
    OptionValue made;
    const auto size = [&made](const auto& extent) { internals::add_to(made.parts, {{}, option_value(extent), {}}); };
    if constexpr (std::is_same_v<V, std::nullptr_t>) return made; // a text may be made of it
    else if constexpr (std::is_arithmetic_v<V>) {
        made.kind = std::is_same_v<V, bool>    ? value_is::boolean
                    : std::is_integral_v<V>    ? value_is::whole
                    : std::is_same_v<V, float> ? value_is::single
                                               : value_is::real;
        made.number = static_cast<double>(value);
    }
    else if constexpr (std::is_enum_v<V>) {
        made.kind = value_is::text;
        made.text = word_of(value);
    }
    else if constexpr (std::is_convertible_v<V, std::string_view>) {
        made.kind = value_is::text;
        made.text = value;
    }
    else if constexpr (requires { value.has_value(); }) {
        if (value.has_value()) made = option_value(*value);
    }
    else if constexpr (requires { value.list_value(made); }) value.list_value(made);
    else if constexpr (std::is_same_v<V, Shape>) {
        made.kind = value_is::list;
        for (std::size_t axis = 0; axis < value.rank; ++axis) size(value[axis]);
    }
    else if constexpr (requires { value.begin(); }) {
        made.kind = value_is::list;
        for (const auto& each : value) internals::add_to(made.parts, {{}, option_value(each), {}});
    }
    else if constexpr (requires { value.height, value.width; }) {
        made.kind = value_is::list;
        size(value.height);
        size(value.width);
    }
    else if constexpr (requires { value.before, value.after; }) {
        made.kind = value_is::list;
        size(value.before);
        size(value.after);
    }
    else if constexpr (!requires { V::class_name; } && !requires { V::kind; } && requires { std::string_view(V::name); }) {
        made.kind = value_is::text;
        made.text = V::name;
        made.parts = options_of(value); // of an activation: they are said where one is not as usual
        for (const Option& part : made.parts)
            if (part.required || !(part.value == part.usual)) made.kind = value_is::object;
        if (made.kind == value_is::text) made.parts.clear();
    }
    else {
        made.kind = value_is::object;
        made.text = class_name_of<V>();
        made.parts = options_of(value);
    }
    return made;
}

} // namespace protocols

}} // namespace lamina
