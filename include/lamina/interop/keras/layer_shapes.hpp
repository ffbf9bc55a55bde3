// lamina/interop/keras/layer_shapes.hpp: the shape that a layer of Keras gives, by its config and the shapes that it takes.
//
// Files do not say the shapes of all values: a Sequential says none behind layers without weights, Keras 2 none at all.
// Source: the documentation of Keras 3.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/interop/keras/extents.hpp>
#include <lamina/interop/keras/json.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// The number of an option for an axis: a number alone is that of all.
[[gnu::cold]] inline long long option_at(const Json& config, std::string_view option, std::size_t axis, long long usual)
{
    const Json& all = config[option];
    const Json& one = all.is_list() ? all[axis] : all;
    return one.is_nothing() ? usual : length_of(one);
}

/// How many places a window has along an axis.
[[gnu::cold]] inline long long places(long long length, long long window, long long stride, long long dilation,
                                      std::string_view padding)
{
    if (length == any_length || window < 1 || stride < 1 || dilation < 1) return any_length;
    const long long reach = plus(times(window - 1, dilation), 1);
    if (padding == "same" || padding == "causal") return (length + stride - 1) / stride;
    return reach == any_length || reach > length ? any_length : (length - reach) / stride + 1;
}

[[gnu::cold]] inline long long transposed_places(const Json& config, std::size_t axis, long long length)
{
    const long long window = option_at(config, "kernel_size", axis, any_length), stride = option_at(config, "strides", axis, 1);
    const long long more = option_at(config, "output_padding", axis, any_length);
    if (length == any_length || window == any_length || stride == any_length || length == 0) return any_length;
    if (more != any_length) {
        const long long sides = config["padding"].words() == "same" ? window / 2 * 2 : 0;
        return plus(times(length - 1, stride), plus(window > sides ? window - sides : 0, more));
    }
    const long long beyond = config["padding"].words() == "same" || window < stride ? 0 : window - stride;
    return plus(times(length, stride), beyond);
}

/// Convolutions and poolings of one or two axes; `channels` is what stands behind them.
[[gnu::cold]] inline Extents windowed(std::string_view kind, const Json& config, const Extents& in, long long channels)
{
    const std::size_t axes = in.rank() - 1;
    const bool pools = kind.find("Pooling") != kind.npos;
    Extents out{true};
    for (std::size_t axis = 0; axis < axes; ++axis) {
        const long long window = option_at(config, pools ? "pool_size" : "kernel_size", axis, pools ? 2 : any_length);
        const long long stride = option_at(config, "strides", axis, pools ? window : 1);
        internals::add_to(out.sizes, kind.ends_with("Transpose")
                                         ? transposed_places(config, axis, in.sizes[axis])
                                         : places(in.sizes[axis], window, stride, option_at(config, "dilation_rate", axis, 1),
                                                  config["padding"].words()));
    }
    internals::add_to(out.sizes, channels);
    return out;
}

/// What is added to, or taken from, both sides of an axis: one number, or one for each axis, or two for each.
[[gnu::cold]] inline long long both_sides(const Json& all, std::size_t axis, std::size_t axes)
{
    if (all.is_number()) return times(2, length_of(all));
    const Json& one = axes == 1 && all[0].is_number() ? all : all[axis];
    return one.is_number() ? times(2, length_of(one)) : plus(length_of(one[0]), length_of(one[1]));
}

[[gnu::cold]] inline Extents reshaped(const Json& target, const Extents& in)
{
    Extents out{target.is_list()};
    long long others = 1;
    std::size_t left = target.parts.size();
    for (std::size_t i = 0; i < target.parts.size(); ++i) {
        internals::add_to(out.sizes, length_of(target.parts[i]));
        if (out.sizes.back() == any_length) left = i;
        else others = times(others, out.sizes.back());
    }
    if (left < out.rank() && others > 0 && product(in) != any_length) out.sizes[left] = product(in) / others;
    return out;
}

[[gnu::cold]] inline Extents output_of(std::string_view kind, const Json& config, const std::vector<Extents>& in);

[[gnu::cold]] inline Extents output_of_wrapper(std::string_view kind, const Json& config, const Extents& in)
{
    const Json& layer = config["layer"];
    Extents each = in;
    if (kind == "TimeDistributed" && !each.sizes.empty()) each.sizes.erase(each.sizes.begin());
    Extents out = output_of(layer["class_name"].words(), layer["config"], {each});
    if (!out.known || out.sizes.empty()) return {};
    if (kind == "TimeDistributed") out.sizes.insert(out.sizes.begin(), in.at(0));
    else if (config["merge_mode"].words() == "concat" || config["merge_mode"].is_nothing())
        out.sizes.back() = times(2, out.sizes.back());
    return out;
}

