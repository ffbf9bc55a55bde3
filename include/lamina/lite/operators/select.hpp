// lamina/lite/operators/select.hpp: SELECT_V2: of two tensors the numbers of the first where a third one is true, else those of the second.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_select(Step& step)
{
    Extents shape;
    for (std::size_t i = 0; i < 3; ++i) shape.rank = std::max(shape.rank, step.x(i).shape.rank);
    for (std::size_t axis = 0; axis < shape.rank; ++axis) {
        std::size_t extent = 1;
        for (std::size_t i = 0; i < 3; ++i) {
            const Extents& own = step.x(i).shape;
            const std::size_t new_axes = shape.rank - own.rank, here = axis < new_axes ? 1 : own[axis - new_axes];
            if (here != 1 && extent != 1 && here != extent)
                fail_at(step,
                        {"tensors of ", step.x(0).shape, ", ", step.x(1).shape, " and ", step.x(2).shape, " do not broadcast"});
            if (here != 1) extent = here;
        }
        shape[axis] = extent;
    }
    set_shape(step, 0, shape);
}

/// One row of the last axis; the steps are in numbers, 0 or 1.
template <class Bits>
void select_row(const std::byte* condition, const std::byte* yes, const std::byte* no, std::byte* to, std::size_t count,
                const std::size_t (&each)[3])
{
    for (std::size_t i = 0; i < count; ++i) {
        Bits a, b;
        std::memcpy(&a, yes + i * each[1] * sizeof(Bits), sizeof a);
        std::memcpy(&b, no + i * each[2] * sizeof(Bits), sizeof b);
        const Bits chosen = condition[i * each[0]] != std::byte{0} ? a : b;
        std::memcpy(to + i * sizeof(Bits), &chosen, sizeof chosen);
    }
}

[[gnu::cold]] inline void run_select(const Step& step)
{
    const Value& y = step.y();
    const std::size_t bytes = bytes_of(y.type), count = y.shape.last(), rank = y.shape.rank;
    if (y.size() == 0) return;
    Strides strides[3]{};
    std::size_t each[3]{};
    for (std::size_t i = 0; i < 3; ++i) {
        const Extents& own = step.x(i).shape;
        const Strides dense = strides_of(own, i == 0 ? 1 : bytes);
        for (std::size_t axis = rank - own.rank; axis < rank; ++axis)
            if (own[axis + own.rank - rank] != 1) strides[i][axis] = dense[axis + own.rank - rank];
        each[i] = rank > 0 && strides[i][rank - 1] != 0;
    }
    const auto row = bytes == 4   ? select_row<std::uint32_t>
                     : bytes == 1 ? select_row<std::uint8_t>
                     : bytes == 8 ? select_row<std::uint64_t>
                                  : select_row<std::uint16_t>;
    std::array<std::size_t, most_axes> at{};
    std::array<std::ptrdiff_t, 3> place{};
    std::byte* to = y.data;
    for (std::size_t rows = y.size() / count; rows > 0; --rows, to += count * bytes) {
        row(step.x(0).data + place[0], step.x(1).data + place[1], step.x(2).data + place[2], to, count, each);
        for (std::size_t axis = rank > 0 ? rank - 1 : 0; axis-- > 0;) {
            for (std::size_t i = 0; i < 3; ++i) place[i] += strides[i][axis];
            if (++at[axis] < y.shape[axis]) break;
            at[axis] = 0;
            for (std::size_t i = 0; i < 3; ++i) place[i] -= strides[i][axis] * static_cast<std::ptrdiff_t>(y.shape[axis]);
        }
    }
}

[[gnu::cold]] inline void prepare_select(Step& step, Preparation&)
{
    if (step.x().type != dtype::boolean) fail_at(step, {"a condition of ", name_of(step.x().type), "; bool is needed"});
    require_alike(step, step.x(1), step.y());
    require_alike(step, step.x(2), step.y());
    step.run = run_select;
}

inline constexpr OperatorRules select_rules[] = {
    {code::select_v2, infer_select, prepare_select},
};

}}} // namespace lamina::internals::tflite
