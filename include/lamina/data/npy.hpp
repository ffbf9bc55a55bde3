// lamina/data/npy.hpp: reads NumPy's .npy files.
//
// Source: NumPy, NEP 1 and numpy.lib.format, versions 1.0, 2.0 and 3.0.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina::npy {

static_assert(std::endian::native == std::endian::little, "lamina/data/npy.hpp copies little-endian numbers as they are");

/// What an array holds. The order is that of `names`.
enum class type { float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, boolean };

/// The `descr` of each type as NumPy writes it: byte order, kind, bytes per element.
inline constexpr std::string_view names[] = {"<f4", "<f8", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "|b1"};

namespace detail {

/// Calls `use` with a value of the C++ type that `kind` stands for; a boolean is a byte.
template <class Use>
decltype(auto) with_type(type kind, Use use)
{
    switch (kind) {
    case type::float32: return use(float{});
    case type::float64: return use(double{});
    case type::int8: return use(std::int8_t{});
    case type::int16: return use(std::int16_t{});
    case type::int32: return use(std::int32_t{});
    case type::int64: return use(std::int64_t{});
    case type::uint16: return use(std::uint16_t{});
    case type::uint32: return use(std::uint32_t{});
    case type::uint64: return use(std::uint64_t{});
    case type::uint8:
    case type::boolean: break;
    }
    return use(std::uint8_t{});
}

/// Whether `value` keeps its value as a `To`. Reals take every number, rounded; integers take only what they can hold.
template <class To, class From>
constexpr bool fits(From value)
{
    if constexpr (std::floating_point<To>) { return true; }
    else if constexpr (std::floating_point<From>) {
        // Both bounds are powers of two, so they are exact in every floating type; a NaN fails each comparison.
        constexpr From above = static_cast<From>(std::uint64_t{1} << (std::numeric_limits<To>::digits - 1)) * 2;
        constexpr From below = std::is_signed_v<To> ? -above : From(0);
        return value >= below && value < above && value == static_cast<From>(static_cast<To>(value));
    }
    else {
        return std::in_range<To>(value);
    }
}

} // namespace detail

/// An array as it was stored, in C order: files in Fortran order are turned when they are read.
struct array {
    std::vector<std::size_t> shape; ///< outermost first; empty for a single number
    npy::type type = npy::type::float32;
    std::vector<std::byte> bytes;

    /// The number of elements.
    std::size_t size() const
    {
        return bytes.size() / detail::with_type(type, [](auto element) { return sizeof element; });
    }

    /// The elements as another number type; booleans are 0 and 1.
    ///
    /// Refuses   a number that the integer type `T` cannot hold.
    /// Numerics  to a real type: rounded to the nearest.
    template <class T>
        requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>)
    std::vector<T> as() const
    {
        std::vector<T> result(size());
        detail::with_type(type, [&](auto element) {
            for (std::size_t i = 0; i < result.size(); ++i) {
                std::memcpy(&element, bytes.data() + i * sizeof element, sizeof element);
                if (type == npy::type::boolean) element = element != 0;
                if (!detail::fits<T>(element))
                    fail({"npy: element ", i, " is ", +element,
                          ", which the integer type asked for cannot hold; ask for a wider one or a real one"});
                result[i] = static_cast<T>(element); // NOLINT(bugprone-signed-char-misuse): numbers, no characters
            }
        });
        return result;
    }
};

namespace detail {

/// Reads the header's dictionary, a small subset of Python's literals, and knows the file's name for what it refuses.
class Header {
public:
    Header(std::string_view text, std::string_view called) : rest(text), file(called) {}

    npy::type type{};
    bool fortran_order = false;
    std::vector<std::size_t> shape;

    void parse()
    {
        bool has_type = false, has_order = false, has_shape = false;
        expect('{');
        while (!accept('}')) {
            const auto key = quoted();
            expect(':');
            bool& seen = key == "descr"           ? has_type
                         : key == "fortran_order" ? has_order
                         : key == "shape"         ? has_shape
                                                  : unknown(key);
            if (std::exchange(seen, true)) refuse("names \"", key, "\" twice");
            if (key == "descr") read_type();
            else if (key == "shape") read_shape();
            else read_order();
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skip_spaces();
        if (!rest.empty()) refuse("goes on after its closing brace");
        if (!has_type || !has_order || !has_shape) refuse("lacks one of descr, fortran_order and shape");
    }

private:
    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const
    {
        fail({file, ": the header ", parts..., "; write the array again with numpy.save"});
    }

    [[noreturn]] bool& unknown(std::string_view key) const { refuse("has the unknown key \"", key, '"'); }

    void skip_spaces() { rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size())); }

    bool accept(char c)
    {
        skip_spaces();
        if (!rest.starts_with(c)) return false;
        rest.remove_prefix(1);
        return true;
    }

