// Pictures: PNG and JPEG as TensorFlow reads them, resized as it resizes, damaged, and in files.
#include <lamina/images.hpp>

#include <lamina/core/file.hpp>
#include <lamina/core/random.hpp>
#include <lamina/formats/npy.hpp>

#include "catch.hpp"
#include "temporary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace lamina;
using internals::read_file;

namespace {

const std::string pictures = std::string(LAMINA_TESTS) + "/data/pictures/";
const std::filesystem::path shared = std::filesystem::path(LAMINA_SHARED) / "reference" / "data";

std::vector<std::string> names_of_pictures()
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(pictures))
        if (entry.path().extension() != ".npy") names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// The picture, or the sentence that refuses it.
std::pair<Image, std::string> attempt(std::string_view bytes, std::size_t channels = 0)
{
    try {
        return {decode_image(bytes, channels), ""};
    }
    catch (const lamina::error& refusal) {
        return {Image(), refusal.what()};
    }
}

std::string big_endian(std::uint32_t n)
{
    return {static_cast<char>(n >> 24 & 255), static_cast<char>(n >> 16 & 255), static_cast<char>(n >> 8 & 255),
            static_cast<char>(n & 255)};
}

/// A PNG file whose header says so, and which has nothing behind it but an empty IDAT chunk.
std::string png_that_claims(std::uint32_t width, std::uint32_t height)
{
    std::string header = "IHDR" + big_endian(width) + big_endian(height) + std::string("\10\6\0\0\0", 5);
    const auto checksum = [](const std::string& text) {
        std::uint32_t crc = 0xffffffff; // of PNG's specification
        for (const char c : text) {
            crc ^= static_cast<unsigned char>(c);
            for (int i = 0; i < 8; ++i) crc = crc & 1 ? 0xedb88320 ^ crc >> 1 : crc >> 1;
        }
        return crc ^ 0xffffffff;
    };
    return "\x89PNG\r\n\x1a\n" + big_endian(13) + header + big_endian(checksum(header)) + big_endian(0) + "IDAT" +
           big_endian(checksum("IDAT"));
}

} // namespace

TEST_CASE("PNG and JPEG of all kinds are read as TensorFlow reads them", "[data][images]")
{
    // Behind each picture lie, one after another, TensorFlow's results for 0, 1, 3 and 4 channels, as far as there are such.
    for (const std::string& name : names_of_pictures()) {
        INFO(name);
        const std::string bytes = read_file(pictures + name);
        const auto expected = npy::read(pictures + name + ".expected.npy").as<std::uint8_t>();
        std::size_t at = 0;
        for (const std::size_t channels : std::array<std::size_t, 4>{0, 1, 3, 4}) {
            const auto [image, refusal] = attempt(bytes, channels);
            if (!refusal.empty()) continue;
            INFO(channels << " channels");
            if (channels != 0) CHECK(image.shape()[2] == channels);
            REQUIRE(expected.size() - at >= image.size());
            CHECK(std::equal(image.begin(), image.end(), expected.begin() + static_cast<std::ptrdiff_t>(at)));
            at += image.size();
        }
        CHECK(at == expected.size());
    }
}

TEST_CASE("the reference pictures, and their resizes, are equal to the bit", "[data][images]")
{
    if (!std::filesystem::exists(shared)) {
        std::cout << "skipped: there is no " << shared << '\n';
        SUCCEED();
        return;
    }
    const auto same = [](const auto& image, const std::string& file) {
        using T = typename std::decay_t<decltype(image)>::value_type;
        const auto array = npy::read(shared / file);
        const auto expected = array.template as<T>();
        INFO(file);
        REQUIRE(array.shape == std::vector<std::size_t>(image.shape().begin(), image.shape().end()));
        CHECK(std::equal(expected.begin(), expected.end(), image.begin()));
    };
    const Image png = read_image(shared / "picture.png"), jpeg = read_image(shared / "picture.jpg");
    same(png, "picture-png.npy");
    same(jpeg, "picture-jpg.npy");
    for (const auto& [how, word] : {std::pair(Resize::bilinear, "bilinear"), std::pair(Resize::nearest, "nearest")}) {
        same(resize(png, 20, 30, how), std::string("picture-png-") + word + "-20x30.npy");
        same(resize(png, 80, 91, how), std::string("picture-png-") + word + "-80x91.npy");
        CHECK((resize(FloatImage(png), 80, 91, how) == resize(png, 80, 91, how)));
    }
}

