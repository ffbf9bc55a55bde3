// lamina/draw/blocks.hpp: small gray images as Unicode blocks, for a terminal without colors.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace draw {

namespace detail {

/// One character for two pixels, one above the other, 0 (blank) to 255 (full): a half block where they differ much, else a shade.
inline std::string_view block(float upper, float lower)
{
    if (internals::is_nan(upper) || internals::is_nan(lower)) return "?";
    const float mean = upper / 2 + lower / 2;
    if (upper - lower > 110) return "▀";
    if (lower - upper > 110) return "▄";
    return mean < 40 ? " " : mean < 90 ? "░" : mean < 140 ? "▒" : mean < 200 ? "▓" : "█";
}

/// The first `columns` letters of a caption in the middle of `columns`.
inline std::string centered(std::string_view caption, std::size_t columns)
{
    std::size_t letters = 0, bytes = 0;
    for (; bytes < caption.size(); ++bytes) {
        const bool begins = (static_cast<unsigned char>(caption[bytes]) & 0xc0) != 0x80;
        if (begins && letters == columns) break;
        letters += begins;
    }
    const std::size_t before = (columns - letters) / 2;
    return std::string(before, ' ').append(caption.substr(0, bytes)).append(columns - letters - before, ' ');
}

} // namespace detail

/// Images side by side, as many as fit into `columns` characters, then on the next line; half as many lines as pixels.
///
/// Shapes   images [n, height, width], values 0 (blank) to 255 (full); NaN prints as "?".
/// Options  captions: one an image, or none.
/// Refuses  values that are no whole number of images, captions of another number.
inline std::string blocks(std::span<const float> images, std::size_t height, std::size_t width,
                          const std::vector<std::string>& captions = {}, std::size_t columns = 120)
{
    const std::size_t size = height * width;
    if (size == 0 || images.size() % size != 0)
        internals::fail({"blocks: ", images.size(), " values are no whole number of ", height, " by ", width, " images"});
    const std::size_t n = images.size() / size, a_row = std::max<std::size_t>(1, (columns + 2) / (width + 2));
    if (!captions.empty() && captions.size() != n)
        internals::fail({"blocks: ", captions.size(), " captions for ", n, " images, one each or none was needed"});

    std::string result;
    const auto end_line = [&] {
        result.erase(result.find_last_not_of(' ') + 1);
        result += '\n';
    };
    for (std::size_t first = 0; first < n; first += a_row) {
        const std::size_t last = std::min(n, first + a_row);
        for (std::size_t y = 0; y < height; y += 2) {
            for (std::size_t i = first; i < last; ++i) {
                const float* const row = images.data() + i * size + y * width;
                for (std::size_t x = 0; x < width; ++x) result += detail::block(row[x], y + 1 < height ? row[x + width] : 0);
                result += "  ";
            }
            end_line();
        }
        if (captions.empty()) continue;
        for (std::size_t i = first; i < last; ++i) result += detail::centered(captions[i], width) + "  ";
        end_line();
    }
    return result;
}

}}} // namespace lamina::draw
