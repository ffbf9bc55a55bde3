// lamina/data/sources/text_lines.hpp: the lines of text files, plain or gzip.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/sources/files_dataset.hpp>
#include <lamina/formats/packed_bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How `text_lines` reads.
struct TextLinesOptions {
    std::size_t skip = 0; ///< lines at the beginning of each file that are passed over, such as a header
    Compression compression = Compression::automatic; ///< finds gzip out; of zlib it has to be told
    std::size_t largest = std::size_t{1} << 30;       ///< bytes of a line: a longer one is refused
};

namespace internals {

class LinesOfFile {
public:
    using element = std::string;
    using options_type = TextLinesOptions;

    [[gnu::cold]] LinesOfFile(const std::string& path, const TextLinesOptions& how)
        : name(path), options(how), bytes(path, how.compression), block(std::make_unique_for_overwrite<char[]>(block_size))
    {
        for (std::size_t i = 0; i < options.skip && skip(); ++i) {}
    }

    bool next(std::string& to)
    {
        to.clear();
        return read_line([&](std::string_view part) { to.append(part); });
    }
    bool skip()
    {
        return read_line([](std::string_view) {});
    }

private:
    static constexpr std::size_t block_size = std::size_t{1} << 16;

    /// Hands the parts of a line to `take`, without '\r', and says whether there was one.
    template <class Take> bool read_line(const Take& take)
    {
        if (ended) return false;
        ended = true; // unless all goes well
        bool any = false;
        std::size_t left = options.largest;
        const auto take_part = [&](std::string_view part) {
            if (part.size() > left) refuse_length();
            left -= part.size();
            take(part);
        };
        for (;;) {
            if (ready.empty()) {
                ready = {block.get(), bytes.read(block.get(), block_size)};
                if (ready.empty()) break;
            }
            any = true;
            const std::size_t length = std::min(ready.find('\n'), ready.size());
            std::string_view part = ready.substr(0, length);
            const bool whole = length < ready.size();
            ready.remove_prefix(length + whole);
            for (std::size_t mark; (mark = part.find('\r')) != part.npos; part.remove_prefix(mark + 1))
                take_part(part.substr(0, mark));
            take_part(part);
            if (whole) {
                ended = false;
                break;
            }
        }
        line += any;
        return any;
    }

    [[noreturn, gnu::cold]] void refuse_length() const
    {
        fail({name, ": line ", line + 1, " is longer than ", options.largest, " bytes; is it a text file?"});
    }

    std::string name;
    TextLinesOptions options;
    PackedBytes bytes;
    std::unique_ptr<char[]> block;
    std::string_view ready;
    std::uint64_t line = 0;
    bool ended = false;
};

} // namespace internals

/// The lines of text files, one file after another, each a std::string without its end. As in TensorFlow every '\r' is left out, an empty
/// line is an empty text, and what follows the last line's end is a line if it is not empty.
///
/// Options  `skip`, lines at the beginning of each file; `compression`; `largest`, bytes of a line, 2^30 unless said
/// Refuses  a file that is missing, cannot be read or unpacked; a line that is too long: `next` throws `lamina::error`, and goes on with
///          the next file
///
/// Example  auto lines = text_lines("names.txt", {.skip = 1});
[[gnu::cold]] inline internals::FilesDataset<internals::LinesOfFile> text_lines(Files files, TextLinesOptions options = {})
{
    return {std::move(files), options};
}

}} // namespace lamina
