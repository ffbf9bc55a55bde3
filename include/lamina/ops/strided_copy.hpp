// lamina/ops/strided_copy.hpp: a block of numbers from one tensor to another, each with steps of its own: what transpose, slice, pad, concat, tile
// and reverse are made of. It knows the size of a number, not its type, so there is one copy for all.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// How far the next number of each axis lies, in numbers; 0 repeats, negative ones go back.
using Steps = std::array<std::ptrdiff_t, Shape::max_rank>;

constexpr Steps steps_of(const Shape& s)
{
    Steps steps{};
    std::ptrdiff_t step = 1;
    for (std::size_t axis = s.rank; axis-- > 0; step *= static_cast<std::ptrdiff_t>(s[axis])) steps[axis] = step;
    return steps;
}

/// The axes of a block without those of extent 1, neighbors that are walked alike as one, the innermost first.
class Block {
public:
    struct Axis {
        std::size_t extent;
        std::ptrdiff_t from, to;
    };
    Axis axes[Shape::max_rank]{{1, 1, 1}};
    std::size_t count = 0;

    Block(const Shape& extents, const Steps& from, const Steps& to)
    {
        for (std::size_t axis = extents.rank; axis-- > 0;) {
            if (extents[axis] == 1) continue;
            if (count > 0) {
                Axis& inner = axes[count - 1];
                const auto inside = static_cast<std::ptrdiff_t>(inner.extent);
                if (from[axis] == inner.from * inside && to[axis] == inner.to * inside) {
                    inner.extent *= extents[axis];
                    continue;
                }
            }
            axes[count++] = {extents[axis], from[axis], to[axis]};
        }
    }

    /// f(where a row begins in the one, where in the other), for each row of the innermost axis.
    template <class F> void for_each_row(const F& f) const
    {
        std::size_t rows = 1, at[Shape::max_rank]{};
        for (std::size_t axis = 1; axis < count; ++axis) rows *= axes[axis].extent;
        std::ptrdiff_t from = 0, to = 0;
        for (; rows > 0; --rows) {
            f(from, to);
            for (std::size_t axis = 1; axis < count; ++axis) {
                const auto extent = static_cast<std::ptrdiff_t>(axes[axis].extent);
                from += axes[axis].from;
                to += axes[axis].to;
                if (++at[axis] < axes[axis].extent) break;
                at[axis] = 0;
                from -= axes[axis].from * extent;
                to -= axes[axis].to * extent;
            }
        }
    }
};

template <class Bits> void copy_row(const std::byte* from, std::byte* to, const Block::Axis& row)
{
    for (std::size_t i = 0; i < row.extent; ++i) {
        const auto at = static_cast<std::ptrdiff_t>(i * sizeof(Bits));
        std::memcpy(to + at * row.to, from + at * row.from, sizeof(Bits));
    }
}

/// Copies a block of numbers of so many bytes, which are 1, 2, 4 or 8.
[[gnu::cold, gnu::noinline]] inline void copy_block(const std::byte* from, const Steps& from_steps, std::byte* to,
                                                    const Steps& to_steps, const Shape& extents, std::size_t bytes)
{
    if (extents.size() == 0) return;
    const Block block(extents, from_steps, to_steps);
    const Block::Axis& row = block.axes[0];
    const auto size = static_cast<std::ptrdiff_t>(bytes);
    block.for_each_row([&](std::ptrdiff_t i, std::ptrdiff_t j) {
        const std::byte* const x = from + i * size;
        std::byte* const y = to + j * size;
        if (row.from == 1 && row.to == 1) std::memcpy(y, x, row.extent * bytes);
        else if (bytes == 4) copy_row<std::uint32_t>(x, y, row);
        else if (bytes == 8) copy_row<std::uint64_t>(x, y, row);
        else if (bytes == 2) copy_row<std::uint16_t>(x, y, row);
        else copy_row<std::uint8_t>(x, y, row);
    });
}

}}} // namespace lamina::internals::tensors
