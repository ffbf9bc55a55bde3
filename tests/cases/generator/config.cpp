// How a config is read: see config.hpp.
#include "cases/generator/config.hpp"
#include "cases/generator/spelling.hpp"

#include <algorithm>
#include <cmath>

namespace cases {

namespace {

using lamina::protocols::Option;
using lamina::protocols::OptionValue;
using lamina::protocols::value_is;
using nlohmann::json;

/// What the options say that lamina has no word for, where they make no difference: any value where none is given here.
constexpr struct {
    std::string_view option, value = "", kind = "";
} harmless[]{
    {"name"},
    {"trainable"},
    {"seed"},
    {"unroll"},
    {"backward_layer"},  // of a Bidirectional: its layer, backwards
    {"relative_step"},   // of Adafactor: Keras computes the same with it and without
    {"renorm_momentum"}, // of what renorm asks for
    {"renorm", "false"},
    {"synchronized", "false"},
    {"data_format", R"("channels_last")"},
    {"axis", "-1"},
    {"axis", "[-1]"},
    {"sparse_y_true", "true"},
    {"sparse_y_pred", "false"},
    {"num_labels"}, // the model says it
    {"dropout", "0"},
    {"return_state", "false"},
    {"stateful", "false"},
    {"use_gate", "false"},
    {"attention_axes", "[1]"},
    {"pad_to_aspect_ratio", "false"},
    {"antialias", "false"},
    {"output_mode", R"("int")"},
    {"sparse", "false"},
    {"epsilon", "0.01"}, // of what a Discretization adapts to
    {"rms_scaling", "false"},
    {"fill_mode"}, // of what pad_to_aspect_ratio asks for
    {"fill_value"},
};

/// Refuses an option that the class does not have, unless it makes no difference. A case brings its weights, so initializers make none,
/// and it runs in float and in double.
void pass_over(const Class& of, const std::string& option, const json& value)
{
    if (value.is_null() || option.ends_with("_initializer")) return;
    if (option == "dtype") {
        const json name = value.is_object() ? value.value("/config/name"_json_pointer, json()) : value;
        if (name == "float32" || name == "float64" || of.kind == "metrics") return;
        throw Refused(option_is(of, option, name.dump()) + ", lamina has float32 and float64");
    }
    std::string other;
    for (const auto& row : harmless)
        if (row.option == option && (row.kind.empty() || row.kind == of.kind)) {
            if (row.value.empty() || json::parse(row.value) == value) return;
            other = row.value;
        }
    throw Refused(option_is(of, option, value.dump()) +
                  (other.empty() ? ", and lamina has no such option" : ", lamina has " + other + " alone"));
}

OptionValue read(const Class& of, const Option& option, const json& from);

OptionValue number_of(double number, value_is kind)
{
    OptionValue made;
    made.kind = kind;
    made.number = number;
    return made;
}

/// An object of Keras, {"class_name": …, "config": {…}}, with all options of its class.
OptionValue read_object(const Class& of, const Option& option, const json& from)
{
    const std::string name = from.value("class_name", "");
    const Class* const inside = class_inside(option.name, name);
    if (!inside) throw Refused(option_is(of, option.name, '"' + name + '"') + ", which is no class that lamina has for it");
    OptionValue made;
    made.kind = value_is::object;
    made.text = inside->keras;
    made.parts = inside->options;
    const Options said = read_config(*inside, from.at("config"));
    for (Option& part : made.parts) {
        part.value = part.usual;
        for (const Option& one : said)
            if (one.name == part.name) part.value = one.value;
    }
    return made;
}

bool is_size(const json& from) { return from.is_number() && from.get<double>() >= 0 && std::floor(from.get<double>()) == from; }

/// Numbers of an object, which may be any; one alone is a list as well.
OptionValue read_numbers(const json& from)
{
    OptionValue made;
    const json all = from.is_array() ? from : json(std::vector<json>{from});
    if (!std::all_of(all.begin(), all.end(), [](const json& each) { return each.is_number(); })) return made;
    made.kind = value_is::list;
    for (const json& each : all)
        made.parts.push_back(
            {{}, number_of(each.get<double>(), std::floor(each.get<double>()) == each ? value_is::whole : value_is::real), {}});
    return made;
}

/// Sizes, or lists of them where the class has some; one alone stands for all. There may be any number of them in a target_shape, in the dims
/// of a Permute, and where the class has a word or nothing.
OptionValue read_list(const OptionValue& like, const json& from, bool any_count)
{
    const std::size_t count = like.parts.size();
    const json sizes = is_size(from) ? json(std::vector<json>(count, from)) : from;
    OptionValue made;
    if (!sizes.is_array() || (sizes.size() != count && !any_count)) return {};
    made.kind = value_is::list;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const bool of_lists = i < count && like.parts[i].value.kind == value_is::list;
        if (!of_lists && !is_size(sizes[i])) return {};
        made.parts.push_back(
            {{},
             of_lists ? read_list(like.parts[i].value, sizes[i], false) : number_of(sizes[i].get<double>(), value_is::whole),
             {}});
        if (made.parts.back().value.kind == value_is::nothing) return {};
    }
    return made;
}

/// The last axes, -2 and -1, counted from the end; one alone is a list of one.
OptionValue read_axes(const json& from)
{
    const json axes = from.is_array() ? from : json::array({from});
    OptionValue made;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        if (axes[i] != static_cast<int>(i) - static_cast<int>(axes.size())) return {};
        made.parts.push_back({{}, number_of(axes[i].get<double>(), value_is::whole), {}});
    }
    made.kind = value_is::list;
    return made;
}

