// lamina/draw/svg.hpp: a picture as SVG text, on white, built element by element.
//
// Source: W3C, Scalable Vector Graphics (SVG) 1.1.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/finite.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace draw {

/// The colors that all drawings share.
namespace color {
inline constexpr std::string_view paper = "#ffffff", ink = "#1f2937", pale_ink = "#6b7280", grid = "#e5e7eb", axis = "#9ca3af";

/// For series, to be told apart by color-blind people too (after Okabe and Ito, 2008).
inline constexpr std::string_view series[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                              "#e69f00", "#56b4e9", "#7c3aed", "#374151"};
} // namespace color

/// A place on the picture, in pixels, y downwards.
struct Point {
    double x, y;
};

struct Pen {
    std::string_view color = color::ink;
    double width = 1;
    std::string_view dashes = ""; ///< SVG's stroke-dasharray, "4 3"
};

enum class anchor { start, middle, end };

struct Font {
    double size = 12;
    std::string_view color = color::ink;
    draw::anchor anchor = draw::anchor::start;
    bool bold = false;
    double turn = 0; ///< degrees clockwise around the text's own place
};

/// About how many pixels a text takes: sans-serif letters are a little over half as wide as high.
inline double text_width(std::string_view text, double size)
{
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    const auto letters = std::count_if(text.begin(), text.end(), begins);
    return 0.58 * size * static_cast<double>(letters);
}

/// A number as people write it: at most `digits` significant digits, no zeros at the end, whole up to 15 digits.
inline std::string number(double value, int digits = 6)
{
    const bool whole = std::abs(value) < 1e15 && std::abs(value) >= std::pow(10, digits - 1);
    const double written = value == 0 ? 0 : whole ? std::round(value) : value; // minus zero is zero
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, written, std::chars_format::general, whole ? 15 : digits).ptr};
}

/// A picture of `width` by `height` pixels with a white background, so that it reads on a dark page too.
///
/// Options  texts are UTF-8; what XML reserves is escaped, control characters become spaces.
/// Refuses  coordinates that are not finite.
class Svg {
public:
    Svg(double width, double height)
    {
        const auto w = coordinate(width), h = coordinate(height);
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", w, "\" height=\"", h, "\" viewBox=\"0 0 ", w, ' ', h,
            "\" font-family=\"system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif\">\n");
        rect(0, 0, width, height, color::paper);
    }

    void rect(double x, double y, double width, double height, std::string_view fill, double corner = 0)
    {
        add("<rect x=\"", coordinate(x), "\" y=\"", coordinate(y), "\" width=\"", coordinate(width), "\" height=\"",
            coordinate(height), '"');
        if (corner > 0) add(" rx=\"", coordinate(corner), '"');
        add(" fill=\"", escaped(fill), "\"/>\n");
    }

    void circle(Point center, double radius, std::string_view fill)
    {
        add("<circle cx=\"", coordinate(center.x), "\" cy=\"", coordinate(center.y), "\" r=\"", coordinate(radius), "\" fill=\"",
            escaped(fill), "\"/>\n");
    }

    void line(Point from, Point to, Pen pen = {})
    {
        add("<line x1=\"", coordinate(from.x), "\" y1=\"", coordinate(from.y), "\" x2=\"", coordinate(to.x), "\" y2=\"",
            coordinate(to.y), '"');
        stroke(pen);
    }

    void polyline(std::span<const Point> points, Pen pen = {})
    {
        add("<polyline fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\" points=\"");
        for (const Point& p : points) add(&p == points.data() ? "" : " ", coordinate(p.x), ',', coordinate(p.y));
        add('"');
        stroke(pen);
    }

    /// `at` is on the text's baseline.
    void text(Point at, std::string_view content, Font font = {})
    {
        static constexpr std::string_view anchors[] = {"start", "middle", "end"};
        const auto x = coordinate(at.x), y = coordinate(at.y);
        add("<text x=\"", x, "\" y=\"", y, "\" font-size=\"", coordinate(font.size), "\" fill=\"", escaped(font.color), '"');
        if (font.anchor != anchor::start) add(" text-anchor=\"", anchors[static_cast<std::size_t>(font.anchor)], '"');
        if (font.bold) add(" font-weight=\"600\"");
        if (font.turn != 0) add(" transform=\"rotate(", coordinate(font.turn), ' ', x, ' ', y, ")\"");
        add('>', escaped(content), "</text>\n");
    }

    /// A picture of pixels: the bytes of a PNG file, which become part of the text. Its pixels stay squares, however large they are drawn.
    void image(double x, double y, double width, double height, std::string_view png)
    {
        add("<image x=\"", coordinate(x), "\" y=\"", coordinate(y), "\" width=\"", coordinate(width), "\" height=\"",
            coordinate(height),
            "\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,", base64(png),
            "\"/>\n");
    }

    /// The whole picture.
    std::string str() const { return body + "</svg>\n"; }

    /// Writes the picture; what was there before stays if that fails.
    void write(const std::filesystem::path& path) const { internals::write_file_atomically(path, str()); }

private:
    template <class... Parts> void add(const Parts&... parts) { ((body += parts), ...); }

    void stroke(const Pen& pen)
    {
        add(" stroke=\"", escaped(pen.color), "\" stroke-width=\"", coordinate(pen.width), '"');
        if (!pen.dashes.empty()) add(" stroke-dasharray=\"", escaped(pen.dashes), '"');
        add("/>\n");
    }

    static std::string coordinate(double value)
    {
        if (!internals::is_finite(value))
            internals::fail({"svg: a coordinate is ", value, ", a finite number was needed; leave such points out"});
        return number(std::round(value * 100) / 100, 15);
    }

    /// Six bits a letter (RFC 4648).
    static std::string base64(std::string_view bytes)
    {
        static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string text;
        text.reserve((bytes.size() + 2) / 3 * 4);
        for (std::size_t i = 0; i < bytes.size(); i += 3) {
            unsigned three = 0;
            for (std::size_t k = 0; k < 3; ++k)
                three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
            for (std::size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : letters[three >> (18 - 6 * k) & 63];
        }
        return text;
    }

    static std::string escaped(std::string_view text)
    {
        std::string result;
        for (const char c : text) {
            if (c == '<') result += "&lt;";
            else if (c == '>') result += "&gt;";
            else if (c == '&') result += "&amp;";
            else if (c == '"') result += "&quot;";
            else result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
        }
        return result;
    }

    std::string body;
};

}}} // namespace lamina::draw
