// lamina/formats/png.hpp: PNG files as pixels, and pixels as PNG files. Needs libpng (lamina::images).
//
// Source: W3C, Portable Network Graphics (PNG) Specification; the conversions are those of TensorFlow's decode_png.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/pixels.hpp>

#if !__has_include(<png.h>)
#include <lamina/formats/png.hpp needs libpng (Debian and Ubuntu: libpng-dev, Conan: libpng)>
#endif
#include <png.h>

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace png {

namespace detail {

/// What libpng says where it gives up. It comes back by longjmp, over functions of C and over the steps of Reader and Writer, in which
/// nothing has a destructor.
struct Complaint {
    char text[96] = "";

    [[noreturn, gnu::cold]] static void keep(png_structp png, png_const_charp message)
    {
        if (auto* const to = static_cast<Complaint*>(png_get_error_ptr(png)))
            std::snprintf(to->text, sizeof to->text, "%s", message ? message : "");
        png_longjmp(png, 1);
    }
    static void pass_over(png_structp, png_const_charp) {}
};

/// Reads one picture.
class Reader {
public:
    Reader(std::string_view given, std::string_view where) : bytes(given), left(given), name(where)
    {
        png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &complaint, Complaint::keep, Complaint::pass_over);
        if (png) info = png_create_info_struct(png);
        if (!info) {
            png_destroy_read_struct(&png, nullptr, nullptr);
            internals::fail({name, ": there is no memory to read a PNG picture"});
        }
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }

    /// The header, judged. `wanted` channels, or those of the file for 0.
    internals::PixelExtents begin(std::size_t wanted)
    {
        if (!run(read_header)) refuse();
        const std::uint64_t height = png_get_image_height(png, info), width = png_get_image_width(png, info);
        internals::require_pixels(name, height, width);
        // Deflate makes at most 1032 bytes of one, and a row that is not interlaced begins with a byte of its own.
        const std::uint64_t bits = width * png_get_channels(png, info) * png_get_bit_depth(png, info);
        const bool in_order = png_get_interlace_type(png, info) == PNG_INTERLACE_NONE;
        const std::uint64_t unpacked = in_order ? height * ((bits + 7) / 8 + 1) : height * bits / 8;
        if (unpacked / 1032 > bytes.size()) internals::refuse_claim(name, height, width, bytes.size());
        channels = wanted;
        if (!run(choose)) refuse();
        return {static_cast<std::size_t>(height), static_cast<std::size_t>(width), png_get_channels(png, info)};
    }

    /// All pixels.
    void finish(std::uint8_t* to)
    {
        pixels = to;
        if (!run(read_rows)) refuse();
    }

private:
    bool run(void (*step)(Reader&))
    {
        if (setjmp(png_jmpbuf(png)) != 0) return false;
        step(*this);
        return true;
    }

    static void read(png_structp png, png_bytep to, std::size_t n)
    {
        auto& left = static_cast<Reader*>(png_get_io_ptr(png))->left;
        if (n > left.size()) png_error(png, "it is cut off");
        std::memcpy(to, left.data(), n);
        left.remove_prefix(n);
    }

    static void read_header(Reader& me)
    {
        // Texts and the like may be large when they are unpacked, and are not needed.
        static constexpr png_byte unneeded[] = "tEXt\0zTXt\0iTXt\0sPLT\0eXIf\0hIST\0pCAL\0sCAL\0tIME";
        png_set_keep_unknown_chunks(me.png, PNG_HANDLE_CHUNK_NEVER, unneeded, 9);
        png_set_user_limits(me.png, 0x7fffffff, 0x7fffffff); // judged here
        png_set_read_fn(me.png, &me, read);
        png_read_info(me.png, me.info);
    }

    /// As TensorFlow: a palette becomes colors, few bits become 8 and 16 the upper 8 of them, what is transparent goes into a channel that
    /// is wanted, colors become gray by weights and gray becomes colors.
    static void choose(Reader& me)
    {
        png_structp const png = me.png;
        const int color = png_get_color_type(png, me.info), depth = png_get_bit_depth(png, me.info);
        const bool has_transparency = png_get_valid(png, me.info, PNG_INFO_tRNS) != 0;
        const bool has_alpha = (color & PNG_COLOR_MASK_ALPHA) != 0, is_gray = (color & PNG_COLOR_MASK_COLOR) == 0;
        const bool is_palette = color == PNG_COLOR_TYPE_PALETTE;
        std::size_t channels = me.channels;
        if (channels == 0) channels = is_palette ? (has_transparency ? 4 : 3) : png_get_channels(png, me.info);

        if (channels % 2 == 0) {
            if (has_transparency) png_set_tRNS_to_alpha(png);
            else if (!has_alpha) png_set_add_alpha(png, (std::uint32_t{1} << depth) - 1, PNG_FILLER_AFTER);
        }
        else if (has_alpha || has_transparency) png_set_strip_alpha(png);
        if (depth > 8) png_set_strip_16(png);
        png_set_packing(png);
        me.passes = png_set_interlace_handling(png);
        if (is_palette) png_set_palette_to_rgb(png);
        if (is_gray && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
        if (channels < 3 && !is_gray) png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
        if (channels >= 3 && is_gray) png_set_gray_to_rgb(png);
        png_read_update_info(png, me.info);
    }

    static void read_rows(Reader& me)
    {
        const std::size_t stride = png_get_rowbytes(me.png, me.info), height = png_get_image_height(me.png, me.info);
        for (int pass = 0; pass < me.passes; ++pass)
            for (std::size_t row = 0; row < height; ++row) png_read_row(me.png, me.pixels + row * stride, nullptr);
        png_read_end(me.png, nullptr);
    }

    [[noreturn, gnu::cold]] void refuse() const
    {
        if (bytes.size() < 8 || png_sig_cmp(reinterpret_cast<png_const_bytep>(bytes.data()), 0, 8) != 0)
            internals::fail({name, ": does not start as a PNG picture; is it another file?"});
        internals::fail({name, ": the PNG picture cannot be read, ", complaint.text, "; copy the file again"});
    }

    std::string_view bytes, left, name;
    Complaint complaint;
    png_structp png = nullptr;
    png_infop info = nullptr;
    std::size_t channels = 0;
    int passes = 1;
    std::uint8_t* pixels = nullptr;
};

/// Writes one picture.
class Writer {
public:
    Writer(const std::uint8_t* from, internals::PixelExtents of, std::string& into) : pixels(from), extents(of), to(into)
    {
        png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &complaint, Complaint::keep, Complaint::pass_over);
        if (png) info = png_create_info_struct(png);
        if (!info) {
            png_destroy_write_struct(&png, nullptr);
            internals::fail({"encode_png: there is no memory to write a PNG picture"});
        }
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() { png_destroy_write_struct(&png, &info); }

    void write()
    {
        if (setjmp(png_jmpbuf(png)) == 0) return write_all();
        internals::fail({"encode_png: the picture cannot be written, ", complaint.text});
    }

private:
    void write_all()
    {
        static constexpr int colors[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                         PNG_COLOR_TYPE_RGB_ALPHA};
        png_set_write_fn(png, this, append, [](png_structp) {});
        png_set_IHDR(png, info, static_cast<png_uint_32>(extents.width), static_cast<png_uint_32>(extents.height), 8,
                     colors[extents.channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(png, info);
        for (std::size_t row = 0; row < extents.height; ++row)
            png_write_row(png, pixels + row * extents.width * extents.channels);
        png_write_end(png, nullptr);
    }

    static void append(png_structp png, png_bytep from, std::size_t n)
    {
        auto& to = static_cast<Writer*>(png_get_io_ptr(png))->to;
#if defined(__cpp_exceptions)
        bool done = true;
        try {
            to.append(reinterpret_cast<const char*>(from), n);
        }
        catch (...) { // which may not pass functions of C
            done = false;
        }
        if (!done) png_error(png, "there is no memory left");
#else
        (void)png;
        to.append(reinterpret_cast<const char*>(from), n);
#endif
    }

    const std::uint8_t* pixels;
    internals::PixelExtents extents;
    std::string& to;
    Complaint complaint;
    png_structp png = nullptr;
    png_infop info = nullptr;
};

} // namespace detail

/// Reads the pixels of a PNG picture to where `room(extents)` says there is room for them; it is asked once the header was judged.
///
/// `channels`: 0, those of the file; 1 gray; 3 colors; 4 colors and opacity. Equal to TensorFlow's `decode_png` to the bit.
/// Refuses  other bytes, pictures that are damaged or cut off, more than 2^26 pixels; `name` begins the sentence
template <class Room> void decode(std::string_view bytes, std::size_t channels, std::string_view name, Room&& room)
{
    detail::Reader reader(bytes, name);
    reader.finish(room(reader.begin(channels)));
}

/// The bytes of a PNG picture: gray, gray and opacity, colors, or colors and opacity, by the number of channels.
///
/// Refuses  other numbers of channels, 0 pixels, more than 2^26
[[gnu::cold]] inline std::string encode(const std::uint8_t* pixels, internals::PixelExtents extents)
{
    if (extents.channels < 1 || extents.channels > 4)
        internals::fail({"encode_png: the picture has ", extents.channels, " channels; PNG has 1 to 4"});
    if (extents.height == 0 || extents.width == 0 || extents.height > internals::most_pixels / extents.width)
        internals::fail({"encode_png: a picture of ", extents.height, " by ", extents.width, " pixels; 1 to ",
                         internals::most_pixels, " in all are written"});
    std::string bytes;
    detail::Writer(pixels, extents, bytes).write();
    return bytes;
}

}}} // namespace lamina::png
