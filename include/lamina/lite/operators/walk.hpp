// lamina/lite/operators/walk.hpp: a block of numbers from one tensor to another, each with steps of its own: what slices, transposes, tiles and
// pads are made of. It knows the size of a number, not its type.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// How far the next number of each axis lies, in bytes.
using Strides = std::array<std::ptrdiff_t, most_axes>;

inline Strides strides_of(const Extents& shape, std::size_t bytes)
{
    Strides strides{};
    auto step = static_cast<std::ptrdiff_t>(bytes);
    for (std::size_t axis = shape.rank; axis-- > 0; step *= static_cast<std::ptrdiff_t>(shape[axis])) strides[axis] = step;
    return strides;
}

/// Copies bytes; of a few it takes less time than a call of memcpy.
[[gnu::always_inline]] inline void copy_run(std::byte* to, const std::byte* from, std::size_t n)
{
    constexpr std::size_t each = 16;
    if (n < each || n > 16 * each) {
        std::memcpy(to, from, n);
        return;
    }
    for (std::size_t i = 0; i + each < n; i += each) std::memcpy(to + i, from + i, each);
    std::memcpy(to + n - each, from + n - each, each);
}

/// The axes of a block, the outermost first, neighbors that are walked alike as one. Steps are in bytes; 0 repeats, negative ones go back.
class Walk {
    struct Axis {
        std::size_t extent;
        std::ptrdiff_t from, to;
    };

public:
    explicit Walk(std::size_t bytes_of_a_number) : bytes(bytes_of_a_number) {}

    [[gnu::noinline]] void add(std::size_t extent, std::ptrdiff_t from, std::ptrdiff_t to)
    {
        if (extent == 0) nothing = true;
        if (extent <= 1) return;
        if (count > 0) {
            Axis& outer = axes[count - 1];
            const auto inside = static_cast<std::ptrdiff_t>(extent);
            if (outer.from == from * inside && outer.to == to * inside) {
                outer = {outer.extent * extent, from, to};
                return;
            }
        }
        axes[count++] = {extent, from, to};
    }

    /// Copies the block. The two do not overlap.
    [[gnu::noinline]] void copy(const std::byte* from, std::byte* to)
    {
        if (nothing) return;
        if (count == 0) {
            std::memcpy(to, from, bytes);
            return;
        }
        const auto one = static_cast<std::ptrdiff_t>(bytes);
        Axis row = axes[count - 1], column{1, 0, 0};
        bool turned = false;
        if (row.from == one && row.to == one) {
            bytes *= row.extent; // a row is one number
            --count;
            row = {1, 0, 0};
            if (count > 0) row = axes[--count];
        }
        else {
            --count;
            // Where another axis is dense in the source, squares of both are walked, so that no line of the cache is fetched twice.
            for (std::size_t axis = count; axis-- > 0 && !turned;)
                if (axes[axis].from == one && row.to == one) {
                    column = axes[axis];
                    std::copy(axes + axis + 1, axes + count, axes + axis);
                    --count;
                    turned = true;
                }
        }
        if (!turned && count > 0) column = axes[--count];
        const std::size_t across = turned ? square : column.extent, along = turned ? square : row.extent;
        for_each_place([&](std::ptrdiff_t i, std::ptrdiff_t j) {
            for (std::size_t c = 0; c < column.extent; c += across)
                for (std::size_t r = 0; r < row.extent; r += along) {
                    const auto c_at = static_cast<std::ptrdiff_t>(c), r_at = static_cast<std::ptrdiff_t>(r);
                    copy_plane(from + i + c_at * column.from + r_at * row.from, to + j + c_at * column.to + r_at * row.to,
                               {std::min(across, column.extent - c), column.from, column.to},
                               {std::min(along, row.extent - r), row.from, row.to});
                }
        });
    }

private:
    static constexpr std::size_t square = 16;
    Axis axes[2 * most_axes]{};
    std::size_t count = 0, bytes;
    bool nothing = false;

    /// f(place in the one, place in the other) for each place of the axes that are left.
    template <class F> void for_each_place(const F& f) const
    {
        std::size_t places = 1, at[2 * most_axes]{};
        for (std::size_t axis = 0; axis < count; ++axis) places *= axes[axis].extent;
        std::ptrdiff_t from = 0, to = 0;
        for (; places > 0; --places) {
            f(from, to);
            for (std::size_t axis = count; axis-- > 0;) {
                from += axes[axis].from;
                to += axes[axis].to;
                if (++at[axis] < axes[axis].extent) break;
                at[axis] = 0;
                from -= axes[axis].from * static_cast<std::ptrdiff_t>(axes[axis].extent);
                to -= axes[axis].to * static_cast<std::ptrdiff_t>(axes[axis].extent);
            }
        }
    }

