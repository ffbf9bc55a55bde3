// lamina/data/make_room.hpp: a tensor that is filled again: its memory is kept where it fits.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/tensor.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Gives a tensor these extents; its numbers are then anything. xtensor leaves the extents to a tensor whose memory was moved away, and would
/// see nothing to do: functions of `map` and loops may take the parts of an element.
template <class T, std::size_t R> void make_room(row_major<T, R>& to, const std::array<std::size_t, R>& extents)
{
    std::size_t size = 1;
    for (const std::size_t extent : extents) size *= extent;
    if (to.storage().size() != size || !std::equal(extents.begin(), extents.end(), to.shape().begin())) to.resize(extents, true);
}

}}} // namespace lamina::internals
