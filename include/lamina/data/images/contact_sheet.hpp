// lamina/data/images/contact_sheet.hpp: many pictures as one drawing, to look at what a pipeline gives. Needs libpng (lamina::images).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/images/image.hpp>
#include <lamina/draw/svg.hpp>
#include <lamina/formats/png.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How a contact sheet looks: pictures in a row, pixels of the longer side of each, a title over all.
struct ContactSheetOptions {
    std::size_t columns = 8;
    double size = 96;
    std::string title = "";
};

/// The picture of bytes that is nearest to one of numbers from `low`, black, to `high`, white.
///
/// Example  Image image = to_bytes(FloatImage(xt::ones<float>({4, 5, 3})), 0, 1);
inline Image to_bytes(const FloatImage& image, float low = 0, float high = 255)
{
    Image bytes = Image::from_shape(image.shape());
    std::transform(image.data(), image.data() + image.size(), bytes.data(), [=](float number) {
        const float scaled = (number - low) / (high - low) * 255;
        return static_cast<std::uint8_t>((scaled > 0 ? std::min(scaled, 255.0f) : 0.0f) + 0.5f); // and 0 for what is no number
    });
    return bytes;
}

/// Pictures in rows and columns, each with a text below it where `texts` has one.
///
/// Refuses  0 columns, pictures that `encode_png` refuses
///
/// Example  contact_sheet({read_image("cat.png"), read_image("dog.png")}, {"cat", "dog"}, {.columns = 2}).write("sheet.svg");
[[gnu::cold]] inline draw::Svg contact_sheet(const std::vector<Image>& pictures, const std::vector<std::string>& texts = {},
                                             const ContactSheetOptions& options = {})
{
    if (options.columns == 0) internals::fail({"contact_sheet: 0 columns; it is 1 or more"});
    const double gap = 8, text = texts.empty() ? 0 : 16, top = options.title.empty() ? gap : 40;
    const std::size_t columns = std::min(options.columns, std::max<std::size_t>(pictures.size(), 1));
    const std::size_t rows = (pictures.size() + options.columns - 1) / options.columns;
    draw::Svg sheet(gap + static_cast<double>(columns) * (options.size + gap),
                    top + static_cast<double>(rows) * (options.size + text + gap));
    if (!options.title.empty()) sheet.text({gap, 26}, options.title, {.size = 16, .bold = true});
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const auto& extents = pictures[i].shape();
        const double height = static_cast<double>(extents[0]), width = static_cast<double>(extents[1]);
        const double scale = options.size / std::max({height, width, 1.0});
        const double x = gap + static_cast<double>(i % options.columns) * (options.size + gap);
        const double y = top + static_cast<double>(i / options.columns) * (options.size + text + gap);
        sheet.image(x + (options.size - width * scale) / 2, y + (options.size - height * scale) / 2, width * scale,
                    height * scale, png::encode(pictures[i].data(), {extents[0], extents[1], extents[2]}));
        if (i < texts.size())
            sheet.text({x + options.size / 2, y + options.size + 12}, texts[i],
                       {.size = 11, .color = draw::color::pale_ink, .anchor = draw::anchor::middle});
    }
    return sheet;
}

}} // namespace lamina
