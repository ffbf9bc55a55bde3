// lamina/formats/packed_bytes.hpp: the bytes of a file that is plain, gzip or zlib, from front to back, never unpacked whole.
//
// Source: RFC 1950 (zlib), RFC 1952 (gzip, of which several may follow one another in a file).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/formats/plain_bytes.hpp>

#if !__has_include(<zlib.h>)
#include <lamina/formats/packed_bytes.hpp needs zlib (Debian and Ubuntu: zlib1g-dev, Conan: zlib)>
#endif
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How the bytes of a file are packed. `automatic` finds it out by the first of them.
enum class Compression { automatic, none, gzip, zlib };

namespace internals {

/// Whether bytes begin as gzip's, and as zlib's under its usual settings.
constexpr bool begins_as_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }
constexpr bool begins_as_zlib(std::string_view bytes)
{
    return bytes.size() >= 2 && bytes[0] == '\x78' && (0x7800 + static_cast<unsigned char>(bytes[1])) % 31 == 0;
}

/// What text is packed by: none begins with gzip's two bytes, but "x^2" begins as zlib's do.
[[gnu::cold]] inline Compression compression_of_text(std::string_view first)
{
    return begins_as_gzip(first) ? Compression::gzip : Compression::none;
}

/// Unpacks what is read in blocks. It lies where it is made: zlib points back to it.
class Unpacking {
public:
    [[gnu::cold]] Unpacking(Compression how, std::string_view called) : name(called), gzip(how == Compression::gzip)
    {
        if (inflateInit2(&state, gzip ? 16 + MAX_WBITS : MAX_WBITS) != Z_OK) fail({name, ": cannot be unpacked (out of memory)"});
    }
    Unpacking(const Unpacking&) = delete;
    Unpacking& operator=(const Unpacking&) = delete;
    ~Unpacking() { inflateEnd(&state); }

    /// The next bytes, unpacked, at most n; none at the end alone.
    template <class Bytes> std::string_view next(Bytes& bytes, std::size_t n)
    {
        while (ready.empty() && !ended) fill(bytes);
        const std::string_view given = ready.substr(0, n);
        ready.remove_prefix(given.size());
        return given;
    }

private:
    template <class Bytes> void fill(Bytes& bytes)
    {
        ended = true; // unless all goes well
        if (state.avail_in == 0 && !refill(bytes)) {
            if (between) return; // where one gzip has ended and no other follows
            fail({name, ": the ", gzip ? "gzip" : "zlib", " data ends in the middle; copy the file again"});
        }
        if (between && !gzip) fail({name, ": goes on after the end of its zlib data; copy the file again"});
        between = false;
        state.next_out = reinterpret_cast<Bytef*>(unpacked.data());
        state.avail_out = static_cast<uInt>(unpacked.size());
        const int answer = inflate(&state, Z_NO_FLUSH);
        if (answer == Z_STREAM_END) {
            between = true;
            inflateReset(&state);
        }
        else if (answer != Z_OK && answer != Z_BUF_ERROR)
            fail({name, ": the ", gzip ? "gzip" : "zlib", " data is damaged; copy the file again"});
        ready = {unpacked.data(), unpacked.size() - state.avail_out};
        ended = false;
    }

    template <class Bytes> bool refill(Bytes& bytes)
    {
        const std::size_t got = bytes.read(packed.data(), packed.size());
        state.next_in = reinterpret_cast<Bytef*>(packed.data());
        state.avail_in = static_cast<uInt>(got);
        return got > 0;
    }

    std::string name;
    bool gzip, between = false, ended = false;
    z_stream state{};
    std::string_view ready;
    std::array<char, std::size_t{1} << 16> packed, unpacked;
};

/// The bytes of a file, unpacked where it is packed. `Bytes` are those of the file, and read as `PlainBytes` do.
template <class Bytes> class Unpacked {
public:
    /// `recognize` tells by the first 12 bytes how the file is packed, where that is left to it.
    Unpacked(Bytes from, std::string_view called, Compression how, Compression (*recognize)(std::string_view first))
        : bytes(std::move(from))
    {
        if (how == Compression::automatic) {
            char first[12];
            how = recognize({first, bytes.read(first, sizeof first)});
            bytes.restart();
        }
        if (how != Compression::none) unpacking = std::make_unique<Unpacking>(how, called);
    }

    /// Reads `n` bytes, fewer at the end alone, and says how many.
    std::size_t read(char* into, std::size_t n)
    {
        if (!unpacking) return bytes.read(into, n);
        std::size_t got = 0;
        while (got < n) {
            const std::string_view more = unpacking->next(bytes, n - got);
            if (more.empty()) break;
            std::memcpy(into + got, more.data(), more.size());
            got += more.size();
        }
        return got;
    }

    /// Passes over n bytes, and says whether they were there. Of a plain file they are not read.
    bool skip(std::uint64_t n)
    {
        if (!unpacking) return bytes.skip(n);
        while (n > 0) {
            constexpr std::uint64_t most = std::uint64_t{1} << 30;
            const std::string_view more = unpacking->next(bytes, static_cast<std::size_t>(std::min(n, most)));
            if (more.empty()) return false;
            n -= more.size();
        }
        return true;
    }

private:
    Bytes bytes;
    std::unique_ptr<Unpacking> unpacking;
};

/// A file that is read so.
class PackedBytes : public Unpacked<PlainBytes> {
public:
    PackedBytes(const FilePath& path, Compression how, Compression (*recognize)(std::string_view first) = compression_of_text)
        : Unpacked<PlainBytes>(PlainBytes(path, path.string()), path.string(), how, recognize)
    {}
};

} // namespace internals

}} // namespace lamina
