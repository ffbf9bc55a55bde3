// lamina/formats/zip_writer.hpp: writes zip archives whose bytes depend on nothing but what is in them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/formats/zip.hpp>

#include <zip.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace zipped {

/// How entries are written.
struct WriteOptions {
    bool compressed = false;   ///< deflated, else stored
    std::size_t alignment = 1; ///< the data of stored entries start at a multiple of this: PyTorch has them at 64
};

/// Composes an archive in memory. All dates are 1980-01-01, so that the same entries are the same bytes.
///
/// Refuses   (where the bytes are made) a name that is empty, comes twice or is not UTF-8.
class Writer {
public:
    explicit Writer(const internals::FilePath& path, WriteOptions options = {}) : file(path.string()), how(options) {}

    /// Adds a file; its bytes are copied.
    [[gnu::cold]] void add(std::string name, std::string bytes) { parts.push_back({std::move(name), std::move(bytes)}); }

    /// The archive.
    [[gnu::cold]] std::string bytes()
    {
        if (parts.empty()) return std::string("PK\5\6").append(18, '\0'); // of which libzip makes no file
        detail::problem why;
        detail::owned<zip_source_t> target(zip_source_buffer_create(nullptr, 0, 0, &why.error));
        if (!target) refuse(why.text());
        detail::owned<zip_t> archive(zip_open_from_source(target.get(), ZIP_TRUNCATE, &why.error));
        if (!archive) refuse(why.text());
        zip_source_keep(target.get()); // the archive has the other share
        std::size_t at = 0;
        for (const part& one : parts) add_to(archive.get(), one, at);
        if (zip_close(archive.get()) != 0) refuse(zip_strerror(archive.get()));
        static_cast<void>(archive.release());
        return content_of(target.get());
    }

    /// Writes the archive: whole, or not at all.
    [[gnu::cold]] void write() { internals::write_file_atomically(file, bytes()); }

private:
    struct part {
        std::string name, bytes;
    };

    [[noreturn, gnu::cold]] void refuse(const char* why) const
    {
        internals::fail({file, ": the archive cannot be made (", why, "); nothing was written"});
    }

    [[gnu::cold]] void add_to(zip_t* archive, const part& one, std::size_t& at) const
    {
        if (one.name.empty() || one.name.find('\0') != one.name.npos)
            internals::fail({file, ": an entry would have no proper name; rename it"});
        if (zip_name_locate(archive, one.name.c_str(), 0) >= 0)
            internals::fail({file, ": two entries would have the name \"", one.name, "\"; rename one"});
        zip_source_t* const source = zip_source_buffer(archive, one.bytes.data(), one.bytes.size(), 0);
        if (!source) refuse(zip_strerror(archive));
        const auto added = zip_file_add(archive, one.name.c_str(), source, ZIP_FL_ENC_UTF_8);
        if (added < 0) {
            zip_source_free(source);
            refuse(zip_strerror(archive));
        }
        const auto place = static_cast<zip_uint64_t>(added);
        constexpr zip_uint16_t day = 1 << 5 | 1; // the first month and day, years are counted from 1980
        if (zip_set_file_compression(archive, place, how.compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) != 0 ||
            zip_file_set_dostime(archive, place, 0, day, 0) != 0)
            refuse(zip_strerror(archive));

        // Before the data of an entry: 30 bytes, its name, and the field that fills up, 4 bytes or more of them.
        const std::size_t start = at + 30 + one.name.size();
        std::size_t filled = 0;
        if (how.alignment > 1 && !how.compressed) {
            filled = 4 + (how.alignment - (start + 4) % how.alignment) % how.alignment;
            constexpr zip_uint16_t mark = 0x4246; // "FB", which PyTorch gives it
            const std::vector<zip_uint8_t> filling(filled - 4, 'Z');
            if (zip_file_extra_field_set(archive, place, mark, ZIP_EXTRA_FIELD_NEW, filling.data(),
                                         static_cast<zip_uint16_t>(filling.size()), ZIP_FL_LOCAL) != 0)
                refuse(zip_strerror(archive));
        }
        at = start + filled + one.bytes.size();
    }

    [[gnu::cold]] std::string content_of(zip_source_t* source) const
    {
        zip_stat_t known;
        if (zip_source_stat(source, &known) != 0 || zip_source_open(source) != 0) refuse("out of memory");
        std::string content(static_cast<std::size_t>(known.size), '\0');
        const auto got = zip_source_read(source, content.data(), content.size());
        zip_source_close(source);
        if (got != static_cast<zip_int64_t>(content.size())) refuse("out of memory");
        return content;
    }

    std::string file;
    WriteOptions how;
    std::vector<part> parts;
};

}}} // namespace lamina::zipped
