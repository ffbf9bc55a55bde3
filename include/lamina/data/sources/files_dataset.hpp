// lamina/data/sources/files_dataset.hpp: what sources of files share: several files, read one after another.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The files of a source: one, or a list of them, as texts or as `std::filesystem::path`s.
///
/// Example: `tfrecord("a.tfrecord")`, `tfrecord({"a.tfrecord", "b.tfrecord"})`, `text_lines(matching_files("logs/*.txt"))`
class Files {
public:
    template <std::convertible_to<internals::FilePath> Path> Files(const Path& path) : names{internals::FilePath(path).string()}
    {}
    Files(std::vector<std::string> list) : names(std::move(list)) {}
    Files(std::initializer_list<internals::FilePath> list)
    {
        for (const internals::FilePath& path : list) names.push_back(path.string());
    }

    std::vector<std::string> names;
};

namespace internals {

/// The elements of files, one file after another. A `Reader` is made of a file's name and the options, and has `bool next(element&)` and
/// `bool skip()`, each of one place; behind an exception it goes on, or gives false. Skipping counts what cannot be read as well, as it may not
/// be looked at.
template <class Reader> struct FilesDataset {
    using element = typename Reader::element;
    using options_type = typename Reader::options_type;
    struct Source {
        std::vector<std::string> names;
        options_type options;
    };
    struct Cursor {
        std::shared_ptr<const Source> source;
        std::size_t opened = 0;
        std::unique_ptr<Reader> reader{};

        bool next(element& to)
        {
            for (;;) {
                if (reader && reader->next(to)) return true;
                if (!open()) return false;
            }
        }
        std::uint64_t skip(std::uint64_t n)
        {
            std::uint64_t done = 0;
            while (done < n) {
#if defined(__cpp_exceptions)
                try {
                    if (reader && reader->skip()) ++done;
                    else if (!open()) break;
                }
                catch (...) { // a place as others are
                    ++done;
                }
#else
                if (reader && reader->skip()) ++done;
                else if (!open()) break;
#endif
            }
            return done;
        }
        bool skips_places() const { return true; }

    private:
        /// Goes to the next file, where there is one. A file that cannot be opened is left behind.
        [[gnu::cold]] bool open()
        {
            reader.reset();
            if (opened == source->names.size()) return false;
            const std::string& name = source->names[opened++];
            reader = std::make_unique<Reader>(name, source->options);
            return true;
        }
    };

    FilesDataset(Files files, options_type options)
        : source(std::make_shared<const Source>(Source{std::move(files.names), std::move(options)}))
    {}

    Cursor open(Pass) const { return {source}; }

private:
    std::shared_ptr<const Source> source;
};

} // namespace internals

}} // namespace lamina
