// lamina/formats/npy.hpp: reads NumPy's .npy files.
//
// Source: NumPy, NEP 1 and numpy.lib.format, versions 1.0, 2.0 and 3.0.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/formats/tokens.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace npy {

static_assert(std::endian::native == std::endian::little, "lamina/formats/npy.hpp copies little-endian numbers as they are");

/// The `descr` of each dtype as NumPy writes it, in the order of `dtype`: byte order, kind, bytes per element. NumPy has no bfloat16. Read
/// are also other ways to write them, and big-endian numbers, which are turned.
inline constexpr std::string_view names[] = {"<f4", "<f8", "<f2", "",    "|i1", "|u1", "<i2",
                                             "<u2", "<i4", "<u4", "<i8", "<u8", "|b1"};
static_assert(std::size(names) == internals::dtype_count);

namespace detail {

/// How elements lie in a file.
struct element {
    dtype type;
    bool big_endian = false;
};

/// What a `descr` says, without its byte order: "f4", or as NumPy understands it too, "f" or "float32". Gives whether it is known.
inline bool find_element(std::string_view kind, element& to)
{
    constexpr std::string_view others[][2] = {
        {"?", "b1"},      {"b", "i1"},      {"B", "u1"},      {"h", "i2"},       {"H", "u2"},       {"i", "i4"},
        {"I", "u4"},      {"q", "i8"},      {"Q", "u8"},      {"e", "f2"},       {"f", "f4"},       {"d", "f8"},
        {"bool", "b1"},   {"int8", "i1"},   {"int16", "i2"},  {"int32", "i4"},   {"int64", "i8"},   {"uint8", "u1"},
        {"uint16", "u2"}, {"uint32", "u4"}, {"uint64", "u8"}, {"float16", "f2"}, {"float32", "f4"}, {"float64", "f8"},
    };
    for (const auto& [word, same] : others)
        if (kind == word) {
            kind = same;
            break;
        }
    for (std::size_t i = 0; i < std::size(names); ++i)
        if (!names[i].empty() && names[i].substr(1) == kind) {
            to.type = static_cast<dtype>(i);
            return true;
        }
    return false;
}

/// What to do with elements that are no numbers that lamina has.
inline std::string_view advice_for(std::string_view kind)
{
    const auto any_of = [kind](std::string_view letters) { return !kind.empty() && letters.find(kind[0]) != letters.npos; };
    if (any_of("USaT")) return "these are texts, so save the number of each instead, numpy.unique(array, return_inverse=True)[1]";
    if (any_of("O")) return "these are Python's objects, so make one array of numbers of them, as numpy.stack(list(array)) does";
    if (any_of("cFDG")) return "these are complex, so save array.real and array.imag, each in a file of its own";
    if (any_of("Mm")) return "these are times, so save array.astype('<i8')";
    if (any_of("V")) return "these are bytes without a meaning, so save them as numbers (of bfloat16: array.astype('<f4'))";
    return kind.starts_with("f") || kind == "g" ? "save array.astype('<f8')" : "save array.astype('<f4')";
}

/// Reads the header's dictionary, a small subset of Python's literals.
class Header : public internals::Tokens {
public:
    Header(std::string_view text, std::string_view called) : Tokens(text, called, "write the array again with numpy.save") {}

    element elements{};
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
            if (std::exchange(seen, true)) refuse({"names \"", key, "\" twice"});
            if (key == "descr") read_type();
            else if (key == "shape") read_shape();
            else read_order();
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        expect_end();
        if (!has_type || !has_order || !has_shape) refuse({"lacks one of descr, fortran_order and shape"});
    }

private:
    [[noreturn]] bool& unknown(std::string_view key) const { refuse({"has the unknown key \"", key, '"'}); }

    void expect(char c)
    {
        if (!accept(c)) refuse({"is not a dictionary of descr, fortran_order and shape ('", c, "' is missing)"});
    }

    std::string_view quoted()
    {
        const char quote = accept('"') ? '"' : '\'';
        if (quote == '\'') expect(quote);
        const auto length = rest.find(quote);
        if (length == rest.npos) refuse({"has a text without end"});
        const auto text = rest.substr(0, length);
        rest.remove_prefix(length + 1);
        return text;
    }

    void read_type()
    {
        skip_spaces();
        if (rest.starts_with('[') || rest.starts_with('('))
            internals::fail({file, ": holds records, numbers were needed; save each field, array['name'], in a file of its own"});
        const auto text = quoted();
        // One byte has no order, though some writers give it one; "=" and nothing are the order of the machine.
        const bool ordered = !text.empty() && std::string_view("<>=|").find(text[0]) != text.npos;
        const auto kind = text.substr(ordered ? 1 : 0);
        if (!find_element(kind, elements))
            internals::fail({file, ": holds elements of type ", text, ", which is none that lamina reads; ", advice_for(kind)});
        elements.big_endian = text[0] == '>';
    }

