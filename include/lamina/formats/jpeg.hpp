// lamina/formats/jpeg.hpp: JPEG files as pixels. Needs libjpeg-turbo (lamina::images).
//
// Source: ITU-T T.81; the choices (the fast integer transform, fancy upsampling, CMYK to colors) are those of TensorFlow's decode_jpeg.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/pixels.hpp>

#include <cstddef>
#include <cstdio> // jpeglib.h uses FILE and does not include it

#if !__has_include(<jpeglib.h>)
#include <lamina/formats/jpeg.hpp needs libjpeg-turbo (Debian: libjpeg62-turbo-dev, Ubuntu: libjpeg-turbo8-dev, Conan: libjpeg-turbo)>
#endif
#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace jpeg {

namespace detail {

/// Reads one picture. libjpeg gives up by longjmp, over functions of C and over the steps, in which nothing has a destructor.
class Reader {
public:
    Reader(std::string_view given, std::string_view where) : bytes(given), name(where)
    {
        picture.err = jpeg_std_error(&errors);
        errors.error_exit = [](j_common_ptr of) {
            auto* const me = static_cast<Reader*>(of->client_data);
            of->err->format_message(of, me->complaint);
            std::longjmp(me->way_back, 1);
        };
        errors.emit_message = [](j_common_ptr, int) {}; // warnings
        picture.client_data = this;
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { jpeg_destroy_decompress(&picture); } // which does nothing before anything was made

    /// The header, judged. 1 channel, 3, or 0 for those of the file.
    internals::PixelExtents begin(std::size_t wanted)
    {
        channels = wanted;
        if (bytes.substr(0, 3) != "\xff\xd8\xff")
            internals::fail({name, ": does not start as a JPEG picture; is it another file?"});
        if (!run(read_header)) refuse();
        const std::uint64_t height = picture.image_height, width = picture.image_width;
        internals::require_pixels(name, height, width);
        // A block of 8 by 8 takes a bit at least, and two components may be sampled in different ways.
        if (height * width / 1024 > bytes.size()) internals::refuse_claim(name, height, width, bytes.size());
        return {picture.output_height, picture.output_width, channels};
    }

    /// All pixels.
    void finish(std::uint8_t* to)
    {
        pixels = to;
        if (!run(read_rows)) refuse();
    }

private:
    bool run(bool (*step)(Reader&))
    {
        if (setjmp(way_back) != 0) return false;
        return step(*this);
    }

    static bool read_header(Reader& me)
    {
        auto& picture = me.picture;
        jpeg_create_decompress(&picture);
        me.source.init_source = [](j_decompress_ptr) {};
        me.source.fill_input_buffer = [](j_decompress_ptr) -> boolean { return FALSE; }; // there is no more: libjpeg stops there
        me.source.skip_input_data = [](j_decompress_ptr of, long n) {
            const auto step = std::min(of->src->bytes_in_buffer, static_cast<std::size_t>(std::max(n, 0L)));
            of->src->next_input_byte += step;
            of->src->bytes_in_buffer -= step;
        };
        me.source.resync_to_restart = jpeg_resync_to_restart;
        me.source.term_source = [](j_decompress_ptr) {};
        me.source.next_input_byte = reinterpret_cast<const JOCTET*>(me.bytes.data());
        me.source.bytes_in_buffer = me.bytes.size();
        picture.src = &me.source;
        if (jpeg_read_header(&picture, TRUE) != JPEG_HEADER_OK) return false;

        if (me.channels == 0) me.channels = picture.num_components < 3 ? static_cast<std::size_t>(picture.num_components) : 3;
        if (me.channels == 2) return false;
        const bool inks = picture.jpeg_color_space == JCS_CMYK || picture.jpeg_color_space == JCS_YCCK;
        picture.out_color_space = me.channels == 1 ? JCS_GRAYSCALE : inks ? JCS_CMYK : JCS_RGB;
        picture.dct_method = JDCT_IFAST;
        picture.do_fancy_upsampling = TRUE;
        jpeg_calc_output_dimensions(&picture);
        return true;
    }

    static bool read_rows(Reader& me)
    {
        auto& picture = me.picture;
        me.progress.progress_monitor = [](j_common_ptr of) {
            const auto* const all = reinterpret_cast<j_decompress_ptr>(of);
            if (all->input_scan_number <= most_scans) return;
            auto* const reader = static_cast<Reader*>(of->client_data);
            std::snprintf(reader->complaint, sizeof reader->complaint, "it has more than %d scans", most_scans);
            std::longjmp(reader->way_back, 1);
        };
        picture.progress = &me.progress;
        if (!jpeg_start_decompress(&picture)) return false;
        const bool inks = picture.out_color_space == JCS_CMYK;
        const std::size_t width = picture.output_width, stride = width * me.channels;
        JSAMPROW row_of_inks = nullptr; // libjpeg's, who frees it
        if (inks)
            row_of_inks =
                static_cast<JSAMPROW>(picture.mem->alloc_large(reinterpret_cast<j_common_ptr>(&picture), JPOOL_IMAGE, width * 4));
        while (picture.output_scanline < picture.output_height) {
            std::uint8_t* const to = me.pixels + picture.output_scanline * stride;
            JSAMPROW row = inks ? row_of_inks : to;
            if (jpeg_read_scanlines(&picture, &row, 1) == 0) return false;
            if (inks) mix(row, to, width, picture.saw_Adobe_marker != 0);
        }
        jpeg_finish_decompress(&picture);
        return true;
    }

    /// Adobe's programs store how much of an ink is missing.
    static void mix(const std::uint8_t* inks, std::uint8_t* colors, std::size_t width, bool inverted)
    {
        for (std::size_t x = 0; x < width; ++x)
            for (std::size_t c = 0; c < 3; ++c) {
                const int ink = inks[4 * x + c], black = inks[4 * x + 3];
                colors[3 * x + c] = static_cast<std::uint8_t>((inverted ? black * ink : (255 - black) * (255 - ink)) / 255);
            }
    }

    [[noreturn, gnu::cold]] void refuse() const
    {
        if (complaint[0] == 0 && channels == 2) internals::fail({name, ": has 2 components, a JPEG picture has 1, 3 or 4"});
        internals::fail(
            {name, ": the JPEG picture cannot be read, ", complaint[0] ? complaint : "it is cut off", "; copy the file again"});
    }

    static constexpr int most_scans = 100;

    std::string_view bytes, name;
    std::size_t channels = 0;
    std::uint8_t* pixels = nullptr;
    jpeg_decompress_struct picture{};
    jpeg_error_mgr errors{};
    jpeg_source_mgr source{};
    jpeg_progress_mgr progress{};
    std::jmp_buf way_back{};
    char complaint[JMSG_LENGTH_MAX] = "";
};

} // namespace detail

/// Reads the pixels of a JPEG picture to where `room(extents)` says there is room for them; it is asked once the header was judged.
///
/// `channels`: 0, those of the file (CMYK gives colors); 1 gray; 3 colors. Equal to TensorFlow's `decode_jpeg` to the bit.
/// Refuses  other bytes, pictures that are damaged or cut off, more than 2^26 pixels or 100 scans; `name` begins the sentence
template <class Room> void decode(std::string_view bytes, std::size_t channels, std::string_view name, Room&& room)
{
    detail::Reader reader(bytes, name);
    reader.finish(room(reader.begin(channels)));
}

}}} // namespace lamina::jpeg
