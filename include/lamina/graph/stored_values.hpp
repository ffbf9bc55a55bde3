// lamina/graph/stored_values.hpp: plain values as texts, to the bit, and the walk that finds them and the tensors of anything.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <charconv>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A number, a truth value, an enumerator or a text: what a checkpoint keeps as it is.
template <class P>
inline constexpr bool is_plain_value = std::is_arithmetic_v<P> || std::is_enum_v<P> || std::is_same_v<P, std::string>;

/// A plain value of the program: where it lies, and how it becomes a text and is read from one.
struct StoredValue {
    std::string path;
    void* at;
    std::string (*write)(const void* at);
    bool (*read)(void* at, std::string_view text); ///< whether the text is one; with null for `at` it is only looked at
    std::string_view kind;                         ///< what it is, for errors
};

/// All that a checkpoint keeps of some things.
struct StoredState {
    named_records tensors;              ///< variables, and records that are no variable's: an optimizer's slots
    std::vector<std::size_t> variables; ///< which of the tensors are variables
    std::vector<StoredValue> values;
};

template <class P> std::string value_text(const P& value)
{
    if constexpr (std::is_same_v<P, std::string>) return value;
    else if constexpr (std::is_same_v<P, bool>) return value ? "true" : "false";
    else if constexpr (std::is_enum_v<P>) return value_text(static_cast<std::underlying_type_t<P>>(value));
    else { // the shortest text that gives the same number again
        char text[64];
        return {text, std::to_chars(text, text + sizeof text, value).ptr};
    }
}

template <class P> bool read_value(P* to, std::string_view text)
{
    P value{};
    if constexpr (std::is_same_v<P, std::string>) value = text;
    else if constexpr (std::is_same_v<P, bool>) {
        if (text != "true" && text != "false") return false;
        value = text == "true";
    }
    else if constexpr (std::is_enum_v<P>) {
        std::underlying_type_t<P> number{};
        if (!read_value(&number, text)) return false;
        value = static_cast<P>(number);
    }
    else {
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (problem != std::errc() || end != text.data() + text.size()) return false;
    }
    if (to) *to = std::move(value);
    return true;
}

/// An optional value is "none", or "=" and its text.
template <class P> std::string maybe_text(const std::optional<P>& value) { return value ? '=' + value_text(*value) : "none"; }
template <class P> bool read_maybe(std::optional<P>* to, std::string_view text)
{
    if (text == "none") {
        if (to) to->reset();
        return true;
    }
    P value{};
    if (!text.starts_with('=') || !read_value(&value, text.substr(1))) return false;
    if (to) *to = std::move(value);
    return true;
}

template <class P> constexpr std::string_view value_kind()
{
    if constexpr (std::is_same_v<P, std::string>) return "a text";
    else if constexpr (std::is_same_v<P, bool>) return "true or false";
    else return std::is_floating_point_v<P> ? "a number" : "a whole number in range";
}

/// A vector of plain values is one text, each value with its length before it: "3:0.5,2:17".
template <class P> std::string list_text(const std::vector<P>& list)
{
    std::string result;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string text = value_text<P>(list[i]);
        append(result, {result.empty() ? "" : ",", text.size(), ':', text});
    }
    return result;
}
template <class P> bool read_list(std::vector<P>* to, std::string_view text)
{
    std::vector<P> list;
    while (!text.empty()) {
        std::size_t length = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), length);
        if (problem != std::errc() || end == text.data() + text.size() || *end != ':') return false;
        text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
        P value{};
        if (length > text.size() || !read_value(&value, text.substr(0, length))) return false;
        list.push_back(std::move(value));
        text.remove_prefix(length);
        if (text.empty()) break;
        if (text[0] != ',' || text.size() == 1) return false;
        text.remove_prefix(1);
    }
    if (to) *to = std::move(list);
    return true;
}

template <class P> inline constexpr bool is_plain_list = false;
template <class P> inline constexpr bool is_plain_list<std::vector<P>> = is_plain_value<P>;
template <class P> inline constexpr bool is_plain_maybe = false;
template <class P> inline constexpr bool is_plain_maybe<std::optional<P>> = is_plain_value<P>;

/// Never false: its argument is the error message.
template <class Type> inline constexpr bool can_be_kept = false;

/// Finds the variables, the records and the plain values of anything.
template <class Part> void collect_state(Part& part, const std::string& path, StoredState& to)
{
    const auto inside = [&path](std::string_view name) { return text_of({path, path.empty() ? "" : "/", name}); };
    if constexpr (is_variable<Part>) {
        if (!part.bound()) refuse_unbound(part, path, "checkpoint: ");
        to.variables.push_back(to.tensors.size());
        to.tensors.push_back({path, part.storage()});
    }
    else if constexpr (is_plain_value<Part>)
        to.values.push_back({path, &part, [](const void* at) { return value_text(*static_cast<const Part*>(at)); },
                             [](void* at, std::string_view text) { return read_value(static_cast<Part*>(at), text); },
                             value_kind<Part>()});
    else if constexpr (is_plain_maybe<Part>)
        to.values.push_back({path, &part, [](const void* at) { return maybe_text(*static_cast<const Part*>(at)); },
                             [](void* at, std::string_view text) { return read_maybe(static_cast<Part*>(at), text); },
                             "none, or = and a value"});
    else if constexpr (is_plain_list<Part>)
        to.values.push_back({path, &part, [](const void* at) { return list_text(*static_cast<const Part*>(at)); },
                             [](void* at, std::string_view text) { return read_list(static_cast<Part*>(at), text); },
                             "a list of values"});
    else if constexpr (std::is_same_v<Part, std::shared_ptr<record>>) {
        if (!part || !part->alive()) fail({"checkpoint: \"", path, "\" holds no numbers; is its graph still there?"});
        to.tensors.push_back({text_of({path, '/', part->name}), part});
    }
    else if constexpr (std::is_same_v<Part, std::vector<std::shared_ptr<record>>>)
        for (auto& kept : part) collect_state(kept, path, to);
    else if constexpr (requires { part.for_each_state(ignore{}); })
        part.for_each_state([&](std::string_view name, auto& inner) { collect_state(inner, inside(name), to); });
    else if constexpr (is_numbers<Part>) {
        std::size_t i = 0;
        for (auto& number : part) collect_state(number, inside(std::to_string(i++)), to);
    }
    else if constexpr (has_parts<Part>)
        for_each_part(part, [&](std::string_view name, auto& inner) { collect_state(inner, inside(name), to); });
    else if constexpr (!std::is_empty_v<Part>)
        static_assert(can_be_kept<Part>, "lamina: a checkpoint keeps variables, plain values and aggregates of them; give this "
                                         "class a member for_each_state(f)");
}

}}} // namespace lamina::internals
