// lamina/formats/crc32c.hpp: CRC-32C (Castagnoli), the checksum of TFRecord files.
//
// Source: RFC 3720, appendix B.4; the masks are those of TensorFlow's tsl/lib/hash/crc32c.h.
#pragma once

#include <lamina/core/architecture.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE4_2__) && defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

static_assert(std::endian::native == std::endian::little, "lamina/formats/crc32c.hpp reads eight bytes as one number");

/// What a byte does to the checksum when `after` more bytes of its eight follow it: `tables[after][byte]`.
constexpr auto make_crc32c_tables()
{
    std::array<std::array<std::uint32_t, 256>, 8> tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ (rest & 1 ? 0x82f63b78u : 0);
        tables[0][byte] = rest;
    }
    for (std::size_t after = 1; after < 8; ++after)
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[after - 1][byte];
            tables[after][byte] = before >> 8 ^ tables[0][before & 255];
        }
    return tables;
}

/// The checksum on any processor, eight bytes at a time.
inline std::uint32_t crc32c_by_tables(std::string_view bytes)
{
    static constexpr auto tables = make_crc32c_tables();
    std::uint32_t sum = ~0u;
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        std::uint64_t eight;
        std::memcpy(&eight, bytes.data(), 8);
        eight ^= sum;
        sum = 0;
        for (std::size_t i = 0; i < 8; ++i) sum ^= tables[7 - i][eight >> (8 * i) & 255];
    }
    for (const char byte : bytes) sum = sum >> 8 ^ tables[0][(sum ^ static_cast<unsigned char>(byte)) & 255];
    return ~sum;
}

/// The checksum: by the instruction for it where the processor that is compiled for has one.
inline std::uint32_t crc32c(std::string_view bytes)
{
#if defined(__SSE4_2__) && defined(__x86_64__)
    std::uint64_t sum = ~0u;
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        std::uint64_t eight;
        std::memcpy(&eight, bytes.data(), 8);
        sum = _mm_crc32_u64(sum, eight);
    }
    auto rest = static_cast<std::uint32_t>(sum);
    for (const char byte : bytes) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(byte));
    return ~rest;
#else
    return crc32c_by_tables(bytes);
#endif
}

/// The checksum as it is stored: a checksum of bytes that hold their own checksum would tell nothing of them.
inline std::uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8u; }

}}} // namespace lamina::internals
