// lamina/interop/keras/config.hpp: reads a config of Keras by a class's own list of options.
//
// The words are those of lists of options (blocks/option_list.hpp), so nothing is said here of any class but what Keras says besides. What is
// wrong is told in a sentence, of which the first is kept: nothing is thrown, as a translation goes on with the next layer.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/interop/keras/classes.hpp>
#include <lamina/interop/keras/harmless.hpp>
#include <lamina/interop/keras/json.hpp>

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

[[gnu::cold]] inline protocols::OptionValue number_of(double number, protocols::value_is kind)
{
    protocols::OptionValue made;
    made.kind = kind;
    made.number = number;
    return made;
}

/// A whole number that a size may be.
[[gnu::cold]] inline bool is_size(const Json& from)
{
    return from.is_number() && from.number >= 0 && from.number < 1e15 && std::floor(from.number) == from.number;
}

/// Numbers of an object, which may be any; one alone is a list as well.
[[gnu::cold]] inline protocols::OptionValue read_numbers(const Json& from)
{
    using protocols::value_is;
    protocols::OptionValue made;
    const auto add = [&made](const Json& each) {
        const bool whole = std::floor(each.number) == each.number && std::fabs(each.number) < 1e15;
        internals::add_to(made.parts, {{}, number_of(each.number, whole ? value_is::whole : value_is::real), {}});
    };
    if (from.is_number()) add(from);
    else if (!from.is_list()) return made;
    for (const Json& each : from.parts) {
        if (!each.is_number()) return {};
        add(each);
    }
    made.kind = value_is::list;
    return made;
}

/// Sizes, or lists of them where the class has some; one alone stands for all.
[[gnu::cold]] inline protocols::OptionValue read_list(const protocols::OptionValue& like, const Json& from, bool any_count)
{
    using protocols::value_is;
    const std::size_t count = from.is_list() ? from.parts.size() : like.parts.size();
    protocols::OptionValue made;
    if (!(from.is_list() || is_size(from)) || (count != like.parts.size() && !any_count)) return made;
    for (std::size_t i = 0; i < count; ++i) {
        const Json& each = from.is_list() ? from.parts[i] : from;
        const bool of_lists = i < like.parts.size() && like.parts[i].value.kind == value_is::list;
        if (!of_lists && !is_size(each)) return {};
        internals::add_to(
            made.parts,
            {{}, of_lists ? read_list(like.parts[i].value, each, false) : number_of(each.number, value_is::whole), {}});
        if (made.parts.back().value.kind == value_is::nothing) return {};
    }
    made.kind = value_is::list;
    return made;
}

/// The last axes, -2 and -1, counted from the end; one alone is a list of one.
[[gnu::cold]] inline protocols::OptionValue read_axes(const Json& from)
{
    protocols::OptionValue made;
    const std::size_t count = from.is_list() ? from.parts.size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
        const Json& axis = from.is_list() ? from.parts[i] : from;
        if (!axis.is_number() || axis.number != static_cast<double>(i) - static_cast<double>(count)) return {};
        internals::add_to(made.parts, {{}, number_of(axis.number, protocols::value_is::whole), {}});
    }
    made.kind = protocols::value_is::list;
    return made;
}

[[gnu::cold]] inline std::string needed(const protocols::OptionValue& like)
{
    using protocols::value_is;
    switch (like.kind) {
    case value_is::boolean: return "true or false was";
    case value_is::whole: return "a whole number was";
    case value_is::text: return "a text was";
    case value_is::list: return internals::text_of({like.parts.size(), " whole numbers were"});
    default: return "a number or an object was";
    }
}

[[gnu::cold]] inline Options read_config(const Class& of, const Json& config, std::string& problem);

/// An object of Keras, {"class_name": …, "config": {…}}, with all options of its class.
[[gnu::cold]] inline protocols::OptionValue read_object(const Class& of, const protocols::Option& option, const Json& from,
                                                        std::string& problem)
{
    const std::string_view name = from["class_name"].words();
    const Class* const inside = class_inside(option.name, name);
    protocols::OptionValue made;
    if (!inside)
        say(problem, {option_is(of.keras, option.name, internals::text_of({'"', name, '"'})),
                      ", which is no class that lamina has for it"});
    if (!inside) return made;
    made.kind = protocols::value_is::object;
    made.text = inside->keras;
    made.parts = inside->options;
    const Options said = read_config(*inside, from["config"], problem);
    for (protocols::Option& part : made.parts) {
        part.value = part.usual;
        for (const protocols::Option& one : said)
            if (one.name == part.name) part.value = one.value;
    }
    return made;
}

/// Lists of which the class does not say how many there are: target_shape, the dims of a Permute, what it has a word or nothing for.
[[gnu::cold]] inline bool takes_any_count(const protocols::Option& option)
{
    return option.name == "target_shape" || option.name == "dims" || option.name == "axis" ||
           option.value.kind == protocols::value_is::nothing || option.value.kind == protocols::value_is::text;
}

/// The value of one option, of the kind that the class has there; what is nothing in the class may be a number, sizes or an object.
[[gnu::cold]] inline protocols::OptionValue read_option(const Class& of, const protocols::Option& option, const Json& from,
                                                        std::string& problem)
{
    using protocols::value_is;
    const value_is kind = option.value.kind;
    const bool takes_object = kind == value_is::object || kind == value_is::nothing || option.name == "learning_rate" ||
                              option.name.ends_with("activation");
    protocols::OptionValue made;
    if (from.is_object() && takes_object) return read_object(of, option, from, problem);
    if (from.is_boolean() && kind == value_is::boolean) return number_of(from.number, kind);
    if (is_size(from) && kind == value_is::whole) return number_of(from.number, kind);
    if (from.is_number() && (kind == value_is::single || kind == value_is::real)) return number_of(from.number, kind);
    if (from.is_number() && kind == value_is::nothing) return number_of(from.number, value_is::real);
    if (from.is_text() && kind == value_is::text) {
        made.kind = kind;
        made.text = from.text;
    }
    const bool numbers = is_object(of) || option.name == "mean" || option.name == "variance" || option.name == "bin_boundaries";
    if (kind == value_is::list && option.name == "axis" && of.kind == "layers") made = read_axes(from);
    else if (kind == value_is::list || from.is_list())
        made = numbers ? read_numbers(from) : read_list(option.value, from, takes_any_count(option));
    if (made.kind == value_is::nothing)
        say(problem, {option_is(of.keras, option.name, internals::text_of({from})), ", ", needed(option.value), " needed"});
    return made;
}

/// What the config says of the options of the class, in the class's order; what it leaves out, or is null in it, is left out. An option that
/// the class does not have may only say what makes no difference. Texts stay where they are in the config.
[[gnu::cold]] inline Options read_config(const Class& of, const Json& config, std::string& problem)
{
    Options said;
    for (const protocols::Option& option : of.options) {
        const Json* const at = config.find(option.name);
        if (at && !at->is_nothing()) internals::add_to(said, {option.name, read_option(of, option, *at, problem), option.usual});
        else if (at && of.kind == "optimizers" && option.usual.kind != protocols::value_is::nothing)
            internals::add_to(said, {option.name, {}, option.usual}); // what an optimizer has by itself, and not here
        else if (option.required) say(problem, {"the config of ", of.keras, " has no \"", option.name, '"'});
    }
    for (const Json& item : config.parts) {
        bool listed = false;
        for (const protocols::Option& option : of.options) listed = listed || option.name == item.name;
        if (!listed) pass_over(of.kind, of.keras, item.name, item, problem);
    }
    return said;
}

}}} // namespace lamina::keras::detail
