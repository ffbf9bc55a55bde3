// lamina/ops/windows.hpp: windows over the axes of tensors: how they are told, and where they lie.
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/entry.hpp>
#include <lamina/ops/integers.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The zeros around what windows go over: `Valid{}` (none), `Same{}`, `Causal{}` of steps, a number on all sides, `Padding<1, 2>{}`,
/// `Border{{top, bottom}, {left, right}}`, or `Sides{before, after}` of steps.
struct WindowPadding {
    enum class kind : std::uint8_t { explicitly, same, causal };

    kind how = kind::explicitly;
    Border zeros = 0;

    constexpr WindowPadding(Valid) {}
    constexpr WindowPadding(Same) : how(kind::same) {}
    constexpr WindowPadding(Causal) : how(kind::causal) {}
    constexpr WindowPadding(std::size_t all) : zeros(all) {}
    constexpr WindowPadding(Sides steps) : zeros(steps, steps) {}
    constexpr WindowPadding(Border sides) : zeros(sides) {}
    constexpr WindowPadding(Sides height, Sides width) : zeros(height, width) {}
    template <std::size_t Height, std::size_t Width> constexpr WindowPadding(Padding<Height, Width>) : zeros(Height, Width) {}
};

namespace internals::tensors {

/// What stands in all four places of the padding where it follows from the rest.
inline constexpr std::int32_t same_padding = -1, causal_padding = -2;

/// A number of an option as an attribute.
[[gnu::cold]] inline std::int32_t as_attribute(std::string_view op, std::string_view what, std::size_t number)
{
    if (number > std::size_t(std::numeric_limits<std::int32_t>::max())) fail({op, ": ", what, " of ", number, " is too large"});
    return static_cast<std::int32_t>(number);
}

/// Appends top, left, bottom, right. Steps are the columns of an image of one row.
[[gnu::cold]] inline void add_padding(std::string_view op, Attributes& to, const WindowPadding& padding, bool of_steps)
{
    const auto& [height, width] = padding.zeros;
    if (padding.how != WindowPadding::kind::explicitly)
        for (int side = 0; side < 4; ++side) to.add(padding.how == WindowPadding::kind::same ? same_padding : causal_padding);
    else
        for (const std::size_t zeros : {of_steps ? 0 : height.before, width.before, of_steps ? 0 : height.after, width.after})
            to.add(as_attribute(op, "a padding", zeros));
}

/// Images, or sequences as images of one row, of a tensor; `steps` says which.
struct ImageShape {
    std::size_t n = 0, height = 1, width = 0, channels = 0;
    bool steps = false;

    /// The shape of a tensor of such images.
    Shape shape() const { return steps ? Shape{n, width, channels} : Shape{n, height, width, channels}; }
    /// How many numbers they have, for a comparison of sizes; of a batch that is not known yet, those of one.
    double numbers() const { return double(height) * double(width) * double(channels) * (n == unknown ? 1 : double(n)); }
};

/// The images of a shape [n, height, width, channels] or [n, steps, channels].
[[gnu::cold]] inline ImageShape images_of(std::string_view op, const Shape& s)
{
    if (s.rank != 3 && s.rank != 4)
        fail({op, ": a tensor of shape ", s,
              ", images [n, height, width, channels] or sequences [n, steps, channels] are needed"});
    for (std::size_t axis = 1; axis < s.rank; ++axis)
        if (s[axis] == 0 || s[axis] == unknown)
            fail({op, ": of a tensor of shape ", s, " extent ", axis, " has to be known, and at least 1"});
    Shape each; // also where there are no images
    for (std::size_t axis = 1; axis < s.rank; ++axis) each.push_back(s[axis]);
    require_sizable(op, each);
    if (s[0] != unknown) require_sizable(op, s);
    const bool steps = s.rank == 3;
    return {s[0], steps ? 1 : s[1], s[s.rank - 2], s[s.rank - 1], steps};
}

/// An attribute that has to be at least 1.
[[gnu::cold]] inline std::size_t at_least_one(std::string_view op, std::string_view what, std::int32_t value)
{
    if (value < 1) fail({op, ": ", what, " is ", value, ", it has to be at least 1"});
    return static_cast<std::size_t>(value);
}

/// How windows go over one axis.
struct AxisWindows {
    std::size_t reach, stride; ///< a window's extent, dilation included
    std::int32_t before, after;
};

/// How many windows lie on an axis, and how many zeros before it.
struct PlacedWindows {
    std::size_t outputs, before, after;
};

[[gnu::cold]] inline PlacedWindows place_windows(std::string_view op, std::string_view axis, std::size_t size,
                                                 const AxisWindows& w)
{
    if (w.before == same_padding && w.after == same_padding) {
        const std::size_t outputs = (size - 1) / w.stride + 1, covered = (outputs - 1) * w.stride + w.reach;
        const std::size_t zeros = covered > size ? covered - size : 0;
        return {outputs, zeros / 2, zeros - zeros / 2};
    }
    if (w.before == causal_padding && w.after == causal_padding) return {(size - 1) / w.stride + 1, w.reach - 1, 0};
    if (w.before < 0 || w.after < 0)
        fail({op, ": the padding of the ", axis, " is ", w.before, " and ", w.after, ", it is not below 0"});
    const auto before = static_cast<std::size_t>(w.before), after = static_cast<std::size_t>(w.after);
    const std::size_t padded = size + before + after;
    if (padded < w.reach)
        fail({op, ": a window reaches over ", w.reach, " elements of the ", axis, ", which has ", size, " and ", before + after,
              " zeros around them"});
    return {(padded - w.reach) / w.stride + 1, before, after};
}

/// Refuses a result that is out of all proportion to what it is made of, as damaged attributes make it.
[[gnu::cold]] inline void require_proportion(std::string_view op, double numbers, double of)
{
    if (numbers > std::max(0x1p24, 4096 * of))
        fail({op, ": the result would have ", numbers, " numbers, made of ", of, "; check strides, padding and extents"});
}

} // namespace internals::tensors

}} // namespace lamina
