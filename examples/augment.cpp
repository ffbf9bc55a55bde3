// Pictures: a folder of PNG files, one folder a class, is read, resized, changed by chance and drawn on a contact sheet, augment.svg.
//
// The program draws the files itself: digits in colors. Each pass over a dataset changes its pictures in other ways, and yet a
// pass can be repeated: what is drawn is a function of the seed, the pass and the picture's place, not of threads or time.
#include <lamina/data/drawn_digits.hpp>
#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/class_folders.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/images.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <tuple>
#include <vector>

using namespace lamina;

constexpr std::array names{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};

/// Writes pictures of 28 by 28 pixels: pictures/three/0.png, …
void write_pictures(const std::string& folder, std::size_t of_each)
{
    std::array<std::size_t, 10> written{};
    const auto digits = drawn_digits(300, Seed{8});
    for (std::size_t i = 0; i < 300; ++i) {
        const auto digit = static_cast<std::size_t>(digits.y(i));
        if (written[digit] == of_each) continue;
        Image image = Image::from_shape({28, 28, 3});
        const double shade = static_cast<double>(digit);
        const std::array<double, 3> paper{250, 244, 230}, ink{30 + 20 * shade, 90, 200 - 18 * shade};
        for (std::size_t y = 0; y < 28; ++y)
            for (std::size_t x = 0; x < 28; ++x)
                for (std::size_t c = 0; c < 3; ++c) {
                    const double share = double{digits.x(i, y, x, 0)} / 255;
                    image(y, x, c) = static_cast<std::uint8_t>(paper[c] + (ink[c] - paper[c]) * share);
                }
        const auto place = std::filesystem::path(folder) / names[digit];
        std::filesystem::create_directories(place);
        write_png(place / (std::to_string(written[digit]++) + ".png"), image);
    }
}

int main()
{
    write_pictures("pictures", 4);

    // (path, label) becomes (picture, label); decoding by two threads, in the order of the files.
    const auto pictures =
        class_folders("pictures") |
        map([](const std::string& path, std::int32_t label) { return std::tuple(resize(read_image(path, 3), 40, 40), label); },
            threads(2));
    const auto blacken = [](FloatImage& image, Random& random) { // a step of one's own: a square of 6 by 6 pixels
        const std::size_t top = random.below(image.shape()[0] - 5), left = random.below(image.shape()[1] - 5);
        for (std::size_t y = top; y < top + 6; ++y)
            for (std::size_t x = left; x < left + 6; ++x)
                for (std::size_t c = 0; c < 3; ++c) image(y, x, c) = 0;
    };
    const FillOptions edge{.mode = Fill::nearest};
    const auto changed =
        augment(Seed{1}, threads(2), random_rotation(0.08, edge), random_zoom({-0.2, 0.1}, edge),
                random_translation(0.1, 0.1, edge), random_crop(36, 36), random_brightness(0.15), random_contrast(0.3), blacken);

    // As a training sees it: shuffled, changed, in batches that are ready before they are asked for.
    const auto batches = pictures | shuffle(40, Seed{2}) | changed | batch(16) | prefetch(2);
    std::cout << output_types(batches) << ' ' << output_shapes(batches) << '\n';
    std::size_t count = 0;
    for (auto& [images, labels] : batches) {
        std::cout << "a batch of " << images.shape()[0] << " pictures of " << images.shape()[1] << " by " << images.shape()[2]
                  << ", labels from " << labels(0) << " on\n";
        count += labels.size();
    }

    // The sheet: a picture of each class as it is, and how seven passes change it.
    const std::vector<std::string> classes_here = classes("pictures");
    const auto first_of_each = [](const auto& dataset) {
        std::vector<Image> chosen;
        std::int32_t last = -1;
        for (auto& [image, label] : dataset) {
            if (label == last) continue;
            chosen.push_back(to_bytes(image));
            last = label;
        }
        return chosen;
    };
    const std::vector<Image> before = first_of_each(pictures);
    const std::vector<Image> seven = first_of_each(pictures | changed | repeat(7));
    std::vector<Image> sheet;
    std::vector<std::string> texts;
    for (std::size_t row = 0; row < classes_here.size(); ++row) {
        sheet.push_back(before[row]);
        texts.push_back(classes_here[row]);
        for (std::size_t pass = 0; pass < 7; ++pass) {
            sheet.push_back(seven[pass * classes_here.size() + row]);
            texts.push_back("pass " + std::to_string(pass));
        }
    }
    contact_sheet(sheet, texts, {.columns = 8, .size = 72, .title = "Digits, as they are and in seven passes"})
        .write("augment.svg");

    // A pass can be had again, whatever the threads do.
    const bool same = seven == first_of_each(pictures | changed | repeat(7));
    std::cout << count << " pictures of " << classes_here.size() << " classes, " << sheet.size() << " on augment.svg, "
              << (same ? "the same again" : "other ones the second time") << '\n';
}