TEST_CASE("a picture that is cut anywhere is refused with a sentence", "[data][images]")
{
    for (const std::string& name : names_of_pictures()) {
        INFO(name);
        const std::string bytes = read_file(pictures + name);
        std::size_t accepted = 0;
        for (std::size_t n = 0; n < bytes.size(); ++n) accepted += attempt(std::string_view(bytes).substr(0, n)).second.empty();
        CHECK(accepted == (name == "jpeg_cmyk.jpg" ? 2 : 0)); // all of its pixels stand before the mark of its end
        CHECK(attempt(bytes + "something behind it").second.empty());
    }
    const std::string png = read_file(pictures + "rgb_8_bits.png"), jpeg = read_file(pictures + "jpeg_420.jpg");
    CHECK(attempt(png.substr(0, 100)).second ==
          "decode_image: the PNG picture cannot be read, it is cut off; copy the file again");
    CHECK(attempt(jpeg.substr(0, 700)).second ==
          "decode_image: the JPEG picture cannot be read, it is cut off; copy the file again");
    CHECK(attempt("").second == "decode_image: starts neither as a PNG nor as a JPEG picture; is it another file?");
    CHECK_THROWS_WITH(decode_png(jpeg), "decode_png: does not start as a PNG picture; is it another file?");
    CHECK_THROWS_WITH(decode_jpeg(png), "decode_jpeg: does not start as a JPEG picture; is it another file?");
    CHECK_THROWS_WITH(decode_png(png, 2), "decode_png: 2 channels were asked for; 0 (those of the file), 1, 3 or 4 can be");
    CHECK_THROWS_WITH(decode_jpeg(jpeg, 4), "decode_jpeg: 4 channels were asked for; JPEG gives 0 (those of the file), 1 or 3");

    std::string damaged = png;
    damaged[damaged.size() - 14] ^= 1; // in the checksum of the pixels
    CHECK(attempt(damaged).second == "decode_image: the PNG picture cannot be read, IDAT: CRC error; copy the file again");
}

TEST_CASE("bytes that are changed give a picture or a sentence", "[data][images]")
{
    std::size_t refused = 0, accepted = 0;
    for (const std::string& name : names_of_pictures()) {
        const std::string bytes = read_file(pictures + name);
        Random random(Seed{1}, bytes.size());
        for (int i = 0; i < (sanitized ? 50 : 300); ++i) {
            std::string changed = bytes;
            changed[random.below(bytes.size())] = static_cast<char>(random.bits());
            if (i % 3 == 0) changed[random.below(bytes.size())] = static_cast<char>(random.bits());
            const auto [image, refusal] = attempt(changed, i % 2 ? 3 : 0);
            refused += !refusal.empty();
            accepted += refusal.empty() && image.size() > 0;
        }
    }
    CHECK(refused > 200);
    CHECK(accepted > 200);
}

TEST_CASE("a header is judged before memory is taken", "[data][images]")
{
    CHECK(attempt(png_that_claims(8193, 8192)).second ==
          "decode_image: the header claims 8192 by 8193 pixels, 1 to 67108864 in all are read");
    CHECK(attempt(png_that_claims(8192, 8192)).second ==
          "decode_image: the header claims 8192 by 8192 pixels, more than 45 bytes can hold; copy the file again");
    CHECK(says(attempt(png_that_claims(2147483647, 2147483647)).second, "in all are read"));
    CHECK(says(attempt(png_that_claims(0, 8)).second, "cannot be read"));

    std::string jpeg = read_file(pictures + "jpeg_gray.jpg");
    const std::size_t frame = jpeg.find("\xff\xc0");
    REQUIRE(frame != std::string::npos);
    jpeg.replace(frame + 5, 4, "\x1f\xff\x1f\xff");
    CHECK(attempt(jpeg).second ==
          "decode_image: the header claims 8191 by 8191 pixels, more than 409 bytes can hold; copy the file again");
    jpeg.replace(frame + 5, 4, "\xf0\xff\xf0\xff");
    CHECK(attempt(jpeg).second == "decode_image: the header claims 61695 by 61695 pixels, 1 to 67108864 in all are read");
}