    void read_order()
    {
        skip_spaces();
        fortran_order = rest.starts_with("True");
        if (!fortran_order && !rest.starts_with("False")) refuse({"says neither True nor False for fortran_order"});
        rest.remove_prefix(fortran_order ? 4 : 5);
    }

    void read_shape()
    {
        expect('(');
        while (!accept(')')) {
            std::size_t extent = 0;
            if (accept_size(extent) == 0) refuse({"has a shape that is not made of sizes"});
            if (rest.starts_with('L')) rest.remove_prefix(1); // as Python 2 wrote
            shape.push_back(extent);
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
    }
};

/// From Fortran's order (the first index runs fastest) to C's (the last does).
inline std::string in_c_order(std::string_view from, const std::vector<std::size_t>& shape, std::size_t element)
{
    std::string to(from.size(), '\0');
    std::vector<std::size_t> index(shape.size());
    for (std::size_t i = 0; i < from.size(); i += element) {
        std::size_t at = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) at = at * shape[axis] + index[axis];
        std::memcpy(to.data() + at * element, from.data() + i, element);
        for (std::size_t axis = 0; axis < shape.size() && ++index[axis] == shape[axis]; ++axis) index[axis] = 0;
    }
    return to;
}

} // namespace detail

/// The array in the bytes of an .npy file, which somebody else keeps; `file` is what errors call it, and the array's name. Its own are only
/// those that had to be put into another order.
inline protocols::file_tensor view(std::string_view content, std::string_view file)
{
    constexpr std::string_view magic = "\x93NUMPY";
    if (content.starts_with("PK"))
        internals::fail(
            {file,
             ": does not start with NumPy's magic but as an archive (.npz), an .npy file was needed; unpack it, or save each "
             "array with numpy.save"});
    if (!content.starts_with(magic))
        internals::fail({file, ": does not start with NumPy's magic, an .npy file was needed; write it with numpy.save"});
    const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(content[at])}; };

    if (content.size() < 10) internals::fail({file, ": ends within its first 10 bytes; copy the file again"});
    const std::size_t version = byte(6);
    if (version < 1 || version > 3 || byte(7) != 0)
        internals::fail(
            {file, ": has format version ", version, '.', byte(7), ", lamina reads 1.0, 2.0 and 3.0; write it with numpy.save"});
    const std::size_t start = version == 1 ? 10 : 12;
    if (content.size() < start) internals::fail({file, ": ends within its first 12 bytes; copy the file again"});
    const std::size_t length = byte(8) | byte(9) << 8 | (version == 1 ? 0 : byte(10) << 16 | byte(11) << 24);
    if (length > content.size() - start)
        internals::fail(
            {file, ": claims a header of ", length, " bytes and has ", content.size() - start, "; copy the file again"});

    detail::Header header(content.substr(start, length), file);
    header.parse();

    const std::string_view data = content.substr(start + length);
    const std::size_t element = internals::bytes_of(header.elements.type);
    const bool empty = std::find(header.shape.begin(), header.shape.end(), 0) != header.shape.end();
    std::size_t claimed = empty ? 0 : element;
    for (const std::size_t extent : header.shape)
        if (!empty && claimed <= data.size()) claimed = extent > data.size() / claimed ? data.size() + 1 : claimed * extent;
    if (claimed > data.size())
        internals::fail(
            {file, ": the header claims more elements than the ", data.size(), " bytes after it hold; copy the file again"});
    if (claimed < data.size())
        internals::fail({file, ": has ", data.size(), " bytes of elements where the header claims ", claimed,
                         "; write one array a file, with numpy.save"});

    protocols::file_tensor result{std::string(file), header.elements.type, std::move(header.shape), data, {}};
    const bool turned = header.fortran_order && result.shape.size() > 1, swapped = header.elements.big_endian && element > 1;
    if (turned || swapped) {
        std::string own = turned ? detail::in_c_order(data, result.shape, element) : std::string(data);
        for (std::size_t at = 0; swapped && at < own.size(); at += element)
            std::reverse(own.data() + at, own.data() + at + element);
        result.owner = internals::keep_bytes(std::move(own));
        result.bytes = result.owner->text;
    }
    return result;
}

/// The same of bytes that the array keeps.
inline protocols::file_tensor parse(std::string bytes, std::string_view file)
{
    const auto owner = internals::keep_bytes(std::move(bytes));
    protocols::file_tensor result = view(owner->text, file);
    if (!result.owner) result.owner = owner;
    return result;
}

/// The array in an .npy file. Throws `lamina::error` for anything but one whole array of numbers.
inline protocols::file_tensor read(const internals::FilePath& path) { return parse(read_file(path), path.string()); }

}}} // namespace lamina::npy
