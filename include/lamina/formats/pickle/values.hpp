// lamina/formats/pickle/values.hpp: what a pickle of Python holds, as values that do nothing.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pickle {

/// What a value is.
enum class kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    list,
    tuple,
    dictionary, ///< a dict or an OrderedDict
    set,
    global,     ///< a name, "torch.nn.modules.conv Conv2d": a class or a function
    persistent, ///< what lies outside of the pickle, by its id
    object,     ///< of a class, or what a function would give
};

/// Where a value stands in its list. Values refer to each other by it, so that what is shared, and circles, are kept as they are.
using place = std::uint32_t;
inline constexpr place nowhere = ~place{0};

/// A value of a pickle.
struct Value {
    kind is = kind::none;
    place state = nowhere;   ///< of an object: its attributes, a dictionary as a rule. An OrderedDict may have some, too
    std::int64_t number = 0; ///< boolean, integer; of a real number its bits
    std::string text{};      ///< text, bytes, global; of an integer that 64 bits do not hold its bytes
    std::vector<place>
        items{}; ///< list, tuple, set; dictionary: key, value, …; persistent: its id; object: class, arguments, and what was put into it

    double real() const { return std::bit_cast<double>(number); }
    bool is_text(std::string_view wanted) const { return is == kind::text && text == wanted; }
};

/// All values of a pickle.
struct Values {
    std::vector<Value> all;
    place root = 0;

    const Value& operator[](place at) const { return all[at]; }
    const Value& top() const { return all[root]; }

    /// The value under a text in a dictionary, or null. Of one that was set twice the last counts, as in Python.
    [[gnu::cold]] const Value* find(const Value& dictionary, std::string_view key) const
    {
        if (dictionary.is != kind::dictionary) return nullptr;
        for (std::size_t i = dictionary.items.size(); i > 1; i -= 2)
            if (all[dictionary.items[i - 2]].is_text(key)) return &all[dictionary.items[i - 1]];
        return nullptr;
    }

    /// The attribute of an object, or null.
    [[gnu::cold]] const Value* attribute(const Value& object, std::string_view name) const
    {
        return object.is == kind::object && object.state != nowhere ? find(all[object.state], name) : nullptr;
    }

    /// The class of an object: "torch.nn.modules.conv Conv2d". Of anything else nothing.
    [[gnu::cold]] std::string_view class_of(const Value& object) const
    {
        return object.is == kind::object ? std::string_view(all[object.items[0]].text) : std::string_view();
    }

    /// Argument i of an object, or null.
    [[gnu::cold]] const Value* argument(const Value& object, std::size_t i) const
    {
        if (object.is != kind::object) return nullptr;
        const auto& arguments = all[object.items[1]].items;
        return i < arguments.size() ? &all[arguments[i]] : nullptr;
    }
};

}}} // namespace lamina::pickle
