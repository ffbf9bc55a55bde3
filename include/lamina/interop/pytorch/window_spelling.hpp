// lamina/interop/pytorch/window_spelling.hpp: convolutions, poolings and what pads, of a file's modules, as C++.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/draw/svg.hpp>
#include <lamina/formats/pickle/values.hpp>
#include <lamina/interop/pytorch/module_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

using whole_numbers = std::vector<std::int64_t>;

/// A layer as text, and what it makes of the extents of an image or a sequence; without the axis of channels.
struct Spelled {
    std::string text; ///< `Conv2D<6, Kernel<5>`: without the closing bracket, as an activation may follow
    bool takes_activation = false;
    bool flattens = false;                                 ///< from here on there is one axis
    std::int64_t features = 0;                             ///< of a Dense: what it needs
    whole_numbers window{}, strides{}, before{}, behind{}; ///< empty where extents stay as they are
    bool ceils = false, grows = false;                     ///< rounded up; a transposed convolution or an upsampling
    bool sets = false;                                     ///< `window` is what comes out
};

/// Writes layers that look at windows. What cannot be written as a layer gives false.
class WindowSpelling {
protected:
    /// Letters, digits and underscores of a name from a file.
    [[gnu::cold]] static std::string named(std::string_view name)
    {
        std::string made;
        for (const char c : name)
            if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') made += c;
        return made.empty() || (made[0] >= '0' && made[0] <= '9') ? '_' + made : made;
    }
    static std::string real(double number) { return draw::number(number, 15); }

