// lamina/formats/csv_lines.hpp: the lines of a CSV file, cut into cells, by fast-cpp-csv-parser.
//
// Source: RFC 4180, but for line ends inside of quotes, which the library does not read.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/packed_bytes.hpp>

#include <limits> // the library forgets it

#if defined(__GNUC__) && !defined(__clang__) // g++'s optimizer warns of a name that the library cuts on purpose
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstringop-truncation"
#endif
#if !defined(__cpp_exceptions)
#include <lamina/formats/csv_lines.hpp needs exceptions, as fast-cpp-csv-parser throws: leave -fno-exceptions out where it is included>
#elif __has_include(<fast-cpp-csv-parser/csv.h>)
#include <fast-cpp-csv-parser/csv.h>
#elif __has_include(<libfccp/csv.h>)
#include <libfccp/csv.h>
#else
#include <lamina/formats/csv_lines.hpp needs fast-cpp-csv-parser (Debian and Ubuntu: libfccp-dev, Conan: fast-cpp-csv-parser)>
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Bytes for the library's reader of lines, which has to be handed whole blocks, and lines that end.
template <class Bytes> class LineSource : public io::ByteSourceBase {
public:
    LineSource(Bytes from, std::string_view called) : bytes(std::move(from)), name(called) {}

    int read(char* buffer, int size) override
    {
        const auto wanted = static_cast<std::size_t>(size);
        std::size_t got = bytes.read(buffer, wanted);
        if (const void* const zero = got > 0 ? std::memchr(buffer, '\0', got) : nullptr)
            fail({name, ": byte ", before + static_cast<std::size_t>(static_cast<const char*>(zero) - buffer),
                  " is zero; is it a text file?"});
        before += got;
        if (got > 0) last = buffer[got - 1];
        if (got < wanted && last != '\n') last = buffer[got++] = '\n';
        return static_cast<int>(got);
    }

private:
    Bytes bytes;
    std::string name;
    char last = '\n';
    std::uint64_t before = 0;
};

/// Takes the next cell off a line, which is null after the last: without spaces around it, and without the quotes around those.
template <char Delimiter> void take_cell(char*& line, std::string_view& cell)
{
    using Quotes = io::double_quote_escape<Delimiter, '"'>;
    char *begin, *end;
    io::detail::chop_next_column<Quotes>(line, begin, end);
    if constexpr (Delimiter == '\t') io::trim_chars<' '>::trim(begin, end);
    else io::trim_chars<' ', '\t'>::trim(begin, end);
    Quotes::unescape(begin, end);
    cell = {begin, static_cast<std::size_t>(end - begin)};
}
using TakeCell = void (*)(char*& line, std::string_view& cell);

[[gnu::cold]] inline TakeCell taker_of_cells(char delimiter)
{
    switch (delimiter) {
    case ',': return take_cell<','>;
    case ';': return take_cell<';'>;
    case '\t': return take_cell<'\t'>;
    case '|': return take_cell<'|'>;
    case ':': return take_cell<':'>;
    default: fail({"csv: the delimiter is '", delimiter, "'; comma, semicolon, tab, bar and colon are read"});
    }
}

/// Reads lines that are not empty, cut into cells, which are valid until the next one.
class CsvLines {
public:
    template <class Bytes>
    [[gnu::cold]] CsvLines(Bytes bytes, std::string_view called, char delimiter) : name(called), take(taker_of_cells(delimiter))
    {
        lines = std::make_unique<io::LineReader>("", std::make_unique<LineSource<Bytes>>(std::move(bytes), called));
    }

    /// Whether there was a line. Behind one that is refused comes the next, where it can be found.
    bool next(std::vector<std::string_view>& cells)
    {
        char* line = next_line();
        if (!line) return false;
        cells.clear();
        try {
            while (line) take(line, cells.emplace_back());
        }
        catch (const io::error::escaped_string_not_closed&) {
            fail({name, ": line ", number(),
                  " has a quote without another one; a quote inside of quotes is written twice, and a line cannot end there"});
        }
        return true;
    }

    /// Passes over a line, and says whether there was one.
    bool skip() { return next_line() != nullptr; }

    /// Of the line that was read, from 1.
    std::uint64_t number() const { return line_number; }

private:
    char* next_line()
    {
        try {
            while (lines) {
                char* const line = lines->next_line();
                line_number = lines->get_file_line();
                if (!line) lines.reset();
                else if (!io::empty_line_comment::is_comment(line)) return line;
            }
        }
        catch (const io::error::line_length_limit_exceeded&) {
            lines.reset();
            fail({name, ": line ", line_number + 1, " is longer than 2^24 bytes; is it a CSV file?"});
        }
        catch (...) { // the file cannot be read
            lines.reset();
            throw;
        }
        return nullptr;
    }

    std::string name;
    TakeCell take;
    std::unique_ptr<io::LineReader> lines;
    std::uint64_t line_number = 0;
};

}}} // namespace lamina::internals
