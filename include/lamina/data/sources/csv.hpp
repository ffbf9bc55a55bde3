// lamina/data/sources/csv.hpp: the rows of CSV files as plain structs.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/names.hpp>
#include <lamina/data/sources/files_dataset.hpp>
#include <lamina/formats/csv_lines.hpp>
#include <lamina/formats/packed_bytes.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How `csv` reads.
struct CsvOptions {
    bool header = true;                               ///< whether the first line of each file names the columns
    char delimiter = ',';                             ///< or ';', '\t', '|', ':'
    std::vector<std::string> columns{};               ///< names of all columns of the file, in order, in place of the header's
    std::vector<std::string> missing{};               ///< texts that stand for an empty cell, such as "NA" and "?"
    Compression compression = Compression::automatic; ///< finds gzip out; of zlib it has to be told
};

namespace internals {

/// Rows of a file, in which each place of a struct is found by its name, or by the order.
class CsvTable {
public:
    template <class Bytes>
    [[gnu::cold]] CsvTable(Bytes bytes, const std::string& called, const CsvOptions& how, std::vector<std::string> places)
        : name(called), options(how), names(std::move(places)), lines(std::move(bytes), called, how.delimiter)
    {
        std::vector<std::string_view> header(options.columns.begin(), options.columns.end());
        const bool named = options.header || !header.empty();
        if (options.header) {
            if (!lines.next(cells)) fail({name, ": is empty, a header was needed"});
            width = cells.size();
            if (header.empty()) header = cells;
            else if (header.size() != width)
                fail({name, ": the header has ", width, " cells, the option columns ", header.size()});
        }
        else width = named ? header.size() : names.size();
        columns.assign(names.size(), 0);
        for (std::size_t place = 0; place < names.size(); ++place)
            columns[place] = named ? column_of(names[place], header) : place;
    }

    /// Reads a row, and says whether there was one.
    bool next()
    {
        if (!lines.next(cells)) return false;
        if (cells.size() != width) refuse_width();
        return true;
    }
    bool skip() { return lines.skip(); }

    /// The cell of a place, and whether it counts as empty.
    std::string_view operator[](std::size_t place) const { return cells[columns[place]]; }
    bool is_missing(std::string_view cell) const { return cell.empty() || contains(options.missing, cell); }

    [[noreturn, gnu::cold]] void refuse(std::size_t place, const char* why) const
    {
        fail({name, ": line ", lines.number(), ", column \"", names[place], "\": \"", (*this)[place], "\" ", why});
    }

private:
    [[gnu::cold]] std::size_t column_of(std::string_view wanted, const std::vector<std::string_view>& header) const
    {
        std::size_t found = header.size();
        for (std::size_t i = 0; i < header.size(); ++i)
            if (header[i] == wanted && std::exchange(found, i) != header.size())
                fail({name, ": has two columns \"", wanted, "\"; rename one by the option columns"});
        if (found != header.size()) return found;
        std::string there;
        for (const std::string_view one : header) append(there, {there.empty() ? "" : ", ", one});
        fail({name, ": has no column \"", wanted, "\"; it has ", std::string_view(there)});
    }

    [[noreturn, gnu::cold]] void refuse_width() const
    {
        fail({name, ": line ", lines.number(), " has ", cells.size(), cells.size() == 1 ? " cell, " : " cells, ",
              options.header            ? "the header "
              : options.columns.empty() ? "the struct takes "
                                        : "the option columns ",
              width});
    }

