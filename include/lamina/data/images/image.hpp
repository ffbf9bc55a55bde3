// lamina/data/images/image.hpp: a picture: rows of pixels, the channels last.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/data/make_room.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A picture of bytes [height, width, channels].
using Image = internals::row_major<std::uint8_t, 3>;

/// A picture of numbers [height, width, channels], as `resize` gives them.
using FloatImage = internals::row_major<float, 3>;

namespace internals {

/// Gives a picture other extents and keeps its memory where it is large enough; its numbers are then anything.
template <class T> void give_extents(row_major<T, 3>& image, std::size_t height, std::size_t width, std::size_t channels)
{
    internals::make_room(image, {height, width, channels});
}

} // namespace internals

}} // namespace lamina
