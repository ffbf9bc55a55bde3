// lamina/interop/pytorch/window_modules.hpp: convolutions, poolings and what pads, as modules of torch.nn.
//
// Source: the documentation of torch.nn 1.13; where Keras pads otherwise than PyTorch can, a module that pads stands before.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/pickle/writer.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/interop/pytorch/module_list.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

class WindowModules : public ModuleList {
public:
    using ModuleList::ModuleList;

protected:
    /// What is padded before and behind along each axis, as TensorFlow does it: the rest at the end.
    struct Pads {
        extent_list before, behind;
        bool even() const { return before == behind; }
        bool any() const
        {
            const auto more = [](std::size_t n) { return n > 0; };
            return std::any_of(before.begin(), before.end(), more) || std::any_of(behind.begin(), behind.end(), more);
        }
    };
    [[gnu::cold]] Pads pads(const extent_list& window, const extent_list& strides, const extent_list& dilation) const
    {
        const OptionValue& padding = value("padding");
        Pads made{extent_list(window.size()), extent_list(window.size())};
        for (std::size_t axis = 0; axis < window.size(); ++axis) {
            const std::size_t reach = (window[axis] - 1) * dilation[axis] + 1, in = of->input[axis];
            if (padding.text == "same") {
                const std::size_t out = (in + strides[axis] - 1) / strides[axis], needed = (out - 1) * strides[axis] + reach;
                const std::size_t all = needed > in ? needed - in : 0;
                made.before[axis] = all / 2;
                made.behind[axis] = all - all / 2;
            }
            else if (padding.text == "causal") made.before[axis] = reach - 1;
            else if (padding.kind == value_is::list)
                made.before[axis] = made.behind[axis] = static_cast<std::size_t>(padding.parts[axis].value.number);
        }
        return made;
    }
    /// A module that pads before the next one.
    [[gnu::cold]] void put_pad(const Pads& by, double with)
    {
        std::vector<pickle::Made> numbers; // PyTorch begins with the last axis
        for (std::size_t axis = by.before.size(); axis-- > 0;) {
            numbers.push_back(integer(by.before[axis]));
            numbers.push_back(integer(by.behind[axis]));
        }
        put_padding(numbers, with);
    }
    [[gnu::cold]] void put_padding(const std::vector<pickle::Made>& sides, double with)
    {
        put("padding",
            sides.size() == 2 ? "ConstantPad1d"
            : with == 0       ? "ZeroPad2d"
                              : "ConstantPad2d",
            {{"value", pickle::real(with)}, {"padding", pickle::tuple(sides)}});
    }

    [[gnu::cold]] std::string dimensional(std::string_view name) const
    {
        return text_of({name, of->input.rank == 3 ? "2d" : "1d"});
    }
    [[gnu::cold]] void put_convolution(std::string_view name, std::size_t in, std::size_t out, const extent_list& window,
                                       const extent_list& strides, const extent_list& padding, const extent_list& dilation,
                                       const extent_list& output_padding, std::size_t groups,
                                       const std::vector<ForeignArray>& of_module, bool has_bias)
    {
        std::vector<pickle::Made> twice;
        for (std::size_t axis = padding.size(); axis-- > 0;)
            for (int side = 0; side < 2; ++side) twice.push_back(integer(padding[axis]));
        put("conv", dimensional(name),
            {{"in_channels", integer(in)},
             {"out_channels", integer(out)},
             {"kernel_size", pickle::sizes(window)},
             {"stride", pickle::sizes(strides)},
             {"padding", pickle::sizes(padding)},
             {"dilation", pickle::sizes(dilation)},
             {"transposed", pickle::boolean(name == "ConvTranspose")},
             {"output_padding", pickle::sizes(output_padding)},
             {"groups", integer(groups)},
             {"padding_mode", pickle::text("zeros")},
             {"_reversed_padding_repeated_twice", pickle::list(twice)}},
            of_module, no_bias(has_bias));
    }