    std::string name;
    CsvOptions options;
    std::vector<std::string> names;
    CsvLines lines;
    std::vector<std::string_view> cells;
    std::vector<std::size_t> columns;
    std::size_t width = 0;
};

/// How many cells a field takes, and the type of one.
template <class F> struct cells_of {
    using T = F;
    static constexpr std::size_t count = 1;
};
template <class V, std::size_t N> struct cells_of<std::array<V, N>> {
    using T = V;
    static constexpr std::size_t count = N;
};

/// Whether a cell can be read into a T, and each field of a struct from cells.
template <class T>
inline constexpr bool is_cell =
    std::is_same_v<T, std::string> || std::is_integral_v<T> || std::is_same_v<T, float> || std::is_same_v<T, double>;
template <class T> inline constexpr bool is_cell<std::optional<T>> = is_cell<T>;
template <class... Fields> constexpr bool are_cells(field_list<Fields...>)
{
    return (is_cell<typename cells_of<Fields>::T> && ...);
}

/// Reads a real number, rounded to the nearest; one that is too near to zero is zero.
template <class T> bool read_real(std::string_view text, T& to)
{
    constexpr long long most_exponent = 1LL << 40; // no text has as many digits
    const auto answer = std::from_chars(text.data(), text.data() + text.size(), to);
    if (answer.ptr != text.data() + text.size()) return false;
    if (answer.ec != std::errc::result_out_of_range) return answer.ec == std::errc();
    const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
    const std::string_view digits = text.substr(0, mark), power = text.substr(std::min(mark + 1, text.size()));
    long long exponent = 0;
    const char* const first = power.data() + power.starts_with('+');
    if (std::from_chars(first, power.data() + power.size(), exponent).ec == std::errc::result_out_of_range)
        exponent = power.starts_with('-') ? -most_exponent : most_exponent;
    const auto point = static_cast<long long>(std::min(digits.find('.'), digits.size()));
    const bool tiny = exponent + point < static_cast<long long>(digits.find_first_of("123456789"));
    if (tiny) to = 0;
    return tiny;
}

/// Reads a cell, and says nothing, or why it cannot be read.
template <class T> const char* read_cell(std::string_view cell, T& to)
{
    if constexpr (!is_cell<T>) return nullptr; // was refused
    else if constexpr (std::is_same_v<T, std::string>) to.assign(cell);
    else if constexpr (std::is_same_v<T, bool>) {
        to = cell == "1" || cell == "true" || cell == "True" || cell == "TRUE";
        if (!to && cell != "0" && cell != "false" && cell != "False" && cell != "FALSE") return "is neither true nor false";
    }
    else {
        if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
        T value{};
        if constexpr (std::is_floating_point_v<T>) {
            if (!internals::read_real(cell, value)) return "is no number";
        }
        else {
            const auto answer = std::from_chars(cell.data(), cell.data() + cell.size(), value);
            if (answer.ec == std::errc::result_out_of_range) return "is a number that the field cannot hold";
            if (answer.ec != std::errc() || answer.ptr != cell.data() + cell.size()) return "is no whole number";
        }
        to = value;
    }
    return nullptr;
}

template <class Row> class CsvRows {
public:
    using element = Row;
    using options_type = CsvOptions;

    [[gnu::cold]] CsvRows(const std::string& path, const CsvOptions& how) : CsvRows(PackedBytes(path, how.compression), path, how)
    {}
    template <class Bytes>
    [[gnu::cold]] CsvRows(Bytes bytes, const std::string& called, const CsvOptions& how)
        : table(std::move(bytes), called, how, names_of_places(field_types<Row>{}))
    {}

    bool next(Row& to)
    {
        if (!table.next()) return false;
        std::size_t place = 0;
        with_fields<field_count<Row>()>(to, [&](auto&... field) {
            with_fields<field_count<Row>()>(defaults,
                                            [&](const auto&... otherwise) { (read_field(place, field, otherwise), ...); });
        });
        return true;
    }
    bool skip() { return table.skip(); }

private:
    template <class... Fields> [[gnu::cold]] static std::vector<std::string> names_of_places(field_list<Fields...>)
    {
        std::vector<std::string> names;
        std::size_t field = 0;
        const auto add = [&](std::string_view name, std::size_t count, bool several) {
            for (std::size_t i = 0; i < count; ++i) names.push_back(several ? text_of({name, '_', i}) : std::string(name));
        };
        (add(field_names<Row>[field++], cells_of<Fields>::count, !std::is_same_v<typename cells_of<Fields>::T, Fields>), ...);
        return names;
    }

    template <class F> void read_field(std::size_t& place, F& to, const F& otherwise) { read_one(place++, to, otherwise); }
    template <class T, std::size_t N> void read_field(std::size_t& place, std::array<T, N>& to, const std::array<T, N>& otherwise)
    {
        for (std::size_t i = 0; i < N; ++i) read_one(place++, to[i], otherwise[i]);
    }

    template <class T> void read_one(std::size_t place, T& to, const T& otherwise)
    {
        const std::string_view cell = table[place];
        if (table.is_missing(cell)) to = otherwise;
        else if (const char* const why = internals::read_cell(cell, to)) table.refuse(place, why);
    }
    template <class T> void read_one(std::size_t place, std::optional<T>& to, const std::optional<T>& otherwise)
    {
        const std::string_view cell = table[place];
        if (table.is_missing(cell)) to = otherwise;
        else {
            if (!to) to.emplace();
            if (const char* const why = internals::read_cell(cell, *to)) table.refuse(place, why);
        }
    }

    CsvTable table;
    Row defaults{};
};

} // namespace internals

/// The rows of CSV files, each a plain struct `Row`, whose fields are the columns of the same names; without a header and without the
/// option `columns` they are the columns in their order. Other columns are passed over, and so are empty lines.
///
/// A field is a `std::string`, a number, a `bool` (true, True, TRUE, 1 and their counterparts), or a `std::optional` of one, which is empty where the
/// cell is. A field that is none takes its default member initializer there (0 or "" if it has none). A `std::array<T, N>` is N columns: `x_0`,
/// `x_1`, … by name. Cells may be quoted ("" is a quote inside of quotes); spaces around them are left out.
///
/// Options   `header`, whether the first line names the columns; `columns`, all names in order, in place of the header's, where they
///           are no names of fields; `delimiter`; `missing`, texts for an empty cell; `compression`
/// Refuses   a file that is missing or no text, a column that is not there, another number of cells than in the header, a cell that is
///           no number, a line that ends inside of quotes: `next` throws `lamina::error` with file, line and column, and goes on with
///           the next line, or the next file
/// Numerics  numbers are rounded to the nearest
///
/// Example: `csv<Person>("people.csv", {.missing = {"NA"}})`, where `struct Person { std::string name; std::optional<int> age; };`
template <class Row> [[gnu::cold]] auto csv(Files files, CsvOptions options = {})
{
    static_assert(
        internals::are_cells(internals::field_types<Row>{}),
        "lamina: a field for csv is a std::string, a number or a bool, a std::optional of one, or a std::array of these");
    return internals::FilesDataset<internals::CsvRows<Row>>(std::move(files), std::move(options));
}

}} // namespace lamina
