// lamina/interop/keras/plain_config.hpp: the config of a layer as lists of options have it, whatever version of Keras wrote it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/interop/keras/model_config.hpp>
#include <lamina/models/summary.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// An activation that is an object or a function: {"class_name": "function", "config": "relu"} is "relu".
[[gnu::cold]] inline void name_activation(Json& option)
{
    if (!option.is_object()) return;
    const std::string_view kind = option["class_name"].words();
    std::string name = kind == "function" ? std::string(option["config"].words()) : internals::snake(kind);
    if (kind == "function" || option["config"].parts.empty()) {
        option = Json{std::move(option.name)};
        option.kind = Json::is::text;
        option.text = std::move(name);
    }
}

/// Axes that count the batch, from the end: of [n, h, w, c] 3 is -1. A list of one is that one where the class has one.
[[gnu::cold]] inline void count_axis_from_end(Json& axis, std::size_t rank)
{
    if (axis.is_number() && axis.number > 0 && rank > 0) axis.number -= static_cast<double>(rank + 1);
    for (Json& one : axis.parts) count_axis_from_end(one, rank);
}

/// The config as the layer's list of options has it, whatever version of Keras wrote it. What a file of weights makes needless is left out: the type
/// of numbers, how a layer is placed on devices.
[[gnu::cold]] inline Json plain_config(const Json& from, std::string_view kind, const LayerCall& call)
{
    Json made = from;
    made.kind = Json::is::object;
    std::vector<Json> kept;
    for (Json& option : made.parts) {
        if (option.name == "dtype" || option.name == "name") continue;
        if (option.name.ends_with("activation")) name_activation(option);
        const std::size_t rank = call.arguments.empty() ? 0 : call.arguments[0].shape.rank();
        if (option.name == "axis" && kind.ends_with("Normalization") && kind != "UnitNormalization")
            count_axis_from_end(option, rank);
        if (option.name == "layer" && option.is_object())
            for (Json& inner : option.parts)
                if (inner.name == "config") inner.parts = plain_config(inner, kind, call).parts;
        internals::add_to(kept, std::move(option));
    }
    made.parts = std::move(kept);
    const auto set = [&made](const char* name, Json::is value_kind, double number, std::string_view text) {
        Json option{name};
        option.kind = value_kind;
        option.number = number;
        option.text = text;
        internals::add_to(made.parts, std::move(option));
    };
    if (kind == "Softmax") set("activation", Json::is::text, 0, "softmax"); // Activation<Softmax> here
    if (call.options && (*call.options)["use_causal_mask"].number != 0) set("use_causal_mask", Json::is::boolean, 1, {});
    if (kind == "Reshape" && !call.outputs.empty() && call.outputs[0].whole()) // -1 is what is left
        for (Json& option : made.parts)
            if (option.name == "target_shape")
                for (std::size_t i = 0; i < option.parts.size() && i < call.outputs[0].rank(); ++i)
                    option.parts[i].number = static_cast<double>(call.outputs[0].sizes[i]);
    return made;
}

/// Whether layers of a class have variables of their own.
[[gnu::cold]] inline bool learns(std::string_view kind)
{
    for (const std::string_view one :
         {"Dense", "Embedding", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed", "PReLU", "MultiHeadAttention",
          "BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "Normalization"})
        if (kind == one) return true;
    return kind.find("Conv") != kind.npos;
}

}}} // namespace lamina::keras::detail
