// lamina/formats/pickle/writer.hpp: values as the instructions of a pickle, protocol 2. What is made of several is made of their instructions,
// one after another: nothing is shared, so that no memo is needed.
//
// Source: CPython, Lib/pickletools.py.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pickle {

/// The instructions that make a value.
struct Made {
    std::string code;
};

/// A key and its value.
struct Entry {
    std::string key;
    Made value;
};

namespace detail {

[[gnu::cold]] inline std::string little(std::uint64_t number, std::size_t bytes)
{
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) internals::append(text, {static_cast<char>(number >> (8 * i) & 255)});
    return text;
}

[[gnu::cold]] inline std::string joined(const std::vector<Made>& values)
{
    std::string code;
    for (const Made& value : values) code += value.code;
    return code;
}

} // namespace detail

[[gnu::cold]] inline Made none() { return {"N"}; }
[[gnu::cold]] inline Made boolean(bool value) { return {value ? "\x88" : "\x89"}; }

[[gnu::cold]] inline Made integer(std::int64_t value)
{
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= 0 && value < 256) return {internals::text_of({'K', detail::little(bits, 1)})};
    if (value >= 0 && value < 65536) return {internals::text_of({'M', detail::little(bits, 2)})};
    if (value >= -0x80000000LL && value < 0x80000000LL) return {internals::text_of({'J', detail::little(bits, 4)})};
    return {internals::text_of({"\x8a\x08", detail::little(bits, 8)})};
}

[[gnu::cold]] inline Made real(double value)
{
    const auto bits = std::bit_cast<std::uint64_t>(value);
    std::string code = "G";
    for (int shift = 56; shift >= 0; shift -= 8) internals::append(code, {static_cast<char>(bits >> shift & 255)});
    return {code};
}

[[gnu::cold]] inline Made text(std::string_view value)
{
    return {internals::text_of({'X', detail::little(value.size(), 4), value})};
}

/// A class or function: `global("torch.nn.modules.linear", "Linear")`.
[[gnu::cold]] inline Made global(std::string_view module, std::string_view name)
{
    return {internals::text_of({'c', module, '\n', name, '\n'})};
}

[[gnu::cold]] inline Made tuple(const std::vector<Made>& values)
{
    return {values.empty() ? ")" : internals::text_of({'(', detail::joined(values), 't'})};
}
[[gnu::cold]] inline Made list(const std::vector<Made>& values)
{
    return {values.empty() ? "]" : internals::text_of({"](", detail::joined(values), 'e'})};
}

/// A tuple of whole numbers.
[[gnu::cold]] inline Made sizes(const std::vector<std::size_t>& numbers)
{
    std::vector<Made> values;
    for (const std::size_t number : numbers) values.push_back(integer(static_cast<std::int64_t>(number)));
    return tuple(values);
}

/// What a function gives for some arguments.
[[gnu::cold]] inline Made call(const Made& function, const std::vector<Made>& arguments)
{
    return {internals::text_of({function.code, tuple(arguments).code, 'R'})};
}

[[gnu::cold]] inline Made dictionary(const std::vector<Entry>& entries, const std::string& made = "}")
{
    std::string code;
    for (const Entry& entry : entries) internals::append(code, {text(entry.key).code, entry.value.code});
    return {entries.empty() ? made : internals::text_of({made, '(', code, 'u'})};
}
[[gnu::cold]] inline Made ordered_dictionary(const std::vector<Entry>& entries)
{
    return dictionary(entries, call(global("collections", "OrderedDict"), {}).code);
}

/// An object of a class, with attributes.
[[gnu::cold]] inline Made object(const Made& type, const std::vector<Entry>& attributes)
{
    return {internals::text_of({type.code, ")\x81", dictionary(attributes).code, 'b'})};
}

/// What lies outside of the pickle, by its id.
[[gnu::cold]] inline Made persistent(const Made& id) { return {internals::text_of({id.code, 'Q'})}; }

/// A whole pickle.
[[gnu::cold]] inline std::string file_of(const Made& value) { return internals::text_of({"\x80\x02", value.code, '.'}); }

}}} // namespace lamina::pickle
