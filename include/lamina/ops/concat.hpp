// lamina/ops/concat.hpp: tensors one behind another along an axis, or along a new one: concat and stack.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/run.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/slicing.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// Attribute: the axis.
struct Concat {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        if (in.size() == 0) fail({"concat: of no tensors; give one or more"});
        s = in[0].shape();
        const std::size_t axis = axis_within("concat", s, with.ints[0], s.rank);
        for (std::size_t i = 1; i < in.size(); ++i) {
            const Shape& other = in[i].shape();
            require_alike("concat", in[0], in[i]);
            bool fits = other.rank == s.rank;
            for (std::size_t k = 0; fits && k < s.rank; ++k) {
                if (k == axis) s.extents[k] = sum_of_extents(s[k], other[k]);
                else if (s[k] == unknown) s.extents[k] = other[k];
                else fits = may_equal(s[k], other[k]);
            }
            if (!fits)
                fail({"concat: tensors of shapes ", in[0].shape(), " and ", other, " along axis ", axis,
                      "; all other extents have to be equal"});
        }
        require_sizable("concat", s);
        as_attribute("concat", static_cast<std::ptrdiff_t>(s[axis]));
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const auto axis = static_cast<std::size_t>(with.ints[0]);
        Attributes place;
        for (std::size_t i = 0; i < in.size(); ++i) {
            put_part(in[i], out, place);
            place.ints[axis] += static_cast<std::int32_t>(in[i].shape()[axis]);
        }
    }
    static void gradient(const StepBack& step, AnyTensor* dx)
    {
        const auto axis = static_cast<std::size_t>(step.attributes.ints[0]);
        Attributes place;
        place.count = Shape::max_rank;
        std::vector<const AnyTensor*> part{&step.dy, nullptr}; // and what it stands behind, where its extent is not known
        for (std::size_t i = 0; i < step.in.size(); ++i) {
            part[1] = &step.in[i];
            if (step.wants(i)) dx[i] = run_on(part_like_entry, {part.data(), part.size()}, place);
            if (step.in[i].shape()[axis] != unknown) place.ints[axis] += static_cast<std::int32_t>(step.in[i].shape()[axis]);
            else {
                part.push_back(&step.in[i]);
                place.count = Shape::max_rank + 1;
                place.ints[Shape::max_rank] = static_cast<std::int32_t>(axis);
            }
        }
    }
};
inline constexpr OpEntry concat_entry{"concat", keeps::none, Concat::infer, Concat::compute, Concat::gradient};

} // namespace internals::tensors

/// Tensors one behind another along an axis; all other extents are equal.
///
/// Errors     no tensor; other types, ranks or extents.
/// Example    auto y = concat({ones({2, 3}), zeros({2, 1})}, -1); // [2, 4]
[[gnu::cold]] inline AnyTensor concat(const std::vector<AnyTensor>& all, int axis)
{
    using namespace internals::tensors;
    if (all.empty()) internals::fail({"concat: of no tensors; give one or more"});
    Attributes with;
    with.add(static_cast<std::int32_t>(axis_of("concat", all[0].shape(), axis)));
    return run_on_all(concat_entry, all, with);
}

/// Tensors of one shape along a new axis.
///
/// Example    auto y = stack({ones({8, 8}), zeros({8, 8}), ones({8, 8})}, -1); // [8, 8, 3]
[[gnu::cold]] inline AnyTensor stack(const std::vector<AnyTensor>& all, int axis = 0)
{
    using namespace internals::tensors;
    if (all.empty()) internals::fail({"stack: of no tensors; give one or more"});
    const auto along = static_cast<int>(axis_among("stack", all[0].shape(), axis, all[0].rank() + 1));
    std::vector<AnyTensor> wide;
    for (const AnyTensor& one : all) {
        if (!may_equal(one.shape(), all[0].shape()))
            internals::fail({"stack: tensors of shapes ", all[0].shape(), " and ", one.shape(), "; they have to be equal"});
        wide.push_back(expand_dims(one, along));
    }
    return concat(wide, along);
}

}} // namespace lamina