    template <class Bits> static void copy_numbers(const std::byte* from, std::byte* to, const Axis& column, const Axis& row)
    {
        constexpr auto one = static_cast<std::ptrdiff_t>(sizeof(Bits));
        for (std::size_t c = 0; c < column.extent; ++c, from += column.from, to += column.to) {
            if (row.from == 0 && row.to == one) { // the same number again and again
                Bits number;
                std::memcpy(&number, from, sizeof number);
                for (std::size_t r = 0; r < row.extent; ++r) std::memcpy(to + r * sizeof number, &number, sizeof number);
            }
            else if (row.to == one)
                for (std::size_t r = 0; r < row.extent; ++r)
                    std::memcpy(to + r * sizeof(Bits), from + static_cast<std::ptrdiff_t>(r) * row.from, sizeof(Bits));
            else
                for (std::size_t r = 0; r < row.extent; ++r)
                    std::memcpy(to + static_cast<std::ptrdiff_t>(r) * row.to, from + static_cast<std::ptrdiff_t>(r) * row.from,
                                sizeof(Bits));
        }
    }

    void copy_plane(const std::byte* from, std::byte* to, const Axis& column, const Axis& row) const
    {
        if (bytes == 4) copy_numbers<std::uint32_t>(from, to, column, row);
        else if (bytes == 1) copy_numbers<std::uint8_t>(from, to, column, row);
        else if (bytes == 8) copy_numbers<std::uint64_t>(from, to, column, row);
        else if (bytes == 2) copy_numbers<std::uint16_t>(from, to, column, row);
        else
            for (std::size_t c = 0; c < column.extent; ++c)
                for (std::size_t r = 0; r < row.extent; ++r)
                    copy_run(to + static_cast<std::ptrdiff_t>(c) * column.to + static_cast<std::ptrdiff_t>(r) * row.to,
                             from + static_cast<std::ptrdiff_t>(c) * column.from + static_cast<std::ptrdiff_t>(r) * row.from,
                             bytes);
    }
};

/// The same number `count` times.
inline void fill_with(std::byte* to, const std::byte* number, std::size_t bytes, std::size_t count)
{
    Walk walk(bytes);
    walk.add(count, 0, static_cast<std::ptrdiff_t>(bytes));
    walk.copy(number, to);
}

/// Fills a tensor with the number that stands for zero: of quantized ones their zero point.
inline void fill_with_zeros(const Value& value)
{
    const auto zero = static_cast<std::uint64_t>(static_cast<std::int64_t>(value.is_quantized() ? value.zero : 0));
    std::byte number[8];
    for (std::size_t i = 0; i < 8; ++i) number[i] = static_cast<std::byte>(zero >> (8 * i) & 255);
    fill_with(value.data, number, bytes_of(value.type), value.size());
}

/// All numbers of a tensor as they are, under another shape.
inline void copy_all(const Step& step)
{
    const Value& x = step.x();
    if (x.size() > 0 && x.data != step.y().data) std::memcpy(step.y().data, x.data, x.bytes());
}

/// What only changes the place of numbers gives the type and the scale that it takes.
[[gnu::cold]] inline void require_alike(const Step& step, const Value& x, const Value& y)
{
    if (x.type != y.type) fail_at(step, {"numbers of ", name_of(x.type), " would become ", name_of(y.type)});
    if (x.is_quantized() && y.is_quantized() && (x.scale != y.scale || x.zero != y.zero))
        fail_at(step, {"the input has scale ", double(x.scale), " and zero point ", x.zero, ", the output ", double(y.scale),
                       " and ", y.zero, "; they have to be equal"});
}

/// A shape, an axis or another setting that is needed before anything runs, since nothing else bounds the memory of the result.
[[gnu::cold]] inline void require_known(const Step& step, std::size_t input, const char* what)
{
    if (!step.readable(input)) fail_at(step, {what, " has to be known before anything runs, and is computed from an input"});
}

/// One more axis; more than eight are refused.
inline void add_axis(const Step& step, Extents& shape, std::size_t extent)
{
    if (shape.rank == most_axes) fail_at(step, {"a tensor of more than ", most_axes, " axes"});
    shape.push_back(extent);
}

/// An extent that a file's numbers give.
inline std::size_t extent_from(const Step& step, std::int64_t number)
{
    if (number < 0 || number > std::int64_t{1} << 48) fail_at(step, {"an extent of ", number});
    return static_cast<std::size_t>(number);
}

}}} // namespace lamina::internals::tflite
