// lamina/interop/keras/merges.hpp: layers and operations of Keras that are functions on values in lamina: Add is `a + b`.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/interop/keras/extents.hpp>
#include <lamina/interop/keras/functions.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/interop/keras/model_config.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// The values of a call one after another, with a sign between them.
[[gnu::cold]] inline std::string between(const std::vector<std::string>& values, std::string_view sign)
{
    std::string text;
    for (const std::string& value : values) internals::append(text, {text.empty() ? "" : sign, value});
    return text;
}

/// The axis of one of both values of a Dot, or an operation's axis; 0 where there is none.
[[gnu::cold]] inline double axis_of(const Json& axes, std::size_t which)
{
    const Json& one = axes.is_list() ? axes[which] : axes;
    return one.is_number() ? one.number : 0;
}

/// Products of Keras count the batch's axis: the last one of both is `dot`, the last of the first and the other of the second `matmul`.
[[gnu::cold]] inline std::string dot_of(const Json& config, const LayerCall& call, const std::vector<std::string>& values,
                                        std::string& problem)
{
    const auto is_axis = [&](std::size_t which, long long from_end) {
        const auto rank = static_cast<double>(call.arguments[which].shape.rank());
        const double axis = axis_of(config["axes"], which);
        return axis == -static_cast<double>(from_end) ||
               (call.arguments[which].shape.known && axis == rank + 1 - static_cast<double>(from_end));
    };
    const bool two = values.size() == 2 && call.arguments.size() == 2, plain = config["normalize"].number == 0;
    if (two && plain && is_axis(0, 1) && is_axis(1, 1)) return internals::text_of({"dot(", between(values, ", "), ')'});
    if (two && plain && is_axis(0, 1) && is_axis(1, 2) && call.arguments[1].shape.rank() == 2)
        return internals::text_of({"matmul(", between(values, ", "), ')'});
    problem = "a Dot over other axes than the last ones, or with normalize, is not in lamina";
    return internals::text_of({"dot(", between(values, ", "), ')'});
}

/// An operation on one value.
[[gnu::cold]] inline std::string operated(std::string_view kind, const Json& config, const std::vector<std::string>& values,
                                          std::string& problem)
{
    std::string_view function = operation_of(kind);
    if (kind == "Gelu" && config["approximate"].number != 0) function = "gelu_tanh";
    const double alpha = config["alpha"].number, slope = config["negative_slope"].number, axis = axis_of(config["axis"], 0);
    if ((kind == "Elu" && alpha != 1) || (kind == "LeakyRelu" && slope != 0.2) || (kind == "LogSoftmax" && axis != -1))
        problem = internals::text_of({"an operation ", kind, " with ", config, "; write it as a layer, Activation<…>"});
    return internals::text_of({function, '(', between(values, ", "), ')'});
}

/// The expression for a merge of values that are called so.
[[gnu::cold]] inline std::string merged(std::string_view kind, const Json& config, const LayerCall& call,
                                        const std::vector<std::string>& values, std::string& problem)
{
    if (kind == "Dot") return dot_of(config, call, values, problem);
    if (!operation_of(kind).empty()) return operated(kind, config, values, problem);
    if (kind == "Negative") return '-' + between(values, ", ");
    if (kind == "Add") return between(values, " + ");
    if (kind == "Subtract") return between(values, " - ");
    if (kind == "Multiply") return between(values, " * ");
    if (kind == "Divide" || kind == "TrueDivide") return between(values, " / ");
    if (kind == "Average") return internals::text_of({'(', between(values, " + "), ") / ", values.size()});
    if (kind == "Concatenate") {
        const double axis = axis_of(config["axis"], 0);
        const std::size_t rank = call.arguments.empty() ? 0 : call.arguments[0].shape.rank();
        if (config.find("axis") && axis != -1 && axis != static_cast<double>(rank))
            problem = internals::text_of({"a Concatenate over axis ", config["axis"], ", lamina joins values in the last one"});
        if (values.size() == 1) return values[0];
    }
    const std::string_view function = kind == "Maximum" ? "maximum" : kind == "Minimum" ? "minimum" : "concatenate";
    return internals::text_of({function, '(', between(values, ", "), ')'});
}

}}} // namespace lamina::keras::detail
