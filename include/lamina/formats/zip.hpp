// lamina/formats/zip.hpp: reads zip archives: of NumPy (.npz), Keras (.keras) and PyTorch (.pt).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/formats/zip_directory.hpp>

#if !__has_include(<zip.h>)
#include <lamina/formats/zip.hpp needs libzip (Debian and Ubuntu: libzip-dev, Conan: libzip)>
#endif
#include <zip.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace zipped {

namespace detail {

struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
    void operator()(zip_source_t* source) const { zip_source_free(source); }
};
template <class T> using owned = std::unique_ptr<T, Discard>;

/// Why libzip gave up, for a sentence. It ends itself.
struct problem {
    zip_error_t error;

    problem() { zip_error_init(&error); }
    ~problem() { zip_error_fini(&error); }
    problem(const problem&) = delete;
    problem& operator=(const problem&) = delete;
    const char* text() { return zip_error_strerror(&error); }
};

} // namespace detail

/// A zip archive that is held in memory. Its directory was read and judged; an entry is unpacked when it is asked for.
///
/// Refuses   what `detail::Directory` refuses, and what libzip's check of consistency finds.
class Archive {
public:
    /// Of the bytes of a file; `called` is what errors call it.
    [[gnu::cold]] Archive(std::string bytes, std::string_view called) : file(called), all(std::move(bytes))
    {
        detail::Directory directory(all, file);
        list = directory.read();
        detail::problem why;
        detail::owned<zip_source_t> source(zip_source_buffer_create(all.data(), all.size(), 0, &why.error));
        if (source) archive.reset(zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &why.error));
        if (!archive) internals::fail({file, ": is a damaged zip archive (", why.text(), "); copy it again"});
        static_cast<void>(source.release()); // it is the archive's now
        check_agreement(directory.listed());
    }
    explicit Archive(const internals::FilePath& path) : Archive(internals::read_file(path), path.string()) {}
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    const std::string& name() const { return file; }
    /// Its files, in the order of the directory.
    const std::vector<entry>& entries() const { return list; }
    /// The bytes of the archive itself.
    std::size_t size() const { return all.size(); }

    /// The entry of a name, or null.
    [[gnu::cold]] const entry* find(std::string_view wanted) const
    {
        for (const entry& one : list)
            if (one.name == wanted) return &one;
        return nullptr;
    }

    /// The bytes of an entry, unpacked. Memory grows with what is there, not with the size that is claimed.
    ///
    /// Refuses   an entry whose checksum or size is not that of the directory.
    [[gnu::cold]] std::string read(const entry& one) const
    {
        const detail::owned<zip_file_t> opened(zip_fopen_index(archive.get(), one.place, 0));
        if (!opened) refuse(one, "cannot be opened", zip_strerror(archive.get()));
        std::string bytes;
        std::size_t got = 0;
        for (bool ended = false; !ended;) {
            constexpr std::size_t first = std::size_t{1} << 16;
            const std::size_t room = one.deflated ? std::min(one.size, std::max(first, 2 * got)) : one.size;
            if (got < one.size) bytes.resize(room);
            char after = 0; // what the last byte is followed by: the checksum is compared where nothing is
            const bool whole = got == one.size;
            const auto n = zip_fread(opened.get(), whole ? &after : bytes.data() + got, whole ? 1 : bytes.size() - got);
            if (n < 0) refuse(one, "cannot be unpacked", zip_error_strerror(zip_file_get_error(opened.get())));
            if (n > 0 && whole) refuse(one, "is larger than the directory says", "sizes differ");
            ended = n == 0;
            got += static_cast<std::size_t>(n);
        }
        if (got != one.size) refuse(one, "is smaller than the directory says", "sizes differ");
        return bytes;
    }

private:
    [[noreturn, gnu::cold]] void refuse(const entry& one, const char* what, const char* why) const
    {
        internals::fail({file, ": \"", one.name, "\" ", what, " (", why, "); the file is damaged, so copy it again"});
    }

    /// An archive may have two directories; libzip and this reader have to mean the same.
    [[gnu::cold]] void check_agreement(std::size_t listed) const
    {
        bool same = zip_get_num_entries(archive.get(), 0) == static_cast<zip_int64_t>(listed);
        for (const entry& one : list) {
            zip_stat_t known;
            same = same && zip_stat_index(archive.get(), one.place, ZIP_FL_ENC_RAW, &known) == 0 && known.name == one.name &&
                   known.size == one.size && known.comp_size == one.stored && known.encryption_method == ZIP_EM_NONE;
        }
        if (!same) internals::fail({file, ": can be read in two ways; the file is damaged, so copy it again"});
    }

    std::string file, all;
    std::vector<entry> list;
    detail::owned<zip_t> archive;
};

}}} // namespace lamina::zipped
