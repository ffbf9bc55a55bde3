// How options are written: see spelling.hpp.
#include "cases/generator/spelling.hpp"
#include "cases/generator/config.hpp"

#include <algorithm>

namespace cases {

namespace {

using lamina::internals::text_of;
using lamina::protocols::Option;
using lamina::protocols::OptionValue;
using lamina::protocols::value_is;

/// How the options of layers are written, whatever the layer: % stands for the value. An option of a few values has a row for each. What stands in
/// place is an argument that cannot be left out. A row may be for classes alone whose name ends so; it stands before one for all others.
constexpr struct {
    std::string_view option, value, text;
    bool in_place = false;
    std::string_view only = "";
} rows[]{
    {"layer", "", "%", true},
    {"units", "", "%", true},
    {"filters", "", "%", true},
    {"rate", "", "%", true},
    {"input_dim", "", "%", true},
    {"output_dim", "", "%", true},
    {"target_shape", "", "%", true},
    {"max_value", "", "%", true},
    {"negative_slope", "", "%", true},
    {"threshold", "", "%", true},
    {"alpha", "", "%", true},
    {"num_heads", "", "%", true},
    {"key_dim", "", "%", true},
    {"dims", "", "%", true},
    {"n", "", "%", true},
    {"height", "", "%", true},
    {"width", "", "%", true},
    {"size", "", "%", true, "1D"},
    {"size", "", "%", true, "LocalResponseNormalization"},
    {"beta", "", "%", true, "LocalResponseNormalization"},
    {"k", "", "%", true, "LocalResponseNormalization"},
    {"size", "", "Window{%}", true},
    {"interpolation", "nearest", "Nearest"},
    {"interpolation", "bilinear", "Bilinear"},
    {"crop_to_aspect_ratio", "true", "CropToAspectRatio"},
    {"crop_to_aspect_ratio", "false", ""},
    {"padding", "", "Sides{%}", true, "ZeroPadding1D"},
    {"padding", "", "Border{%}", true, "ZeroPadding2D"},
    {"cropping", "", "Sides{%}", true, "1D"},
    {"cropping", "", "Border{%}", true},
    {"pool_size", "", "%", true, "1D"},
    {"pool_size", "", "Window{%}", true},
    {"output_size", "", "%", true, "1D"},
    {"output_size", "", "Window{%}", true},
    {"dilation", "", "Dilation<%>"},
    {"ceil_mode", "true", "CeilMode"},
    {"ceil_mode", "false", ""},
    {"count_include_pad", "true", "CountIncludePad"},
    {"count_include_pad", "false", ""},
    {"kernel_size", "", "Kernel<%>"},
    {"strides", "", "Strides<%>"},
    {"dilation_rate", "", "Dilation<%>"},
    {"num_tokens", "", "%", true},
    {"output_mode", "one_hot", "OneHot"},
    {"output_mode", "multi_hot", "MultiHot"},
    {"output_mode", "count", "Count"},
    {"bin_boundaries", "", "%", true},
    {"stddev", "", "%", true},
    {"mask_value", "", "%"},
    {"scale", "", "%", true, "Rescaling"},
    {"offset", "", "%"},
    {"mean", "", "GivenMean<%>"},
    {"variance", "", "GivenVariance<%>"},
    {"invert", "true", "Invert"},
    {"invert", "false", ""},
    {"alpha_initializer", "", "%"},
    {"alpha_regularizer", "", "KernelRegularizer<%>"},
    {"embeddings_regularizer", "", "KernelRegularizer<%>"},
    {"embeddings_constraint", "", "KernelConstraint<%>"},
    {"alpha_constraint", "", "KernelConstraint<%>"},
    {"shared_axes", "", "SharedAxes<%>"},
    {"groups", "", "%", true, "Normalization"},
    {"groups", "", "Groups<%>"},
    {"output_padding", "", "OutputPadding<%>"},
    {"depth_multiplier", "", "DepthMultiplier<%>"},
    {"padding", "valid", "Valid"},
    {"padding", "same", "Same"},
    {"padding", "causal", "Causal"},
    {"padding", "", "Padding<%>"},
    {"activation", "", "%"},
    {"recurrent_activation", "", "RecurrentActivation<%>"},
    {"use_bias", "true", ""},
    {"use_bias", "false", "NoBias"},
    {"kernel_initializer", "", "%"},
    {"depthwise_initializer", "", "%"},
    {"pointwise_initializer", "", "PointwiseInitializer<%>"},
    {"pointwise_regularizer", "", "PointwiseRegularizer<%>"},
    {"pointwise_constraint", "", "PointwiseConstraint<%>"},
    {"embeddings_initializer", "", "%"},
    {"recurrent_initializer", "", "RecurrentInitializer<%>"},
    {"recurrent_regularizer", "", "RecurrentRegularizer<%>"},
    {"recurrent_constraint", "", "RecurrentConstraint<%>"},
    {"recurrent_dropout", "", "RecurrentDropoutRate<%>"},
    {"bias_initializer", "", "Bias<%>"},
    {"kernel_regularizer", "", "KernelRegularizer<%>"},
    {"depthwise_regularizer", "", "KernelRegularizer<%>"},
    {"bias_regularizer", "", "BiasRegularizer<%>"},
    {"kernel_constraint", "", "KernelConstraint<%>"},
    {"depthwise_constraint", "", "KernelConstraint<%>"},
    {"bias_constraint", "", "BiasConstraint<%>"},
    {"axis", "", "Axes<%>"},
    {"gamma_regularizer", "", "GammaRegularizer<%>"},
    {"beta_regularizer", "", "BetaRegularizer<%>"},
    {"gamma_constraint", "", "GammaConstraint<%>"},
    {"beta_constraint", "", "BetaConstraint<%>"},
    {"epsilon", "", "Epsilon<%>"},
    {"momentum", "", "Momentum<%>"},
    {"center", "true", ""},
    {"center", "false", "NoCenter"},
    {"scale", "true", ""},
    {"scale", "false", "NoScale"},
    {"return_sequences", "true", "ReturnSequences"},
    {"return_sequences", "false", ""},
    {"go_backwards", "true", "Backwards"},
    {"go_backwards", "false", ""},
    {"zero_output_for_mask", "true", "ZeroOutputForMask"},
    {"zero_output_for_mask", "false", ""},
    {"merge_mode", "concat", ""},
    {"merge_mode", "sum", "MergeSum"},
    {"merge_mode", "mul", "MergeMul"},
    {"merge_mode", "ave", "MergeAve"},
    {"reset_after", "true", ""},
    {"reset_after", "false", "ResetBefore"},
    {"unit_forget_bias", "true", ""},
    {"unit_forget_bias", "false", "NoUnitForgetBias"},
    {"value_dim", "", "ValueDim<%>"},
    {"output_shape", "", "OutputDim<%>"},
    {"dropout", "", "DropoutRate<%>"},
    {"use_causal_mask", "true", "CausalMask"},
    {"use_scale", "true", "", false, "AdditiveAttention"},
    {"use_scale", "false", "NoScale", false, "AdditiveAttention"},
    {"use_scale", "true", "UseScale"},
    {"use_scale", "false", ""},
    {"score_mode", "dot", ""},
    {"score_mode", "concat", "ConcatScore"},
    {"use_causal_mask", "false", ""},
    {"keepdims", "true", "KeepDims"},
    {"keepdims", "false", ""},
    {"mask_zero", "true", "MaskZero"},
    {"mask_zero", "false", ""},
};

/// How the words of objects are written: % stands for the word, which is an enumerator.
constexpr struct {
    std::string_view option, text, only = "";
} words[]{
    {"reduction", "Reduction::%"},
    {"curve", "AUC::%"},
    {"summation_method", "AUC::%"},
    {"average", "ClassAverage::%"},
    {"class_aggregation", "ClassAggregation::%"},
    {"mode", "OrthogonalMode::%", "OrthogonalRegularizer"},
    {"mode", "FanMode::%", "VarianceScaling"},
    {"distribution", "Distribution::%"},
};

std::string joined(const std::vector<std::string>& parts)
{
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

/// Writes one class; what is refused is said of it.
class Writer {
public:
    Writer(const Class& of, std::set<std::string>& to) : c(of), headers(to) { headers.emplace(c.header); }

    std::string text(const Options& said) const
    {
        std::vector<std::string> parts;
        for (const Option& option : c.options) {
            const auto at = std::find_if(said.begin(), said.end(), [&](const Option& o) { return o.name == option.name; });
            const bool is_said = at != said.end() && at->value.kind != value_is::nothing;
            if (is_object(c)) {
                if (is_said || (at != said.end() && option.usual.kind != value_is::nothing))
                    parts.push_back('.' + std::string(option.name) + " = " +
                                    (is_said ? value(option.name, at->value) : "std::nullopt"));
            }
            else if (c.kind != "layers") parts.push_back(value(option.name, is_said ? at->value : option.usual));
            else if (std::string argument = layer_argument(option, is_said ? &at->value : nullptr); !argument.empty())
                parts.push_back(std::move(argument));
        }
        if (is_object(c)) return c.name + '{' + joined(parts) + '}';
        return c.options.empty() ? c.name : c.name + '<' + joined(parts) + '>';
    }

private:
    /// Nothing where nothing has to be written: of what is not said, and of the initializer that a layer has by itself.
    std::string layer_argument(const Option& option, const OptionValue* said) const
    {
        std::string others;
        if (said && said->kind == value_is::object && *said == option.usual) return "";
        for (const auto& row : rows) {
            if (row.option != option.name || !c.keras.ends_with(row.only)) continue;
            if (!said && !row.in_place) return "";
            const OptionValue& is = said ? *said : option.usual;
            if (row.value.empty() && (others.empty() || is.kind == value_is::list)) { // a word has a row of its own
                std::string text(row.text);
                return text.replace(text.find('%'), 1, value(option.name, is));
            }
            if (row.value == text_of({is})) return std::string(row.text);
            if (!row.value.empty()) others += (others.empty() ? "" : ", ") + std::string(row.value);
        }
        if (!said) return "";
        throw Refused(option_is(c, option.name, text_of({*said})) +
                      (others.empty() ? ", and tests/cases/generator/spelling.cpp has no row that says how it is written"
                                      : ", lamina has " + others));
    }

    std::string value(std::string_view option, const OptionValue& is) const
    {
        const auto real = [&] { return nlohmann::json(is.number).dump(); }; // the shortest text that is this number
        switch (is.kind) {
        case value_is::boolean: return is.number != 0 ? "true" : "false";
        case value_is::whole: return std::to_string(static_cast<long long>(is.number));
        case value_is::single: return real() + 'f';
        case value_is::real: return real();
        case value_is::list: {
            if (option == "axis" && c.kind == "layers") return std::to_string(is.parts.size()); // the last ones
            std::vector<std::string> parts;
            for (const Option& part : is.parts) {
                const std::string text = value(option, part.value);
                const bool single = is_object(c) && part.value.kind == value_is::real; // lists of objects are of floats
                parts.push_back(part.value.kind == value_is::list ? '{' + text + '}' : single ? text + 'f' : text);
            }
            return is_object(c) ? '{' + joined(parts) + '}' : joined(parts);
        }
        case value_is::object: return Writer(*class_inside(option, is.text), headers).text(is.parts);
        case value_is::nothing: return "lamina::internals::unlimited";
        default: break;
        }
        for (const auto& word : words)
            if (word.option == option && is.kind == value_is::text && (word.only.empty() || word.only == c.keras)) {
                std::string text(word.text);
                return text.replace(text.find('%'), 1, is.text);
            }
        const Class* const activation = class_of("activations", is.text);
        if (!activation)
            throw Refused(option_is(c, option, '"' + std::string(is.text) + '"') + ", which is no activation that lamina has");
        return Writer(*activation, headers).text({});
    }

    const Class& c;
    std::set<std::string>& headers;
};

} // namespace

bool is_object(const Class& c)
{
    return c.kind == "losses" || c.kind == "metrics" || c.kind == "optimizers" || c.kind == "schedules";
}

bool has_row(std::string_view option)
{
    return std::any_of(std::begin(rows), std::end(rows), [&](const auto& row) { return row.option == option; });
}

std::string spelled(const Class& c, const Options& said, std::set<std::string>& headers) { return Writer(c, headers).text(said); }

} // namespace cases
