// lamina/kernels/pixel_list.hpp: the output pixels of a convolution in one list, for sizes that are known at run time only.
//
// Where the windows begin is found once, when memory is planned. A tile then takes pixels of several rows, so that none is narrow, and no size
// is a constant.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// The least and the largest number that is written: an activation that cuts, or infinities.
template <class T> struct clamp_bounds {
    T low, high;
};

/// The output pixels of one image. Taps that lie side by side in the image are a run; a kernel row has one, or one for each of its columns.
struct pixel_list {
    convolution_sizes sizes;             ///< of all groups
    std::size_t pixels;                  ///< of an image
    std::size_t rows, runs, run;         ///< kernel rows, runs of a row, numbers of a run
    std::size_t row_step, run_step;      ///< from one to the next in the field
    const std::uint32_t* from = nullptr; ///< where each pixel's first tap lies in the field, with `list_room` behind
    const std::uint32_t* to = nullptr;   ///< the place of each pixel among those of y; null: they are in order
    bool trims = false;                  ///< some windows reach over the upper or lower edge, and pixels are in order
    std::size_t filters() const { return detail::group_filters(sizes); }
};

/// The entries behind a list's pixels: a tile may look up so many that are not there.
inline constexpr std::size_t list_room = 32;

/// A list without its places.
constexpr pixel_list list_of(const convolution_sizes& s)
{
    const detail::window_field field(s);
    const std::size_t row = field.row(s), run = detail::run_length(s);
    pixel_list l{s,
                 s.out_height * s.out_width,
                 s.kernel_height,
                 detail::row_taps(s) / run,
                 run,
                 row * s.dilation_height,
                 s.dilation_width * s.channels};
    l.trims = s.kernel_height > 1 && detail::whole_rows(s).size() < s.out_height;
    return l;
}

/// The numbers of the field of a convolution; 0 where the image is read as it is.
constexpr std::size_t field_size(const convolution_sizes& s)
{
    const detail::window_field field(s);
    return field.copied ? field.height * field.width * s.channels : 0;
}

/// Writes where the pixels' first taps lie: as many numbers as pixels, and `list_room`.
[[gnu::cold]] inline void list_places(const convolution_sizes& s, std::uint32_t* from)
{
    const std::size_t row = detail::window_field(s).row(s);
    for (std::size_t oy = 0; oy < s.out_height; ++oy)
        for (std::size_t ox = 0; ox < s.out_width; ++ox)
            *from++ = static_cast<std::uint32_t>(oy * s.stride_height * row + ox * s.stride_width * s.channels);
    std::fill_n(from, list_room, s.out_height * s.out_width > 0 ? from[-1] : 0);
}

/// An image into its field, zeros where it has padding.
template <class T> LAMINA_ONE_COPY void pad_image(const T* x, T* field, const convolution_sizes& s)
{
    const detail::window_field size(s);
    const std::size_t row = size.width * s.channels, top = std::min(s.pad_top, size.height);
    const std::size_t rows = std::min(s.height, size.height - top), left = std::min(s.pad_left * s.channels, row),
                      count = std::min(s.width * s.channels, row - left), right = row - left - count;
    field = std::fill_n(field, top * row, T(0));
    for (std::size_t y = 0; y < rows; ++y, x += s.width * s.channels)
        field = std::fill_n(std::copy_n(x, count, std::fill_n(field, left, T(0))), right, T(0));
    std::fill_n(field, (size.height - top - rows) * row, T(0));
}

namespace detail {

/// The kernel rows that meet the image in one of the pixels from `first` to `last`, that one included.
inline range kernel_rows(const pixel_list& l, std::size_t first, std::size_t last)
{
    if (!l.trims) return {0, l.rows};
    const std::size_t upper = first / l.sizes.out_width, lower = last / l.sizes.out_width;
    const range above = rows_within(l.sizes, upper), below = rows_within(l.sizes, lower);
    return {std::min(above.first, below.first), std::max(above.last, below.last)};
}

} // namespace detail

}}} // namespace lamina::internals::kernels