    /// `Kernel<5>` of (5, 5), `Kernel<3, 2>` of (3, 2).
    [[gnu::cold]] static std::string sizes(std::string_view word, const whole_numbers& of)
    {
        const bool one = std::adjacent_find(of.begin(), of.end(), std::not_equal_to<>{}) == of.end();
        std::string made(word);
        for (std::size_t i = 0; i < (one && !of.empty() ? 1 : of.size()); ++i)
            internals::append(made, {i > 0 ? ", " : "", of[i]});
        return made;
    }
    static bool all(const whole_numbers& of, std::int64_t number)
    {
        return std::all_of(of.begin(), of.end(), [number](std::int64_t one) { return one == number; });
    }
    /// Whether a module has as many numbers as axes everywhere, and none that is no size.
    [[gnu::cold]] static bool fit(std::initializer_list<const whole_numbers*> lists, std::size_t axes)
    {
        for (const whole_numbers* const list : lists) {
            if (list->size() != axes) return false;
            for (const std::int64_t number : *list)
                if (number < 0 || number > 100'000) return false;
        }
        return true;
    }

    [[gnu::cold]] bool add_convolution(const ModuleView& m)
    {
        const bool transposed = m.kind().starts_with("ConvTranspose");
        const std::size_t axes = m.kind().ends_with("2d") ? 2 : 1;
        const auto window = m.numbers("kernel_size", axes), strides = m.numbers("stride", axes),
                   dilation = m.numbers("dilation", axes);
        const auto more = m.numbers("output_padding", axes);
        whole_numbers padding = m.numbers("padding", axes);
        const pickle::Value *const mode = m.attribute("padding_mode"), *const word = m.attribute("padding");
        const bool same = word && word->is_text("same");
        if (same || (word && word->is_text("valid"))) padding.assign(axes, 0);
        if (!fit({&window, &strides, &dilation, &padding, &more}, axes) || (mode && !mode->is_text("zeros"))) return false;
        const auto in = static_cast<std::int64_t>(m.number("in_channels")),
                   out = static_cast<std::int64_t>(m.number("out_channels"));
        const auto groups = static_cast<std::int64_t>(m.number("groups"));
        if (channels == 0) channels = in;

        whole_numbers reach(axes), ends(axes);
        bool is_same = true;
        for (std::size_t axis = 0; axis < axes; ++axis) {
            reach[axis] = (window[axis] - 1) * dilation[axis] + 1;
            ends[axis] = same ? (reach[axis] - 1) / 2 : padding[axis];
            is_same = is_same && strides[axis] == 1 && 2 * padding[axis] == reach[axis] - 1;
            // Same of a transposed convolution cuts off what the windows reach beyond the strides, as much at both sides.
            if (transposed && (padding[axis] > 0 || more[axis] > 0) &&
                2 * padding[axis] - more[axis] != reach[axis] - strides[axis])
                return false;
        }
        is_same = same || (is_same && !all(padding, 0));
        if (transposed && groups != 1) return false;
        const bool depthwise = groups > 1 && groups == in && out % in == 0;
        Spelled made{internals::text_of({depthwise ? "Depthwise" : "", "Conv", axes, 'D', transposed ? "Transpose<" : "<"})};
        if (!depthwise) internals::append(made.text, {out, ", "});
        internals::append(made.text, {sizes("Kernel<", window), '>'});
        if (depthwise && out != in) internals::append(made.text, {", DepthMultiplier<", out / in, '>'});
        if (!all(strides, 1)) internals::append(made.text, {", ", sizes("Strides<", strides), '>'});
        if (transposed) internals::append(made.text, {all(padding, 0) && all(more, 0) ? "" : ", Same"});
        else if (is_same) made.text += ", Same";
        else if (!all(padding, 0)) internals::append(made.text, {", ", sizes("Padding<", padding), '>'});
        if (!all(dilation, 1)) internals::append(made.text, {", ", sizes("Dilation<", dilation), '>'});
        if (!depthwise && groups > 1) internals::append(made.text, {", Groups<", groups, '>'});
        if (!m.has_parameter("bias")) made.text += ", NoBias";
        made.takes_activation = true;
        made.window = reach;
        made.strides = strides;
        made.before = made.behind = ends;
        made.grows = transposed;
        layers.push_back(std::move(made));
        return true;
    }

    [[gnu::cold]] bool add_pooling(const ModuleView& m)
    {
        const std::size_t axes = m.kind().ends_with("2d") ? 2 : 1;
        const bool most = m.kind().starts_with("Max");
        const auto window = m.numbers("kernel_size", axes), strides = m.numbers("stride", axes),
                   padding = m.numbers("padding", axes);
        const auto dilation = most ? m.numbers("dilation", axes) : whole_numbers(axes, 1);
        const pickle::Value* const divisor = m.attribute("divisor_override");
        if (!fit({&window, &strides, &padding, &dilation}, axes) || m.number("return_indices") != 0 ||
            (divisor && divisor->is != pickle::kind::none))
            return false;
        Spelled made{internals::text_of({most ? "Max" : "Average", "Pooling", axes, "D<"})};
        const std::string size = sizes("", window);
        internals::append(made.text, {size.find(',') == size.npos ? size : internals::text_of({"Window{", size, '}'})});
        if (strides != window) internals::append(made.text, {", ", sizes("Strides<", strides), '>'});
        if (!all(padding, 0)) internals::append(made.text, {", ", sizes("Padding<", padding), '>'});
        if (!all(dilation, 1)) internals::append(made.text, {", ", sizes("Dilation<", dilation), '>'});
        made.ceils = m.number("ceil_mode") != 0;
        if (made.ceils) made.text += ", CeilMode";
        if (!most && !all(padding, 0) && m.number("count_include_pad") != 0) made.text += ", CountIncludePad";
        for (std::size_t axis = 0; axis < axes; ++axis) made.window.push_back((window[axis] - 1) * dilation[axis] + 1);
        made.strides = strides;
        made.before = made.behind = padding;
        layers.push_back(std::move(made));
        return true;
    }

    [[gnu::cold]] bool add_adaptive(const ModuleView& m)
    {
        const std::size_t axes = m.kind().ends_with("2d") ? 2 : 1;
        const auto size = m.numbers("output_size", axes);
        const std::string_view word = m.kind().starts_with("AdaptiveMax") ? "Max" : "Average";
        if (!fit({&size}, axes) || m.number("return_indices") != 0) return false;
        Spelled made;
        const std::string text = sizes("", size);
        if (all(size, 1)) {
            made.text = internals::text_of({"Global", word, "Pooling", axes, "D<"});
            made.flattens = true;
        }
        else
            made.text = internals::text_of({"Adaptive", word, "Pooling", axes, "D<",
                                            text.find(',') == text.npos ? text : internals::text_of({"Window{", text, '}'})});
        made.window = size;
        made.sets = true;
        layers.push_back(std::move(made));
        return true;
    }

    [[gnu::cold]] bool add_padding(const ModuleView& m)
    {
        const std::size_t axes = m.kind().ends_with("2d") ? 2 : 1;
        const auto sides = m.numbers("padding", 2 * axes);
        if (sides.size() != 2 * axes || m.number("value") != 0) return false;
        const bool crops = std::any_of(sides.begin(), sides.end(), [](std::int64_t n) { return n < 0; });
        Spelled made{internals::text_of({crops ? "Cropping" : "ZeroPadding", axes, "D<", axes == 2 ? "Border{" : ""})};
        for (std::size_t axis = 0; axis < axes; ++axis) { // PyTorch begins with the last axis
            const std::int64_t before = sides[2 * (axes - 1 - axis)], behind = sides[2 * (axes - 1 - axis) + 1];
            if (crops ? before > 0 || behind > 0 : before > 100'000 || behind > 100'000) return false;
            internals::append(made.text,
                              {axis > 0 ? ", " : "", axes == 2 ? "{" : "Sides{", std::abs(before), ", ", std::abs(behind), '}'});
            made.before.push_back(before);
            made.behind.push_back(behind);
        }
        if (axes == 2) made.text += '}';
        made.window = made.strides = whole_numbers(axes, 1);
        layers.push_back(std::move(made));
        return true;
    }

    [[gnu::cold]] bool add_upsample(const ModuleView& m)
    {
        const pickle::Value* const mode = m.attribute("mode");
        whole_numbers factors = m.numbers("scale_factor", 2);
        if (factors.empty() && m.number("scale_factor") > 0)
            factors.assign(2, static_cast<std::int64_t>(m.number("scale_factor")));
        const bool smooth = mode && mode->is_text("bilinear");
        if (factors.size() != 2 || (!smooth && !(mode && mode->is_text("nearest"))) || m.number("align_corners") != 0)
            return false;
        const std::string text = sizes("", factors);
        Spelled made{
            internals::text_of({"UpSampling2D<", text.find(',') == text.npos ? text : internals::text_of({"Window{", text, '}'}),
                                smooth ? ", Bilinear" : ""})};
        made.strides = made.window = factors;
        made.before = made.behind = whole_numbers(2, 0);
        made.grows = true;
        layers.push_back(std::move(made));
        return true;
    }

    std::vector<Spelled> layers;
    std::int64_t channels = 0; ///< of the first convolution
};

}}} // namespace lamina::pytorch::detail
