// lamina/interop/keras/spelling.hpp: how a class with its options is written in C++: `Dense<5, Relu>`, `Huber{.delta = 0.5f}`.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/interop/keras/classes.hpp>
#include <lamina/interop/keras/config.hpp>
#include <lamina/interop/keras/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// How the options of layers are written, whatever the layer: % stands for the value. An option of a few values has a row for each. What stands in
/// place is an argument that cannot be left out. A row may be for classes alone whose name ends so; it stands before one for all others.
inline constexpr struct {
    std::string_view option, value, text;
    bool in_place = false;
    std::string_view only = "";
} spelled_options[]{
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
inline constexpr struct {
    std::string_view option, text, only = "";
} spelled_words[]{
    {"reduction", "Reduction::%"},
    {"curve", "AUC::%"},
    {"summation_method", "AUC::%"},
    {"average", "ClassAverage::%"},
    {"class_aggregation", "ClassAggregation::%"},
    {"mode", "OrthogonalMode::%", "OrthogonalRegularizer"},
    {"mode", "FanMode::%", "VarianceScaling"},
    {"distribution", "Distribution::%"},
};

/// Whether the table above has a row for the option of a layer.
[[gnu::cold]] inline bool has_row(std::string_view option)
{
    for (const auto& row : spelled_options)
        if (row.option == option) return true;
    return false;
}

/// A row's text with a value in the place of %.
[[gnu::cold]] inline std::string with_value(std::string_view text, std::string_view value)
{
    const std::size_t at = text.find('%');
    return internals::text_of({text.substr(0, at), value, text.substr(at + 1)});
}

[[gnu::cold]] inline std::string joined(const std::vector<std::string>& parts)
{
    std::string text;
    for (const std::string& part : parts) internals::append(text, {text.empty() ? "" : ", ", part});
    return text;
}

/// Whether all is written that a config says, or only what is not as lamina has it by itself.
enum class spelling { whole, brief };

/// Writes one class; what cannot be written is said of it. `headers` gets those of what it is made of.
class Writer {
public:
    Writer(const Class& of, spelling written, std::vector<std::string_view>& to, std::string& wrong)
        : c(of), how(written), headers(to), problem(wrong)
    {
        if (!internals::contains(headers, c.header)) internals::add_to(headers, c.header);
    }

    [[gnu::cold]] std::string text(const Options& said) const
    {
        using protocols::Option, protocols::value_is;
        std::vector<std::string> parts;
        std::size_t kept = 0; // up to the last one that has to be written
        for (const Option& option : c.options) {
            const Option* const at = option_in(said, option.name);
            const bool is_said = at && at->value.kind != value_is::nothing;
            std::string argument;
            if (is_object(c)) {
                if (is_said || (at && option.usual.kind != value_is::nothing))
                    argument =
                        internals::text_of({'.', option.name, " = ", is_said ? value(option.name, at->value) : "std::nullopt"});
            }
            else if (c.kind != "layers") argument = value(option.name, is_said ? at->value : option.usual);
            else argument = layer_argument(option, is_said ? &at->value : nullptr, said);
            if (argument.empty()) continue;
            internals::add_to(parts, std::move(argument));
            if (how == spelling::whole || option.required || (is_said && !by_itself(option, at->value, said)))
                kept = parts.size();
        }
        if (is_object(c)) return internals::text_of({c.name, '{', joined(parts), '}'});
        while (parts.size() > kept && parts.size() > c.fewest) parts.pop_back();
        return c.options.empty() ? std::string(c.name) : internals::text_of({c.name, '<', joined(parts), '>'});
    }

private:
    static const protocols::Option* option_in(const Options& said, std::string_view name)
    {
        for (const protocols::Option& one : said)
            if (one.name == name) return &one;
        return nullptr;
    }

    /// Whether lamina has the value by itself: that of the class with the fewest arguments, or that of another option.
    [[gnu::cold]] bool by_itself(const protocols::Option& option, const protocols::OptionValue& said, const Options& all) const
    {
        const protocols::Option* like = &option;
        if (option.name == "strides" && option_in(c.options, "pool_size")) like = option_in(all, "pool_size");
        if (option.name == "value_dim") like = option_in(all, "key_dim");
        return like && like->value == said && !option.required;
    }

    /// Nothing where nothing has to be written: of what is not said, and of the initializer that a layer has by itself.
    [[gnu::cold]] std::string layer_argument(const protocols::Option& option, const protocols::OptionValue* said,
                                             const Options& all) const
    {
        using protocols::value_is;
        std::string others;
        if (said && said->kind == value_is::object && *said == option.usual) return "";
        for (const auto& row : spelled_options) {
            if (row.option != option.name || !c.keras.ends_with(row.only)) continue;
            if (!row.in_place && (!said || (how == spelling::brief && by_itself(option, *said, all)))) return "";
            const protocols::OptionValue& is = said ? *said : option.usual;
            if (row.value.empty() && (others.empty() || is.kind == value_is::list)) { // a word has a row of its own
                const std::string written = value(option.name, is);
                const bool one = row.text == "Window{%}" && written.find(',') == std::string::npos;
                return one ? written : with_value(row.text, written);
            }
            if (row.value == internals::text_of({is})) return std::string(row.text);
            if (!row.value.empty()) internals::append(others, {others.empty() ? "" : ", ", row.value});
        }
        if (!said) return "";
        const std::string given = option_is(c.keras, option.name, internals::text_of({*said}));
        if (others.empty())
            say(problem, {given, ", and lamina/interop/keras/spelling.hpp has no row that says how it is written"});
        else say(problem, {given, ", lamina has ", others});
        return "";
    }

    [[gnu::cold]] std::string value(std::string_view option, const protocols::OptionValue& is) const
    {
        using protocols::value_is;
        switch (is.kind) {
        case value_is::boolean: return is.number != 0 ? "true" : "false";
        case value_is::whole: return std::to_string(static_cast<long long>(is.number));
        case value_is::single: return shortest_text(is.number) + 'f';
        case value_is::real: return shortest_text(is.number);
        case value_is::list: return list(option, is);
        case value_is::object:
            if (const Class* const inside = class_inside(option, is.text))
                return Writer(*inside, how, headers, problem).text(is.parts);
            return "";
        case value_is::nothing: return "lamina::internals::unlimited";
        default: break;
        }
        for (const auto& word : spelled_words)
            if (word.option == option && (word.only.empty() || word.only == c.keras))
                return with_value(word.text, identifier_of(option, is));
        if (const Class* const activation = class_of("activations", is.text))
            return Writer(*activation, how, headers, problem).text({});
        say(problem,
            {option_is(c.keras, option, internals::text_of({'"', is.text, '"'})), ", which is no activation that lamina has"});
        return "";
    }

    [[gnu::cold]] std::string list(std::string_view option, const protocols::OptionValue& is) const
    {
        using protocols::value_is;
        if (option == "axis" && c.kind == "layers") return std::to_string(is.parts.size()); // the last ones
        std::vector<std::string> parts;
        bool same = how == spelling::brief && is.parts.size() > 1; // Kernel<3> is Kernel<3, 3>
        for (const protocols::Option& part : is.parts) {
            const std::string text = value(option, part.value);
            const bool single = is_object(c) && part.value.kind == value_is::real; // lists of objects are of floats
            internals::add_to(parts, part.value.kind == value_is::list ? '{' + text + '}' : single ? text + 'f' : text);
            same = same && parts.back() == parts.front();
        }
        if (same && stands_for_all(option)) return parts.front();
        return is_object(c) ? '{' + joined(parts) + '}' : joined(parts);
    }

    /// Options of images of which one number is that of both axes.
    static constexpr bool stands_for_all(std::string_view option)
    {
        for (const std::string_view one : {"kernel_size", "strides", "dilation_rate", "pool_size"})
            if (option == one) return true;
        return false;
    }

    /// A word of a config that becomes an enumerator: letters, digits and underscores alone.
    [[gnu::cold]] std::string identifier_of(std::string_view option, const protocols::OptionValue& is) const
    {
        for (const char letter : is.text)
            if (!((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
                  letter == '_')) {
                say(problem,
                    {option_is(c.keras, option, internals::text_of({'"', is.text, '"'})), ", which is no word of Keras"});
                return "";
            }
        return std::string(is.text);
    }

    const Class& c;
    const spelling how;
    std::vector<std::string_view>& headers;
    std::string& problem;
};

/// `Dense<5, Relu>`, `Huber{.delta = 0.5f}`. Adds the headers of what it is made of; `problem` gets the first sentence of what cannot be.
[[gnu::cold]] inline std::string spelled(const Class& c, const Options& said, spelling how,
                                         std::vector<std::string_view>& headers, std::string& problem)
{
    return Writer(c, how, headers, problem).text(said);
}

}}} // namespace lamina::keras::detail