/// Of several values that are joined.
[[gnu::cold]] inline Extents output_of_merge(std::string_view kind, const Json& config, const std::vector<Extents>& in)
{
    Extents out = in[0];
    for (const Extents& each : in)
        if (!each.known || each.rank() != out.rank() || out.sizes.empty()) return {};
    const Json& axis = config["axis"];
    const bool last = !axis.is_number() || axis.number == -1 || axis.number == static_cast<double>(out.rank());
    if (kind == "Concatenate" && !last) return {};
    for (std::size_t i = 1; i < in.size(); ++i)
        for (std::size_t at = 0; at < out.rank(); ++at) {
            long long& size = out.sizes[at];
            if (kind == "Concatenate" && at + 1 == out.rank()) size = plus(size, in[i].sizes[at]);
            else if (size == 1 || size == any_length) size = in[i].sizes[at];
        }
    return out;
}

/// Of layers that look at a whole axis or change what an axis is.
[[gnu::cold]] inline Extents output_of_reshaping(std::string_view kind, const Json& config, const Extents& in)
{
    Extents out = in;
    const std::size_t axes = in.sizes.empty() ? 0 : in.rank() - 1;
    if (kind == "Flatten") return extents({product(in)});
    if (kind == "Reshape") return reshaped(config["target_shape"], in);
    if (kind == "RepeatVector") return extents({length_of(config["n"]), in.at(0)});
    if (kind == "Permute") {
        out.sizes.clear();
        for (const Json& axis : config["dims"].parts)
            internals::add_to(out.sizes, axis.is_number() && axis.number >= 1 ? in.at(length_of(axis) - 1) : any_length);
        return out;
    }
    if (kind.starts_with("Global")) {
        if (config["keepdims"].number == 0) return extents({in.at(-1)});
        for (std::size_t axis = 0; axis < axes; ++axis) out.sizes[axis] = 1;
        return out;
    }
    for (std::size_t axis = 0; axis < axes; ++axis) {
        long long& size = out.sizes[axis];
        if (kind.starts_with("Adaptive")) size = option_at(config, "output_size", axis, any_length);
        else if (kind.starts_with("ZeroPadding")) size = plus(size, both_sides(config["padding"], axis, axes));
        else if (kind.starts_with("UpSampling")) size = times(size, option_at(config, "size", axis, 2));
        else if (kind.starts_with("Cropping")) {
            const long long gone = both_sides(config["cropping"], axis, axes);
            size = size == any_length || gone == any_length || gone > size ? any_length : size - gone;
        }
        else size = length_of(config[axis == 0 ? "height" : "width"]); // Resizing, CenterCrop
    }
    return out;
}

/// Whether a class gives the shape that it takes.
[[gnu::cold]] inline bool keeps_shape(std::string_view kind)
{
    for (const std::string_view one : {"Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Identity", "Masking",
                                       "Rescaling", "ActivityRegularization", "GaussianNoise", "Discretization"})
        if (kind == one) return true;
    return kind.ends_with("Normalization") || kind.find("Dropout") != kind.npos;
}

/// The shape that a layer gives for these; not known where nothing is known of the class.
[[gnu::cold]] inline Extents output_of(std::string_view kind, const Json& config, const std::vector<Extents>& in)
{
    if (in.empty()) return {};
    for (const Extents& each : in)
        if (!each.known) return {};
    const Extents& first = in[0];
    Extents out = first;
    if (keeps_shape(kind)) return out;
    for (const std::string_view one : {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"})
        if (kind == one) return output_of_merge(kind, config, in);
    if (kind == "Bidirectional" || kind == "TimeDistributed") return output_of_wrapper(kind, config, first);
    if (kind == "Flatten" || kind == "Reshape" || kind == "RepeatVector" || kind == "Permute" || kind.starts_with("Global") ||
        kind.starts_with("Adaptive") || kind.starts_with("ZeroPadding") || kind.starts_with("UpSampling") ||
        kind.starts_with("Cropping") || kind == "Resizing" || kind == "CenterCrop")
        return output_of_reshaping(kind, config, first);
    if (kind == "Embedding") internals::add_to(out.sizes, length_of(config["output_dim"]));
    else if (out.sizes.empty()) return {};
    else if (kind == "Dense") out.sizes.back() = length_of(config["units"]);
    else if (kind == "LSTM" || kind == "GRU" || kind == "SimpleRNN") {
        out.sizes.back() = length_of(config["units"]);
        if (config["return_sequences"].number == 0) out = extents({out.sizes.back()});
    }
    else if (kind == "MultiHeadAttention") {
        const Json& width = config["output_shape"];
        if (!width.is_nothing()) out.sizes.back() = length_of(width.is_list() ? width[0] : width);
    }
    else if (kind == "Attention" || kind == "AdditiveAttention") {
        if (in.size() > 1) out.sizes.back() = in[1].at(-1);
    }
    else if (kind.starts_with("DepthwiseConv"))
        return windowed(kind, config, first, times(first.at(-1), option_at(config, "depth_multiplier", 0, 1)));
    else if (kind.starts_with("Conv") || kind.starts_with("SeparableConv"))
        return windowed(kind, config, first, length_of(config["filters"]));
    else if (kind.ends_with("Pooling1D") || kind.ends_with("Pooling2D")) return windowed(kind, config, first, first.at(-1));
    else return {};
    return out;
}

}}} // namespace lamina::keras::detail