    void expect(char c)
    {
        if (!accept(c)) refuse("is not a dictionary of descr, fortran_order and shape ('", c, "' is missing)");
    }

    std::string_view quoted()
    {
        const char quote = accept('"') ? '"' : '\'';
        if (quote == '\'') expect(quote);
        const auto length = rest.find(quote);
        if (length == rest.npos) refuse("has a text without end");
        const auto text = rest.substr(0, length);
        rest.remove_prefix(length + 1);
        return text;
    }

    void read_type()
    {
        skip_spaces();
        if (rest.starts_with('[')) fail({file, ": holds records, numbers were needed; save each field with numpy.save"});
        const auto text = quoted();
        const auto found = std::find(std::begin(names), std::end(names), text);
        if (text.starts_with('>'))
            fail({file, ": holds big-endian numbers (", text, "), little-endian ones were needed; save array.astype('<",
                  text.substr(1), "')"});
        if (found == std::end(names))
            fail({file, ": holds elements of type ", text, ", which is none that lamina reads; save array.astype('<f4')"});
        type = static_cast<npy::type>(found - std::begin(names));
    }

    void read_order()
    {
        skip_spaces();
        fortran_order = rest.starts_with("True");
        if (!fortran_order && !rest.starts_with("False")) refuse("says neither True nor False for fortran_order");
        rest.remove_prefix(fortran_order ? 4 : 5);
    }

    void read_shape()
    {
        expect('(');
        while (!accept(')')) {
            skip_spaces();
            std::size_t extent = 0;
            const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), extent);
            if (problem != std::errc{}) refuse("has a shape that is not made of sizes");
            rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
            shape.push_back(extent);
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
    }

    std::string_view rest, file;
};

/// From Fortran's order (the first index runs fastest) to C's (the last does).
inline std::vector<std::byte> in_c_order(const std::byte* from, const std::vector<std::size_t>& shape, std::size_t count,
                                         std::size_t element)
{
    std::vector<std::byte> to(count * element);
    std::vector<std::size_t> index(shape.size());
    for (std::size_t i = 0; i < count; ++i, from += element) {
        std::size_t at = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) at = at * shape[axis] + index[axis];
        std::memcpy(to.data() + at * element, from, element);
        for (std::size_t axis = 0; axis < shape.size() && ++index[axis] == shape[axis]; ++axis) index[axis] = 0;
    }
    return to;
}

} // namespace detail

/// The array in the bytes of an .npy file; `file` is what errors call it.
inline array parse(std::string_view content, std::string_view file)
{
    constexpr std::string_view magic = "\x93NUMPY";
    if (!content.starts_with(magic))
        fail({file, ": does not start with NumPy's magic, an .npy file was needed; write it with numpy.save"});
    const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(content[at])}; };

    if (content.size() < 10) fail({file, ": ends within its first 10 bytes; copy the file again"});
    const std::size_t version = byte(6);
    if (version < 1 || version > 3 || byte(7) != 0)
        fail({file, ": has format version ", version, '.', byte(7), ", lamina reads 1.0, 2.0 and 3.0; write it with numpy.save"});
    const std::size_t start = version == 1 ? 10 : 12;
    if (content.size() < start) fail({file, ": ends within its first 12 bytes; copy the file again"});
    const std::size_t length = byte(8) | byte(9) << 8 | (version == 1 ? 0 : byte(10) << 16 | byte(11) << 24);
    if (length > content.size() - start)
        fail({file, ": claims a header of ", length, " bytes and has ", content.size() - start, "; copy the file again"});

    detail::Header header(content.substr(start, length), file);
    header.parse();

    const std::string_view data = content.substr(start + length);
    const std::size_t element = detail::with_type(header.type, [](auto value) { return sizeof value; });
    const bool empty = std::find(header.shape.begin(), header.shape.end(), 0) != header.shape.end();
    std::size_t claimed = empty ? 0 : element;
    for (const std::size_t extent : header.shape)
        if (!empty && claimed <= data.size()) claimed = extent > data.size() / claimed ? data.size() + 1 : claimed * extent;
    if (claimed > data.size())
        fail({file, ": the header claims more elements than the ", data.size(), " bytes after it hold; copy the file again"});
    if (claimed < data.size())
        fail({file, ": has ", data.size(), " bytes of elements where the header claims ", claimed,
              "; write one array a file, with numpy.save"});

    const auto* bytes = reinterpret_cast<const std::byte*>(data.data());
    array result{std::move(header.shape), header.type, {}};
    if (header.fortran_order && result.shape.size() > 1)
        result.bytes = detail::in_c_order(bytes, result.shape, claimed / element, element);
    else result.bytes.assign(bytes, bytes + data.size());
    return result;
}

/// The array in an .npy file. Throws `lamina::error` for anything but one whole array of numbers.
inline array read(const std::filesystem::path& path) { return parse(read_file(path), path.string()); }

} // namespace lamina::npy