std::string needed(const OptionValue& like)
{
    switch (like.kind) {
    case value_is::boolean: return "true or false was";
    case value_is::whole: return "a whole number was";
    case value_is::text: return "a text was";
    case value_is::list: return std::to_string(like.parts.size()) + " whole numbers were";
    default: return "a number or an object was";
    }
}

/// The value of one option, of the kind that the class has there; what is nothing in the class may be a number, sizes or an object.
OptionValue read(const Class& of, const Option& option, const json& from)
{
    const value_is kind = option.value.kind;
    const bool takes_object = kind == value_is::object || kind == value_is::nothing || option.name == "learning_rate" ||
                              option.name.ends_with("activation");
    OptionValue made;
    if (from.is_object() && takes_object) return read_object(of, option, from);
    if (from.is_boolean() && kind == value_is::boolean) return number_of(from.get<bool>(), kind);
    if (is_size(from) && kind == value_is::whole) return number_of(from.get<double>(), kind);
    if (from.is_number() && (kind == value_is::single || kind == value_is::real)) return number_of(from.get<double>(), kind);
    if (from.is_number() && kind == value_is::nothing) return number_of(from.get<double>(), value_is::real);
    if (from.is_string() && kind == value_is::text) {
        made.kind = kind;
        made.text = from.get_ref<const std::string&>();
    }
    if (kind == value_is::list && option.name == "axis" && of.kind == "layers") made = read_axes(from);
    else if (kind == value_is::list || from.is_array())
        made = is_object(of) || option.name == "mean" || option.name == "variance" || option.name == "bin_boundaries"
                   ? read_numbers(from)
                   : read_list(option.value, from,
                               option.name == "target_shape" || option.name == "dims" || option.name == "axis" ||
                                   kind == value_is::nothing || kind == value_is::text);
    if (made.kind == value_is::nothing)
        throw Refused(option_is(of, option.name, from.dump()) + ", " + needed(option.value) + " needed");
    return made;
}

} // namespace

std::string option_is(const Class& of, std::string_view option, const std::string& value)
{
    return "the option \"" + std::string(option) + "\" of " + std::string(of.keras) + " is " + value;
}

const Class* class_inside(std::string_view option, std::string_view keras)
{
    const auto kind = option == "layer"                  ? "layers"
                      : option.ends_with("_initializer") ? "initializers"
                      : option.ends_with("_regularizer") ? "regularizers"
                      : option.ends_with("_constraint")  ? "constraints"
                      : option.ends_with("activation")   ? "activations"
                                                         : "schedules";
    return class_of(kind, keras);
}

Options read_config(const Class& of, const json& config)
{
    Options said;
    for (const Option& option : of.options) {
        const auto at = config.find(option.name);
        if (at != config.end() && !at->is_null()) said.push_back({option.name, read(of, option, *at), option.usual});
        else if (at != config.end() && of.kind == "optimizers" && option.usual.kind != value_is::nothing)
            said.push_back({option.name, {}, option.usual}); // what an optimizer has by itself, and not here
        else if (option.required)
            throw Refused("the config of " + std::string(of.keras) + " has no \"" + std::string(option.name) + '"');
    }
    for (const auto& item : config.items())
        if (std::none_of(of.options.begin(), of.options.end(), [&](const Option& o) { return o.name == item.key(); }))
            pass_over(of, item.key(), item.value());
    return said;
}

} // namespace cases
