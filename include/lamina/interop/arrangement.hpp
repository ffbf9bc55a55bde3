// lamina/interop/arrangement.hpp: how the axes of a variable lie in another framework's array, and the turning of one into the other.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

using extent_list = std::vector<std::size_t>;

/// The axes of a variable, perhaps split further, in another order, and perhaps joined: [784, 10] of a flattened 28×28×1 as
/// [28, 28, 1, 10], in the order (3, 2, 0, 1), is [10, 1, 28, 28], joined [10, 784].
struct Arrangement {
    extent_list split;           ///< the variable's extents, where an axis may be several
    extent_list order;           ///< the axes of `split` in the array's order
    extent_list joined;          ///< the shape of the array
    std::size_t gates = no_axis; ///< an axis of `split` of which the first two entries change places: GRU's gates

    static constexpr std::size_t no_axis = ~std::size_t{0};
};

[[gnu::cold]] inline extent_list extents_of(const Shape& shape) { return {shape.extents, shape.extents + shape.rank}; }

/// Axes in another order, neither split nor joined; without an order as they are.
[[gnu::cold]] inline Arrangement arranged(const extent_list& extents, extent_list order = {})
{
    Arrangement made{extents, std::move(order), {}};
    for (std::size_t axis = 0; made.order.size() < extents.size(); ++axis) made.order.push_back(axis);
    for (const std::size_t axis : made.order) made.joined.push_back(extents[axis]);
    return made;
}

/// Calls `use(variable, array)` with the places of each number in the variable and in the array.
template <class Use> [[gnu::cold]] void for_each_place(const Arrangement& how, const Use& use)
{
    const std::size_t rank = how.split.size();
    extent_list strides(rank), index(rank);
    std::size_t count = 1;
    for (std::size_t i = rank; i-- > 0;) {
        strides[how.order[i]] = count;
        count *= how.split[how.order[i]];
    }
    for (std::size_t at = 0; at < count; ++at) {
        std::size_t there = 0;
        for (std::size_t axis = 0; axis < rank; ++axis) {
            const bool swapped = axis == how.gates && index[axis] < 2;
            there += strides[axis] * (swapped ? 1 - index[axis] : index[axis]);
        }
        use(at, there);
        for (std::size_t axis = rank; axis-- > 0;) {
            if (++index[axis] < how.split[axis]) break;
            index[axis] = 0;
        }
    }
}

/// The numbers of an array in the order of the variable, or the other way; elements of any size.
[[gnu::cold]] inline std::string rearranged(std::string_view from, std::size_t element, const Arrangement& how, bool to_variable)
{
    std::string to(from.size(), '\0');
    for_each_place(how, [&](std::size_t variable, std::size_t array) {
        const std::size_t source = to_variable ? array : variable, target = to_variable ? variable : array;
        std::memcpy(to.data() + target * element, from.data() + source * element, element);
    });
    return to;
}

}}} // namespace lamina::internals
