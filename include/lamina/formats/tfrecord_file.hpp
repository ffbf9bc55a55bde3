// lamina/formats/tfrecord_file.hpp: writes a TFRecord file that is whole or not there: plain, gzip or zlib.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/packed_bytes.hpp>
#include <lamina/formats/tfrecord.hpp>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Packs what is written, into a text. It lies where it is made: zlib points back to it.
class Packing {
public:
    [[gnu::cold]] Packing(Compression how, std::string_view called)
    {
        const int bits = how == Compression::gzip ? 16 + MAX_WBITS : MAX_WBITS;
        if (deflateInit2(&state, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            fail({called, ": cannot be packed (out of memory)"});
    }
    Packing(const Packing&) = delete;
    Packing& operator=(const Packing&) = delete;
    ~Packing() { deflateEnd(&state); }

    /// Packs bytes, fewer than 2^32; after the `last` nothing follows. Gives what is ready to be written through `write(bytes)`.
    template <class Write> [[gnu::cold]] void pack(std::string_view bytes, bool last, const Write& write)
    {
        char block[1 << 15];
        state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); // zlib only reads it
        state.avail_in = static_cast<uInt>(bytes.size());
        do {
            state.next_out = reinterpret_cast<Bytef*>(block);
            state.avail_out = sizeof block;
            deflate(&state, last ? Z_FINISH : Z_NO_FLUSH);
            write(std::string_view(block, sizeof block - state.avail_out));
        } while (state.avail_out == 0);
    }

private:
    z_stream state{};
};

} // namespace internals

/// How a TFRecord file is written.
struct TFRecordFileOptions {
    Compression compression = Compression::automatic; ///< by the name: ".gz" is gzip, ".zlib" is zlib, all else is plain
};

/// A TFRecord file that is whole or not there: `commit` puts it in its place, and without that nothing is left of it. (`TFRecordWriter`
/// writes one whose records are read while it grows.)
///
/// Options  `compression`
/// Refuses  what is no place for a file, a disk that is full, a record after `commit`: throws `lamina::error` with the file's name
/// Example  TFRecordFile file("numbers.tfrecord.gz"); file.write("one"); file.write("two"); file.commit();
class TFRecordFile {
public:
    LAMINA_OUTLINED explicit TFRecordFile(const internals::FilePath& path, TFRecordFileOptions options = {})
        : name(path.string()), file(std::make_unique<internals::AtomicFile>(path))
    {
        Compression how = options.compression;
        if (how == Compression::automatic)
            how = name.ends_with(".gz") ? Compression::gzip : name.ends_with(".zlib") ? Compression::zlib : Compression::none;
        if (how != Compression::none) packing = std::make_unique<internals::Packing>(how, name);
    }

    /// Appends a record of any bytes, none included.
    LAMINA_OUTLINED void write(std::string_view record)
    {
        if (!file) internals::fail({name, ": was committed and takes no more records; open another file"});
        internals::append_record(waiting, record);
        if (waiting.size() >= 65536) hand_over(false);
    }

    /// Puts the file in its place.
    LAMINA_OUTLINED void commit()
    {
        if (!file) return;
        hand_over(true);
        file->commit();
        file.reset();
    }

private:
    [[gnu::cold]] void hand_over(bool last)
    {
        constexpr std::size_t most = std::size_t{1} << 30;
        std::string_view left = waiting;
        while (packing && (last || !left.empty())) {
            const std::string_view part = left.substr(0, most);
            left.remove_prefix(part.size());
            packing->pack(part, last && left.empty(), [&](std::string_view bytes) { file->write(bytes); });
            if (left.empty()) break;
        }
        if (!packing) file->write(left);
        waiting.clear();
    }

    std::string name, waiting;
    std::unique_ptr<internals::AtomicFile> file;
    std::unique_ptr<internals::Packing> packing;
};

/// Writes records, of a list of texts or a dataset of them, into a TFRecord file, which is whole or not there.
///
/// Example  write_tfrecord("numbers.tfrecord.gz", std::vector<std::string>{"one", "two"});
template <class Records>
LAMINA_OUTLINED void write_tfrecord(const internals::FilePath& path, const Records& records, TFRecordFileOptions options = {})
{
    TFRecordFile file(path, options);
    if constexpr (Dataset<Records>) {
        auto cursor = records.open(Pass{});
        for (typename Records::element record{}; cursor.next(record);) file.write(record);
    }
    else
        for (const auto& record : records) file.write(record);
    file.commit();
}

}} // namespace lamina