    /// The window of a convolution, and a module before it where PyTorch's padding would be another.
    [[gnu::cold]] extent_list padding_of_convolution()
    {
        const Pads by = pads(sizes("kernel_size"), sizes("strides"), sizes("dilation_rate"));
        if (by.even()) return by.before;
        put_pad(by, 0);
        return extent_list(by.before.size());
    }
    [[gnu::cold]] void add_convolution()
    {
        const extent_list padding = padding_of_convolution(), window = sizes("kernel_size");
        const std::size_t in = of->input.back(), out = of->output.back();
        const bool depthwise = of->kind.starts_with("Depthwise");
        put_convolution("Conv", in, out, window, sizes("strides"), padding, sizes("dilation_rate"), extent_list(window.size()),
                        depthwise ? in : static_cast<std::size_t>(value("groups").number), foreign.arrays, flag("use_bias"));
    }
    [[gnu::cold]] void add_separable()
    {
        const extent_list padding = padding_of_convolution(), window = sizes("kernel_size"), ones(window.size(), 1),
                          none(window.size());
        const std::size_t in = of->input.back(), between = in * static_cast<std::size_t>(value("depth_multiplier").number);
        put_convolution("Conv", in, between, window, sizes("strides"), padding, sizes("dilation_rate"), none, in,
                        arrays_from("0."), false);
        put_convolution("Conv", between, of->output.back(), ones, ones, none, ones, none, 1, arrays_from("1."), flag("use_bias"));
    }
    [[gnu::cold]] void add_transposed()
    {
        const extent_list window = sizes("kernel_size"), strides = sizes("strides"), dilation = sizes("dilation_rate");
        extent_list padding(window.size()), more(window.size());
        for (std::size_t axis = 0; axis < window.size(); ++axis) {
            // (in − 1) · stride − 2 · padding + reach + output_padding is PyTorch's output; it cuts off as much at both sides and then adds.
            const std::size_t reach = (window[axis] - 1) * dilation[axis] + 1;
            const std::size_t full = (of->input[axis] - 1) * strides[axis] + reach, out = of->output[axis];
            if (out >= full) more[axis] = out - full;
            else if ((full - out) % 2 == 0) padding[axis] = (full - out) / 2;
            else
                refuse({"pads unevenly, which PyTorch's transposed convolution cannot; use Valid, or a window that fits the "
                        "strides"});
            if (more[axis] >= std::max(strides[axis], dilation[axis]))
                refuse({"gives more than its windows reach, which PyTorch's transposed convolution cannot; use a window that "
                        "fits the strides"});
        }
        put_convolution("ConvTranspose", of->input.back(), of->output.back(), window, strides, padding, dilation, more, 1,
                        foreign.arrays, flag("use_bias"));
    }

    [[gnu::cold]] void add_pooling()
    {
        const bool most = of->kind.starts_with("Max");
        const extent_list window = sizes("pool_size"), strides = sizes("strides");
        const extent_list dilation = most ? sizes("dilation") : extent_list(window.size(), 1);
        Pads by = pads(window, strides, dilation);
        if (!by.even()) {
            if (!most) refuse({"pads unevenly with Same, which PyTorch cannot; use Valid or a window that divides the image"});
            put_pad(by, -std::numeric_limits<double>::infinity());
            by.before.assign(window.size(), 0);
        }
        Entries attributes{
            {"kernel_size", pickle::sizes(window)}, {"stride", pickle::sizes(strides)}, {"padding", pickle::sizes(by.before)}};
        if (most) {
            attributes.push_back({"dilation", pickle::sizes(dilation)});
            attributes.push_back({"return_indices", pickle::boolean(false)});
        }
        attributes.push_back({"ceil_mode", pickle::boolean(flag("ceil_mode"))});
        if (!most) attributes.push_back({"count_include_pad", pickle::boolean(flag("count_include_pad"))});
        if (!most && window.size() == 2) attributes.push_back({"divisor_override", pickle::none()});
        put("pooling", dimensional(most ? "MaxPool" : "AvgPool"), std::move(attributes));
    }
    [[gnu::cold]] void add_border()
    {
        const bool crops = of->kind.starts_with("Cropping");
        const OptionValue& sides = value(crops ? "cropping" : "padding");
        std::vector<pickle::Made> numbers;
        const auto add_sides = [&](const std::vector<Option>& two) {
            for (const Option& one : two) {
                const auto n = static_cast<std::int64_t>(one.value.number);
                numbers.push_back(pickle::integer(crops ? -n : n));
            }
        };
        if (of->input.rank == 3)
            for (std::size_t axis = 2; axis-- > 0;) add_sides(sides.parts[axis].value.parts);
        else add_sides(sides.parts);
        put_padding(numbers, 0);
    }
};

}}} // namespace lamina::pytorch::detail
