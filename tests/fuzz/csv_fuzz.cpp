// Any bytes as a CSV file behind a byte of options: clean errors, every line once, and never more than there is.
#include "bytes.hpp"
#include "fuzz.hpp"

#include <lamina/data/sources/csv.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Everything {
    std::string text;
    int whole = 3;
    std::optional<double> real;
    bool truth;
    std::array<float, 2> two;
    std::optional<std::uint8_t> small_one;
};

struct Texts {
    std::string a, b;
};

template <class Row> void read(std::string_view bytes, const CsvOptions& options)
{
    CsvRows<Row> rows(Bytes{bytes}, "file", options), passed(Bytes{bytes}, "file", options);
    Row row;
    std::size_t lines = 0;
    bool broken = false;
    for (;;) {
        require(lines++ <= bytes.size() + 1); // else it never ends
        try {
            if (!rows.next(row)) break;
        }
        catch (const lamina::error&) {
            broken = true;
        }
    }
    while (passed.skip()) --lines;
    require(lines == 1);
    if (broken) fail({"a row was refused"});
}

} // namespace

void fuzz(std::string_view bytes)
{
    if (bytes.empty()) fail({"no options"});
    const auto how = static_cast<unsigned char>(bytes[0]);
    constexpr char delimiters[] = {',', ';', '\t', '|', ':', ',', ',', 'x'};
    CsvOptions options{.header = (how & 8) == 0, .delimiter = delimiters[how & 7]};
    if (how & 16) options.missing = {"NA", "?"};
    if (how & 32) options.columns = {"b", "a", "c"};
    bytes.remove_prefix(1);
    if (how & 96) read<Texts>(bytes, options);
    else read<Everything>(bytes, options);
}
