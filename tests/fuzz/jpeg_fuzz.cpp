// Any bytes as a JPEG picture: clean errors, or a picture of the channels that were asked for, the same again into the same memory.
#include "fuzz.hpp"

#include <lamina/data/images/decode.hpp>

using namespace lamina;

void fuzz(std::string_view bytes)
{
    static constexpr std::size_t wanted[] = {0, 1, 3};
    const std::size_t channels = wanted[bytes.size() % 3];
    Image image = decode_jpeg(bytes, channels);
    require(image.size() > 0 && (channels == 0 || image.shape()[2] == channels));
    require(image.shape()[0] * image.shape()[1] / 1024 <= bytes.size()); // memory is taken for what the bytes can hold
    if (image.size() > 65536) return;
    const Image again = image;
    decode_jpeg(bytes, image, channels);
    require(image == again);
}
