// lamina/formats/pixels.hpp: what the readers of pictures share: the extents of pixels, and what they refuse.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The extents of a picture whose pixels lie row by row, the channels of a pixel together, a byte each.
struct PixelExtents {
    std::size_t height = 0, width = 0, channels = 0;
};

/// What a header may claim: pixels in all.
inline constexpr std::uint64_t most_pixels = std::uint64_t{1} << 26;

/// Judges what a header claims before memory is taken for it.
[[gnu::cold, gnu::noinline]] inline void require_pixels(std::string_view name, std::uint64_t height, std::uint64_t width)
{
    if (height == 0 || width == 0 || height > most_pixels / width)
        fail({name, ": the header claims ", height, " by ", width, " pixels, 1 to ", most_pixels, " in all are read"});
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_claim(std::string_view name, std::uint64_t height, std::uint64_t width,
                                                                std::uint64_t bytes)
{
    fail({name, ": the header claims ", height, " by ", width, " pixels, more than ", bytes,
          " bytes can hold; copy the file again"});
}

}}} // namespace lamina::internals
