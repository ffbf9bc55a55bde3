// lamina/models/classes_of.hpp: the classes that predictions stand for.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/models/readable.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

inline silence classes_of(const silence&) { return {}; }
template <class T> void choose_classes(const T* rows, std::size_t width, std::int32_t* classes, std::size_t count)
{
    for (std::size_t row = 0; row < count; ++row, rows += width)
        classes[row] = static_cast<std::int32_t>(width == 1 ? rows[0] > T(0.5) : std::max_element(rows, rows + width) - rows);
}
template <class T, std::size_t Rank> auto classes_of(const row_major<T, Rank>& y)
{
    row_major<std::int32_t, Rank - 1> classes;
    std::array<std::size_t, Rank - 1> extents{};
    std::copy_n(y.shape().begin(), extents.size(), extents.begin());
    classes.resize(extents);
    choose_classes(y.data(), y.shape()[Rank - 1], classes.data(), classes.size());
    return classes;
}
/// What others than models give: a tensor whose rank is seen at run time.
template <class Y> auto classes_of(const Y& y)
{
    static_assert(!is_tuple<Y>, "lamina: this model has several outputs: take the one of classes out of what predict gives");
    static_assert(is_tuple<Y> || Expression<Y>, "lamina: predict_classes needs a predict that gives a tensor [n, …, classes]");
    if constexpr (!Expression<Y>) return silence{};
    else {
        const auto& rows = read_one(y, {}, "predict_classes");
        const std::size_t rank = rows.shape().size(), width = rank > 0 ? static_cast<std::size_t>(rows.shape()[rank - 1]) : 0;
        if (width == 0) fail({"predict_classes: the predictions have no outputs to choose from"});
        using Classes = xt::xarray<std::int32_t, xt::layout_type::row_major>;
        typename Classes::shape_type extents(rank - 1);
        for (std::size_t axis = 0; axis + 1 < rank; ++axis) extents[axis] = static_cast<std::size_t>(rows.shape()[axis]);
        Classes classes(extents);
        choose_classes(start_of(rows), width, classes.data(), classes.size());
        return classes;
    }
}

}}} // namespace lamina::internals
