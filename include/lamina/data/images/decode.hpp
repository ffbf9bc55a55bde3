// lamina/data/images/decode.hpp: the bytes of PNG and JPEG files as pictures, and back. Needs libpng and libjpeg-turbo (lamina::images).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/images/image.hpp>
#include <lamina/formats/jpeg.hpp>
#include <lamina/formats/pixels.hpp>
#include <lamina/formats/png.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Where the pixels of a picture go once its extents are known.
inline auto room_in(Image& image)
{
    return [&image](PixelExtents extents) {
        give_extents(image, extents.height, extents.width, extents.channels);
        return image.data();
    };
}

[[gnu::cold, gnu::noinline]] inline void refuse_channels(std::string_view name, std::size_t channels, bool is_jpeg)
{
    fail({name, ": ", channels, " channels were asked for; ",
          is_jpeg ? "JPEG gives 0 (those of the file), 1 or 3" : "0 (those of the file), 1, 3 or 4 can be"});
}

inline void decode_png_of(std::string_view name, std::string_view bytes, Image& to, std::size_t channels)
{
    if (channels == 2 || channels > 4) refuse_channels(name, channels, false);
    png::decode(bytes, channels, name, room_in(to));
}
inline void decode_jpeg_of(std::string_view name, std::string_view bytes, Image& to, std::size_t channels)
{
    if (channels == 2 || channels > 3) refuse_channels(name, channels, true);
    jpeg::decode(bytes, channels, name, room_in(to));
}
inline void decode_image_of(std::string_view name, std::string_view bytes, Image& to, std::size_t channels)
{
    if (bytes.starts_with("\x89PNG")) decode_png_of(name, bytes, to, channels);
    else if (bytes.starts_with("\xff\xd8\xff")) decode_jpeg_of(name, bytes, to, channels);
    else fail({name, ": starts neither as a PNG nor as a JPEG picture; is it another file?"});
}

} // namespace internals

/// The picture in the bytes of a PNG file. The second form fills a picture that is there, whose memory is used again.
///
/// Shapes    [height, width, channels]
/// Options   `channels`: 0, as the file has them; 1, gray; 3, colors; 4, colors and opacity. 16 bits are cut to their upper 8.
/// Refuses   bytes that are no PNG picture, damaged or cut off; more than 2^26 pixels
/// Numerics  equal to TensorFlow's `decode_png` to the bit
///
/// Example  Image image = decode_png(encode_png(Image::from_shape({4, 5, 3})), 1);
inline void decode_png(std::string_view bytes, Image& to, std::size_t channels = 0)
{
    internals::decode_png_of("decode_png", bytes, to, channels);
}
inline Image decode_png(std::string_view bytes, std::size_t channels = 0)
{
    Image image;
    decode_png(bytes, image, channels);
    return image;
}

/// The picture in the bytes of a JPEG file. The second form fills a picture that is there, whose memory is used again.
///
/// Shapes    [height, width, channels]
/// Options   `channels`: 0, as the file has them, but colors for CMYK; 1, gray; 3, colors
/// Refuses   bytes that are no JPEG picture, damaged or cut off; more than 2^26 pixels or 100 scans
/// Numerics  equal to TensorFlow's `decode_jpeg` to the bit, with libjpeg-turbo
///
/// Example  Image image = decode_jpeg(std::string("…the bytes of a file"));
inline void decode_jpeg(std::string_view bytes, Image& to, std::size_t channels = 0)
{
    internals::decode_jpeg_of("decode_jpeg", bytes, to, channels);
}
inline Image decode_jpeg(std::string_view bytes, std::size_t channels = 0)
{
    Image image;
    decode_jpeg(bytes, image, channels);
    return image;
}

/// The picture in the bytes of a PNG or JPEG file, by its first bytes: see `decode_png`, `decode_jpeg`.
///
/// Example  Image image; decode_image(encode_png(Image::from_shape({4, 5, 3})), image, 3);
inline void decode_image(std::string_view bytes, Image& to, std::size_t channels = 0)
{
    internals::decode_image_of("decode_image", bytes, to, channels);
}
inline Image decode_image(std::string_view bytes, std::size_t channels = 0)
{
    Image image;
    decode_image(bytes, image, channels);
    return image;
}

/// The bytes of a PNG file with this picture: gray, gray and opacity, colors, or colors and opacity, by its channels.
///
/// Refuses  other numbers of channels than 1 to 4; 0 pixels, or more than 2^26
///
/// Example  std::string bytes = encode_png(Image::from_shape({4, 5, 3}));
[[gnu::cold]] inline std::string encode_png(const Image& image)
{
    return png::encode(image.data(), {image.shape()[0], image.shape()[1], image.shape()[2]});
}

}} // namespace lamina
