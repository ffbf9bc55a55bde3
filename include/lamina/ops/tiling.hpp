// lamina/ops/tiling.hpp: a tensor several times over: tile, broadcast_to, repeat.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/run.hpp>
#include <lamina/ops/spreading.hpp>
#include <lamina/ops/strided_copy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// f(where in the row of all tiles a tile begins), for each of them; `one` is the shape of a tile.
template <class F> void for_each_tile(const Shape& one, const Shape& all, const F& f)
{
    if (one.size() == 0) return;
    Shape tiles;
    Steps steps = steps_of(all);
    for (std::size_t axis = 0; axis < one.rank; ++axis) {
        tiles.push_back(all[axis] / one[axis]);
        steps[axis] *= static_cast<std::ptrdiff_t>(one[axis]);
    }
    if (tiles.size() == 0) return;
    const Block block(tiles, steps, steps);
    block.for_each_row([&](std::ptrdiff_t at, std::ptrdiff_t) {
        for (std::size_t i = 0; i < block.axes[0].extent; ++i, at += block.axes[0].from) f(static_cast<std::size_t>(at));
    });
}

/// Attributes: how many times along each axis.
struct Tile {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        const Shape& from = in[0].shape();
        bool fits = with.count == from.rank;
        for (std::size_t axis = 0; fits && axis < from.rank; ++axis) {
            fits = with.ints[axis] >= 0;
            if (fits) s.extents[axis] = product_of_extents(from[axis], static_cast<std::size_t>(with.ints[axis]));
        }
        if (!fits)
            fail({"tile: ", Integers(std::span(with.ints).first(std::min<std::size_t>(with.count, Shape::max_rank))),
                  " times a tensor of shape ", from, "; give a number of 0 or more for each axis"});
        require_sizable("tile", s);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        const std::size_t bytes = bytes_of(out.dtype());
        const Shape& one = in[0].shape();
        for_each_tile(one, out.shape(), [&](std::size_t at) {
            copy_block(in[0].body().data, steps_of(one), out.body().data + at * bytes, steps_of(out.shape()), one, bytes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry tile_entry{"tile", keeps::none, Tile::infer, Tile::compute, Tile::gradient};

/// Refuses a shape that is not made of tiles of another one.
[[gnu::cold]] inline void require_tiles(std::string_view op, const Shape& all, const Shape& one)
{
    bool fits = all.rank == one.rank;
    for (std::size_t axis = 0; fits && axis < one.rank; ++axis)
        if (all[axis] != unknown && one[axis] != unknown) fits = one[axis] == 0 ? all[axis] == 0 : all[axis] % one[axis] == 0;
    if (!fits) fail({op, ": a tensor of shape ", all, " is not made of tiles of shape ", one});
}

/// The first input so many times along each axis that it gets the second one's shape.
struct TileLike {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype&)
    {
        require_tiles("tile_like", in[1].shape(), in[0].shape());
        s = in[1].shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with) { Tile::compute(in, out, with); }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry tile_like_entry{"tile_like", keeps::none, TileLike::infer, TileLike::compute, TileLike::gradient};

/// The sum of the tiles of the first input, each of which has the second one's shape.
struct SumTiles {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_real("sum_tiles", type);
        require_tiles("sum_tiles", in[0].shape(), in[1].shape());
        s = in[1].shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        with_real("sum_tiles", out.dtype(), [&]<class T>(T) {
            T* const y = out.numbers<T>();
            std::fill_n(y, out.size(), T(0));
            const Block block(out.shape(), steps_of(in[0].shape()), steps_of(out.shape()));
            const Block::Axis row = block.axes[0];
            for_each_tile(out.shape(), in[0].shape(), [&](std::size_t at) {
                block.for_each_row([&](std::ptrdiff_t i, std::ptrdiff_t j) {
                    const T* const x = in[0].numbers<T>() + at + i;
                    for (std::size_t k = 0; k < row.extent; ++k) {
                        const auto steps = static_cast<std::ptrdiff_t>(k);
                        y[j + steps * row.to] += x[steps * row.from];
                    }
                });
            });
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = run(tile_like_entry, step.dy, step.in[0]); }
};
inline constexpr OpEntry sum_tiles_entry{"sum_tiles", keeps::none, SumTiles::infer, SumTiles::compute, SumTiles::gradient};

inline void Tile::gradient(const StepBack& step, AnyTensor* dx) { dx[0] = run(sum_tiles_entry, step.dy, step.in[0]); }
inline void TileLike::gradient(const StepBack& step, AnyTensor* dx) { dx[0] = run(sum_tiles_entry, step.dy, step.in[0]); }

/// Attributes: the extents, to which the tensor broadcasts.
struct BroadcastTo {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        Shape to;
        for (std::size_t axis = 0; axis < with.count; ++axis) {
            if (with.count > Shape::max_rank || with.ints[axis] < 0)
                fail({"broadcast_to: ", with.ints[axis], " of ", with.count, " extents; they are 0 or more, and at most six"});
            to.push_back(static_cast<std::size_t>(with.ints[axis]));
        }
        require_sizable("broadcast_to", to);
        s = spread_shape("broadcast_to", in[0].shape(), to);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        BroadcastLike::spread(in[0], in[0].shape(), out, bytes_of(out.dtype()));
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = sum_to_like(step.dy, step.in[0]); }
};
inline constexpr OpEntry broadcast_to_entry{"broadcast_to", keeps::none, BroadcastTo::infer, BroadcastTo::compute,
                                            BroadcastTo::gradient};

} // namespace internals::tensors

/// A tensor so many times along each axis.
///
/// Example    auto y = tile(eye(2), {2, 3}); // [4, 6]
[[gnu::cold]] inline AnyTensor tile(const AnyTensor& x, const internals::tensors::Integers& times)
{
    using namespace internals::tensors;
    Attributes with;
    for (std::size_t axis = 0; axis < times.size(); ++axis) with.add(as_attribute("tile", times[axis]));
    return run(tile_entry, x, with);
}

/// A tensor repeated to a shape that it broadcasts to.
///
/// Example    auto y = broadcast_to(ones({10}), {32, 10});
[[gnu::cold]] inline AnyTensor broadcast_to(const AnyTensor& x, const Shape& extents)
{
    using namespace internals::tensors;
    Attributes with;
    for (std::size_t axis = 0; axis < extents.rank; ++axis)
        with.add(as_attribute("broadcast_to", static_cast<std::ptrdiff_t>(extents[axis])));
    return run(broadcast_to_entry, x, with);
}

/// Each number so many times beside itself: repeat([1, 2], 2, 0) is [1, 1, 2, 2].
///
/// Example    auto y = repeat(constant({1, 2}), 3, -1); // [1 1 1 2 2 2]
[[gnu::cold]] inline AnyTensor repeat(const AnyTensor& x, std::size_t times, int axis)
{
    using namespace internals::tensors;
    const std::size_t along = axis_of("repeat", x.shape(), axis), extent = require_known_extent("repeat", x.shape(), along);
    require_sizable("repeat", Shape{extent, times});
    std::vector<std::int64_t> which(extent * times);
    for (std::size_t i = 0; i < which.size(); ++i) which[i] = static_cast<std::int64_t>(i / times);
    return gather(x, constant(which.data(), Shape{which.size()}), axis);
}

}} // namespace lamina
