// What the tests of idx and MNIST share: idx files made by hand, and gzip.
#pragma once

#include "data/temporary.hpp"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// An idx header of the given extents, elements of `type` (8: unsigned bytes).
inline std::string idx_header(const std::vector<std::uint32_t>& extents, char type = 8)
{
    std::string result{'\0', '\0', type, static_cast<char>(extents.size())};
    for (const std::uint32_t extent : extents)
        for (int shift = 24; shift >= 0; shift -= 8) result += static_cast<char>(extent >> shift & 255);
    return result;
}

/// `bytes` as gzip packs them, through a file in `folder`.
inline std::string gzip(const Temporary& folder, const std::string& bytes)
{
    const auto path = folder.path / "packed";
    gzFile file = gzopen(path.string().c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    std::ifstream in(path, std::ios::binary);
    std::string result{std::istreambuf_iterator<char>(in), {}};
    in.close();
    std::filesystem::remove(path);
    return result;
}
