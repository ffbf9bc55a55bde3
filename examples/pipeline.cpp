// Input pipelines: digits are written into a TFRecord file, and come back from it shuffled, in batches, ahead of the program that reads them;
// then the same by iterators, and a reading that is broken off and goes on.
#include <lamina/data.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <string>

using namespace lamina;

/// A record of the file: a tf.Example with a feature for each field.
struct Digit {
    std::array<std::uint8_t, 28 * 28> image;
    std::int64_t label;
    std::array<float, 28> row_sums;
};

/// What is written of a drawn digit.
Digit digit_of(const Row<float, 3>& pixels, std::int32_t label)
{
    Digit digit{{}, label, {}};
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        digit.image[i] = static_cast<std::uint8_t>(pixels[i]);
        digit.row_sums[i / 28] += pixels[i];
    }
    return digit;
}

int main()
{
    const auto drawn = slices(drawn_digits(2000, Seed{1}));
    write_tfrecord("digits.tfrecord", drawn | map([](const Row<float, 3>& image, std::int32_t label) {
                                          return to_example(digit_of(image, label));
                                      }));

    const auto dataset = tfrecord("digits.tfrecord") | map(parse_example<Digit>, threads(2)) | shuffle(1000, Seed{1}) |
                         repeat(3) | batch<32>() | prefetch(2);
    std::cout << "types  " << output_types(dataset) << "\nshapes " << output_shapes(dataset) << '\n';

    std::size_t digits = 0, batches = 0;
    double ink = 0;
    for (auto& [image, label, row_sums] : dataset) {
        ++batches;
        digits += label.size();
        for (const float sum : row_sums) ink += double(sum) / (255 * 28 * 28);
    }
    std::cout << batches << " batches of " << digits << " digits, " << ink / double(digits) << " of the paper is ink\n";

    // One-shot: one element after another, and OutOfRange behind the last.
    Iterator numbers(range(2));
    try {
        while (true) std::cout << numbers.next() << ' ';
    }
    catch (const OutOfRange& end) {
        std::cout << end.what() << '\n';
    }

    // Initialized when it is known with what, and as often as wanted; it tells where it is, and goes on there.
    const auto order = range(1000) | shuffle(1000, Seed{2}) | batch(10);
    Iterator<decltype(order)::element> iterator;
    iterator.initialize(order);
    for (int i = 0; i < 40; ++i) iterator.next();
    const Position place = iterator.position(); // two numbers, which a Checkpoint keeps
    const auto expected = iterator.next();
    iterator.initialize(order, place);
    std::cout << "gone on at batch " << place.given << ": " << (iterator.next() == expected ? "the same" : "another")
              << " batch\n";

    // Several datasets behind one loop, each of which keeps its place.
    Feedable<std::int64_t> feed;
    const auto training = feed.add(range(100) | repeat()), validation = feed.add(range(1000, 1003));
    std::int64_t trained = 0, validated = 0;
    for (int round = 0; round < 3; ++round) {
        for (int step = 0; step < 50; ++step) trained += feed.next(training);
        feed.restart(validation);
        for (std::int64_t one; feed.next(validation, one);) validated += one;
    }
    std::cout << "sums by two feeds: " << trained << " and " << validated << '\n';
}
