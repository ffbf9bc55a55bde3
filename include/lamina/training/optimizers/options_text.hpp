// lamina/training/optimizers/options_text.hpp: the options of an optimizer as JSON, as a graph's file has them.
//
// {"learning_rate": {"class_name": "CosineDecay", "config": {…}}, "beta_1": 0.9, …}: every option, so that a later default changes nothing.
// Numbers are written such that the same float or double is read.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/names.hpp>
#include <lamina/formats/json_text.hpp>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::optimizers {

/// The schedules that a file can name.
inline constexpr std::string_view schedules_of_files[] = {"CosineDecay",      "CosineDecayRestarts",    "ExponentialDecay",
                                                          "InverseTimeDecay", "PiecewiseConstantDecay", "PolynomialDecay"};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_to_write(std::string_view optimizer, std::string_view option,
                                                                   std::string_view why)
{
    fail({optimizer, ": ", option, ' ', why, ", so a file cannot keep the training step; save the graph without it, or train ",
          "by one of lamina's own"});
}

/// The shortest text that is this number, as a float where it is one.
[[gnu::cold]] inline void write_number(std::string& to, double number, bool single)
{
    std::string text;
    for (const char* format : {"%.6g", "%.9g", "%.15g", "%.17g"}) {
        text.clear();
        print_real(text, format, number);
        const double again = std::strtod(text.c_str(), nullptr);
        if (single ? static_cast<float>(again) == static_cast<float>(number) : again == number) break;
    }
    to += text;
}

[[gnu::cold]] inline bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = safetensors::detail::utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

[[gnu::cold]] inline void write_options(std::string& to, const std::vector<protocols::Option>& options,
                                        std::string_view optimizer);

[[gnu::cold]] inline void write_option(std::string& to, const protocols::OptionValue& value, std::string_view name,
                                       std::string_view optimizer)
{
    using enum protocols::value_is;
    switch (value.kind) {
    case nothing: return print(to, "null");
    case boolean: return print(to, value.number != 0 ? "true" : "false");
    case whole: return print(to, static_cast<long long>(value.number));
    case single:
    case real:
        if (!is_finite(value.number)) refuse_to_write(optimizer, name, "is no finite number");
        return write_number(to, value.number, value.kind == single);
    case text:
        if (!is_utf8(value.text)) refuse_to_write(optimizer, name, "holds a text that is not UTF-8");
        return print(to, safetensors::detail::json_quoted{value.text});
    case list:
        print(to, '[');
        for (const protocols::Option& part : value.parts) {
            if (&part != value.parts.data()) print(to, ", ");
            write_option(to, part.value, name, optimizer);
        }
        return print(to, ']');
    case object:
        if (!contains(schedules_of_files, value.text)) refuse_to_write(optimizer, name, "is a type of the program");
        append(to, {"{\"class_name\": \"", value.text, "\", \"config\": "});
        write_options(to, value.parts, optimizer);
        print(to, '}');
    }
}

[[gnu::cold]] inline void write_options(std::string& to, const std::vector<protocols::Option>& options,
                                        std::string_view optimizer)
{
    print(to, '{');
    for (const protocols::Option& option : options) {
        append(to, {&option == options.data() ? "\"" : ", \"", option.name, "\": "});
        write_option(to, option.value, option.name, optimizer);
    }
    print(to, '}');
}

/// Names all that a file has to keep of an optimizer's settings: its options, and what Keras has no option for.
template <class O, class To> void list_settings(const O& optimizer, To& to)
{
    optimizer.list_options(to);
    if constexpr (requires { optimizer.exclude_from_weight_decay; })
        to("exclude_from_weight_decay", optimizer.exclude_from_weight_decay);
}

/// The settings of an optimizer as a JSON object. Refuses what cannot be read back.
template <class O> [[gnu::cold]] std::string settings_text(const O& optimizer)
{
    std::string text;
    protocols::OptionList list;
    if constexpr (requires { optimizer.list_options(list); }) list_settings(optimizer, list);
    else refuse_to_write(O::name, "it", "has no list_options");
    if constexpr (
        requires { optimizer.begin_update(std::size_t{}); } &&
        !requires { const_cast<O&>(optimizer).for_each_number([](const char*, double&) {}); })
        refuse_to_write(O::name, "it", "remembers something by begin_update that it does not name in for_each_number");
    write_options(text, list.options, O::name);
    return text;
}

}}} // namespace lamina::internals::optimizers