TEST_CASE("what is written is read again, from memory and from files", "[data][images]")
{
    const Temporary folder("images");
    Random random(Seed{5});
    for (std::size_t channels = 1; channels <= 4; ++channels) {
        Image image(std::array<std::size_t, 3>{7, 10 + channels, channels});
        for (std::uint8_t& pixel : image) pixel = static_cast<std::uint8_t>(random.bits());
        const std::string bytes = encode_png(image);
        CHECK((decode_png(bytes) == image));
        write_png(folder.path / "one.png", image);
        CHECK((read_image(folder.path / "one.png") == image));
        CHECK(read_file(folder.path / "one.png") == bytes);

        Image kept(image.shape());
        const std::uint8_t* const before = kept.data();
        decode_png(bytes, kept); // into the memory that is there
        CHECK((kept == image));
        CHECK(kept.data() == before);
    }
    CHECK_THROWS_WITH(encode_png(Image(std::array<std::size_t, 3>{2, 2, 5})),
                      "encode_png: the picture has 5 channels; PNG has 1 to 4");
    CHECK_THROWS_WITH(encode_png(Image(std::array<std::size_t, 3>{0, 2, 3})),
                      "encode_png: a picture of 0 by 2 pixels; 1 to 67108864 in all are written");
    CHECK(says(refusal_of([&] { read_image(folder.path / "none.png"); }), "none.png: cannot be opened"));
    folder.write("text.png", "a text");
    CHECK(says(refusal_of([&] { read_image(folder.path / "text.png"); }), "text.png: starts neither as a PNG"));
}

TEST_CASE("pictures of one pixel, of many columns, and of none are resized", "[data][images]")
{
    Image one(std::array<std::size_t, 3>{1, 1, 2});
    one(0, 0, 0) = 7, one(0, 0, 1) = 200;
    const FloatImage many = resize(one, 3, 130);
    CHECK(many(2, 129, 0) == 7);
    CHECK(many(1, 64, 1) == 200);
    Image ramp(std::array<std::size_t, 3>{1, 200, 1});
    for (std::size_t x = 0; x < 200; ++x) ramp(0, x, 0) = static_cast<std::uint8_t>(x);
    CHECK((resize(ramp, 1, 200) == FloatImage(ramp)));
    CHECK(resize(ramp, 1, 100)(0, 70, 0) == 140.5f);
    CHECK(resize(ramp, 1, 100, Resize::nearest)(0, 70, 0) == 141);
    CHECK_THROWS_WITH(resize(ramp, 0, 4), "resize: from 1 by 200 pixels to 0 by 4; all are 1 or more");
}

TEST_CASE("a contact sheet has every picture, whole and in its place", "[data][images]")
{
    FloatImage image = FloatImage::from_shape({2, 4, 1});
    for (std::size_t i = 0; i < 8; ++i) image.data()[i] = static_cast<float>(i) / 4 - 0.5f;
    const Image bytes = to_bytes(image, 0, 1);
    CHECK((bytes == Image{{{0}, {0}, {0}, {64}}, {{128}, {191}, {255}, {255}}}));
    const std::string sheet =
        contact_sheet({bytes, bytes, bytes}, {"one", "two"}, {.columns = 2, .size = 50, .title = "Three"}).str();
    CHECK(says(sheet, "width=\"124\" height=\"188\""));
    CHECK(says(sheet, "<image x=\"66\" y=\"52.5\" width=\"50\" height=\"25\"")); // in the middle of its square
    CHECK(says(sheet, "<image x=\"8\" y=\"126.5\""));
    CHECK(says(sheet, ">two</text>"));
    CHECK_NOTHROW(contact_sheet({}));
    CHECK_THROWS_WITH(contact_sheet({bytes}, {}, {.columns = 0}), "contact_sheet: 0 columns; it is 1 or more");
}
