// lamina/interop/keras/harmless.hpp: what configs of Keras say that lamina has no word for, and where that makes no difference.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/interop/keras/json.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// Keeps the first sentence: `the option "units" of Dense is "many", a whole number was needed`.
[[gnu::cold]] inline void say(std::string& problem, std::initializer_list<internals::piece> parts)
{
    if (problem.empty()) internals::append(problem, parts);
}

/// The beginning of such a sentence.
[[gnu::cold]] inline std::string option_is(std::string_view keras, std::string_view option, std::string_view value)
{
    return internals::text_of({"the option \"", option, "\" of ", keras, " is ", value});
}

/// What a config says that lamina has no word for, where it makes no difference: any value where none is given here, else this one, as JSON.
inline constexpr struct {
    std::string_view option, value = "", kind = "";
} harmless[]{
    {"name"},
    {"trainable"},
    {"seed"},
    {"unroll"},
    {"implementation"},    // of Keras 2: how a recurrent layer is computed
    {"batch_input_shape"}, // of Keras 2
    {"input_length"},      // of Keras 2
    {"time_major", "false"},
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

/// Refuses an option that a class, of layers or losses, does not have, unless it makes no difference. Weights are in the file, so initializers make none, and
/// a model may be of float or of double.
[[gnu::cold]] inline void pass_over(std::string_view kind, std::string_view keras, std::string_view option, const Json& value,
                                    std::string& problem)
{
    if (value.is_nothing() || option.ends_with("_initializer")) return;
    if (option == "dtype") {
        const Json& name = value.is_object() ? value["config"]["name"] : value;
        if (name.words() != "float32" && name.words() != "float64" && kind != "metrics")
            say(problem, {option_is(keras, option, internals::text_of({name})), ", lamina has float32 and float64"});
        return;
    }
    const std::string given = internals::text_of({value});
    std::string other;
    for (const auto& row : harmless)
        if (row.option == option && (row.kind.empty() || row.kind == kind)) {
            const bool zero = row.value == "0" && value.is_number() && value.number == 0;
            if (row.value.empty() || row.value == given || zero) return;
            other = row.value;
        }
    if (other.empty()) say(problem, {option_is(keras, option, given), ", and lamina has no such option"});
    else say(problem, {option_is(keras, option, given), ", lamina has ", other, " alone"});
}

}}} // namespace lamina::keras::detail
