// lamina/data/images/image_file.hpp: pictures in files. Needs libpng and libjpeg-turbo (lamina::images).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/file.hpp>
#include <lamina/data/images/decode.hpp>
#include <lamina/data/images/image.hpp>

#include <cstddef>
#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The picture in a PNG or JPEG file; which of them it is, its first bytes say. The second form fills a picture that is there.
///
/// Shapes   [height, width, channels]
/// Options  `channels`: 0, as the file has them; 1, gray; 3, colors; 4, colors and opacity (PNG)
/// Refuses  files that are missing or cannot be read, and what `decode_png` and `decode_jpeg` refuse, with the name of the file
///
/// Example  Image image = read_image("cat.jpg", 3);
inline void read_image(const internals::FilePath& path, Image& to, std::size_t channels = 0)
{
    internals::decode_image_of(path.string(), internals::read_file(path), to, channels);
}
inline Image read_image(const internals::FilePath& path, std::size_t channels = 0)
{
    Image image;
    read_image(path, image, channels);
    return image;
}

/// Writes a picture as a PNG file, whole or not at all: see `encode_png`.
///
/// Example  write_png("picture.png", Image::from_shape({4, 5, 3}));
[[gnu::cold]] inline void write_png(const internals::FilePath& path, const Image& image)
{
    internals::write_file_atomically(path, encode_png(image));
}

}} // namespace lamina
