// Bytes in memory that are read as a file is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

struct Bytes {
    std::string_view all, left = all;

    std::size_t read(char* into, std::size_t n)
    {
        n = std::min(n, left.size());
        if (n > 0) std::memcpy(into, left.data(), n);
        left.remove_prefix(n);
        return n;
    }
    bool skip(std::uint64_t n)
    {
        const bool there = n <= left.size();
        left.remove_prefix(there ? static_cast<std::size_t>(n) : left.size());
        return there;
    }
    void restart() { left = all; }
};
