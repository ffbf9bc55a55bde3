// Any bytes as a PNG picture, as they are and with checksums that are right: clean errors, or a picture that is written and read again.
#include "fuzz.hpp"

#include <lamina/data/images/decode.hpp>

#include <cstdint>
#include <string>

using namespace lamina;

namespace {

std::uint32_t checksum(std::string_view bytes)
{
    std::uint32_t crc = 0xffffffff;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int i = 0; i < 8; ++i) crc = crc & 1 ? 0xedb88320 ^ crc >> 1 : crc >> 1;
    }
    return ~crc;
}

/// Gives each chunk the checksum that it has to have, which a fuzzer does not find.
std::string with_checksums(std::string bytes)
{
    for (std::size_t at = 8; at + 12 <= bytes.size();) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
        if (length > bytes.size() - at - 12) break;
        const std::uint32_t crc = checksum(std::string_view(bytes).substr(at + 4, length + 4));
        for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<char>(crc >> (24 - 8 * i) & 255);
        at += length + 12;
    }
    return bytes;
}

void read(std::string_view bytes)
{
    static constexpr std::size_t wanted[] = {0, 1, 3, 4};
    const std::size_t channels = wanted[bytes.size() % 4];
    const Image image = decode_png(bytes, channels);
    require(image.size() > 0 && (channels == 0 || image.shape()[2] == channels));
    require(image.size() / 8 / 1032 <= bytes.size() * 4); // memory is taken for what the bytes can hold
    if (image.size() < 4096) require(decode_png(encode_png(image)) == image);
}

} // namespace

void fuzz(std::string_view bytes)
{
    try {
        read(with_checksums(std::string(bytes)));
    }
    catch (const lamina::error&) {
    }
    read(bytes);
}
