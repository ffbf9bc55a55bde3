// lamina/interop/keras/json.hpp: a JSON text as a tree that is safe to ask.
//
// Needs nlohmann-json, which reads the text and is seen nowhere else. What is asked for and not there is nothing: no question ends a program.
#pragma once

#if !__has_include(<nlohmann/json.hpp>)
#include <lamina/interop/keras/json.hpp needs nlohmann-json (Debian and Ubuntu: nlohmann-json3-dev, Conan: nlohmann_json)>
#endif

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/formats/json_text.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// The shortest text that is this number: 0.1, 1e-07; one without a fraction ends in .0. (std::to_chars would do it too; its header takes
/// longer to compile.)
[[gnu::cold]] inline std::string shortest_text(double number)
{
    std::string text;
    for (const char* format : {"%.6g", "%.9g", "%.15g", "%.16g", "%.17g"}) {
        char digits[40];
        std::snprintf(digits, sizeof digits, format, number); // both in the locale of the program
        if (std::strtod(digits, nullptr) != number && number == number && format[3] != '7') continue;
        internals::print_real(text, format, number);
        break;
    }
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

/// One value of a JSON text with all that is inside.
struct Json {
    enum class is { nothing, boolean, whole, real, text, list, object };

    std::string name{}; ///< as a member of an object
    is kind = is::nothing;
    double number = 0; ///< of a boolean 0 or 1
    std::string text{};
    std::vector<Json> parts{}; ///< of a list or an object

    bool is_nothing() const { return kind == is::nothing; }
    bool is_boolean() const { return kind == is::boolean; }
    bool is_whole() const { return kind == is::whole; }
    bool is_number() const { return kind == is::whole || kind == is::real; }
    bool is_text() const { return kind == is::text; }
    bool is_list() const { return kind == is::list; }
    bool is_object() const { return kind == is::object; }
    /// The text, or an empty one.
    std::string_view words() const { return is_text() ? std::string_view(text) : std::string_view(); }

    /// The member of an object, the last one where several are called so; or null.
    [[gnu::cold]] const Json* find(std::string_view member) const
    {
        if (is_object())
            for (std::size_t i = parts.size(); i-- > 0;)
                if (parts[i].name == member) return &parts[i];
        return nullptr;
    }
    /// The member of an object, the entry of a list; nothing where there is none.
    const Json& operator[](std::string_view member) const
    {
        const Json* const found = find(member);
        return found ? *found : none();
    }
    const Json& operator[](std::size_t entry) const { return is_list() && entry < parts.size() ? parts[entry] : none(); }

    static const Json& none()
    {
        static const Json nothing;
        return nothing;
    }
};

[[gnu::cold]] inline bool operator==(const Json& a, const Json& b)
{
    const bool numbers = a.is_number() && b.is_number();
    bool same = (a.kind == b.kind || numbers) && a.number == b.number && a.text == b.text && a.parts.size() == b.parts.size();
    for (std::size_t i = 0; same && i < a.parts.size(); ++i)
        same = a.parts[i].name == b.parts[i].name && a.parts[i] == b.parts[i];
    return same;
}

/// Writes it without spaces: {"a":[1,0.5]}.
[[gnu::cold]] inline void print(std::string& to, const Json& value)
{
    using enum Json::is;
    using safetensors::detail::json_quoted;
    if (value.kind == nothing) internals::print(to, "null");
    else if (value.kind == boolean) internals::print(to, value.number != 0 ? "true" : "false");
    else if (value.kind == whole && value.number > -1e15 && value.number < 1e15)
        internals::print(to, static_cast<long long>(value.number));
    else if (value.is_number()) internals::print(to, shortest_text(value.number));
    else if (value.kind == text) print(to, json_quoted{value.text});
    else {
        internals::print(to, value.kind == list ? '[' : '{');
        for (const Json& part : value.parts) {
            if (&part != value.parts.data()) internals::print(to, ',');
            if (value.kind == object) internals::append(to, {json_quoted{part.name}, ':'});
            print(to, part);
        }
        internals::print(to, value.kind == list ? ']' : '}');
    }
}

/// What nlohmann-json calls while it reads: it throws nothing then, and the tree is kept within bounds.
class JsonReader {
public:
    using Reads = nlohmann::json;
    static constexpr std::size_t deepest = 64, most = std::size_t{1} << 17; // a config of 1,000 layers has 60,000 values

    Json whole{};
    std::string problem{};

    bool null() { return add({}); }
    bool boolean(bool value) { return add(of(Json::is::boolean, value ? 1 : 0)); }
    bool number_integer(Reads::number_integer_t value) { return add(of(Json::is::whole, static_cast<double>(value))); }
    bool number_unsigned(Reads::number_unsigned_t value) { return add(of(Json::is::whole, static_cast<double>(value))); }
    bool number_float(Reads::number_float_t value, const Reads::string_t&) { return add(of(Json::is::real, value)); }
    bool binary(Reads::binary_t&) { return false; }
    bool string(Reads::string_t& value)
    {
        Json made = of(Json::is::text, 0);
        made.text = std::move(value);
        return add(std::move(made));
    }
    bool key(Reads::string_t& value)
    {
        name = std::move(value);
        return true;
    }
    bool start_object(std::size_t) { return open(Json::is::object); }
    bool start_array(std::size_t) { return open(Json::is::list); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool parse_error(std::size_t byte, const std::string&, const Reads::exception& wrong)
    {
        problem = "is no JSON";
        if (wrong.id / 100 == 1) internals::append(problem, {" at byte ", byte}); // else a number that is too large
        return false;
    }

private:
    static Json of(Json::is kind, double number)
    {
        Json made;
        made.kind = kind;
        made.number = number;
        return made;
    }
    bool too_many()
    {
        if (++count <= most) return false;
        problem = internals::text_of({"holds more than ", most, " values, more than a model has"});
        return true;
    }
    bool add(Json value)
    {
        if (too_many()) return false;
        if (opened.empty()) whole = std::move(value);
        else {
            value.name = std::move(name);
            name.clear();
            internals::add_to(opened.back().parts, std::move(value));
        }
        return true;
    }
    bool open(Json::is kind)
    {
        if (opened.size() == deepest) problem = internals::text_of({"is nested deeper than ", deepest, " levels"});
        if (opened.size() == deepest || too_many()) return false;
        Json made = of(kind, 0);
        made.name = std::move(name);
        name.clear();
        internals::add_to(opened, std::move(made));
        return true;
    }
    bool close()
    {
        Json closed = std::move(opened.back());
        opened.pop_back();
        if (opened.empty()) whole = std::move(closed);
        else internals::add_to(opened.back().parts, std::move(closed));
        return true;
    }

    std::vector<Json> opened{};
    std::string name{};
    std::size_t count = 0;
};

/// The tree of a JSON text; `called` is what errors call it. Refuses what is no JSON, and what is nested or grows beyond any model.
[[gnu::cold]] inline Json parse_json(std::string_view text, std::string_view called)
{
    JsonReader reader;
    const bool whole = nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &reader);
    if (!whole || !reader.problem.empty())
        internals::fail({called, ": ", reader.problem.empty() ? "is no JSON" : reader.problem,
                         "; a config as Keras writes it was needed: {\"class_name\": …, \"config\": …}"});
    return std::move(reader.whole);
}

}}} // namespace lamina::keras::detail
