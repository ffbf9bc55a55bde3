// lamina/graph/problems.hpp: what is wrong with a file or a map, all of it in one sentence.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A list of problems, of which the first twenty are written out.
class Problems {
public:
    std::size_t count = 0;

    [[gnu::cold]] void add(std::initializer_list<piece> words)
    {
        if (++count > most) return;
        append(text, words);
        append(text, {"; "});
    }

    /// Whether an array is what a record of this type and shape can be filled with, converted if that is allowed; else it is a problem,
    /// which `needs` describes: `"kernel" is float64 [5]`, `needs`, `float32 [5]`.
    [[gnu::cold]] bool require_fit(std::string_view path, const file_tensor& array, dtype type, const Shape& extents,
                                   bool convert, std::string_view needs)
    {
        const bool shaped = array.has_shape(extents);
        if (shaped && (array.has_type(type) || (convert && converts(array, type)))) return true;
        if (shaped) add_type(array.type_name(), type, converts(array, type));
        add({quoted{path}, " is ", array, needs, name_of(type), ' ', extents});
        return false;
    }

    /// Of the problem that is added next only the type is wrong. The first such type is named; one that none converts comes before others.
    [[gnu::cold]] void add_type(std::string_view type, dtype wanted, bool may_convert)
    {
        if (of_types++ > 0 && (may_convert || !convertible)) return;
        held = type;
        needed = wanted;
        convertible = may_convert;
    }

    /// Whether every problem is one of types.
    bool only_types() const { return count == of_types; }

    /// The type that the first of them needs.
    dtype needed_type() const { return needed; }

    /// What to do where only types are wrong; `call` is what converts.
    [[gnu::cold]] std::string advice(std::string_view call) const
    {
        return text_of({"the file holds ", held, " where ", name_of(needed), " is needed",
                        convertible ? "; " : ", and that is not converted; save it as ", convertible ? call : name_of(needed),
                        convertible ? " converts" : ""});
    }

    /// ` (the nearest is "gamma")` of the names that are shown by `for_each`, a function of a function; nothing where none is near, and
    /// where the problem will not be written out.
    template <class ForEach> [[gnu::cold]] std::string nearest_to(std::string_view wanted, const ForEach& for_each) const
    {
        NearestName nearby{wanted};
        if (count < most) for_each([&](std::string_view name) { nearby.look_at(name); });
        return nearby.found.empty() ? std::string() : text_of({" (the nearest is ", quoted{nearby.found}, ')'});
    }

    /// Throws them all; `where` begins the sentence, and `end` is what became of it and what to do.
    [[noreturn, gnu::cold]] void refuse(std::string_view where, std::string_view end) const
    {
        std::string rest;
        if (count > most) append(rest, {"and ", count - most, " more; "});
        fail({where, ": ", text, rest, end});
    }

private:
    static constexpr std::size_t most = 20;
    using quoted = safetensors::detail::json_quoted;

    std::string text;
    std::size_t of_types = 0;
    std::string_view held;
    dtype needed = dtype::float32;
    bool convertible = true;
};

}}} // namespace lamina::internals
