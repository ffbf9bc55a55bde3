// tf.Example into structs and back: all kinds of fields, all that can be wrong, and TensorFlow's own records.
#include <lamina/data/example.hpp>
#include <lamina/data/sources/tfrecord.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/formats/tfrecord_file.hpp>

#include "data/allocated.hpp"
#include "data/read_all.hpp"
#include "data/temporary.hpp"

#include "catch.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace lamina;

namespace {

struct Everything {
    std::string text;
    bool truth;
    std::int8_t small_one;
    std::uint64_t large_one;
    float real;
    double wide;
    std::array<std::int32_t, 3> three;
    xt::xtensor_fixed<float, xt::xshape<2, 2>> square;
    std::array<std::uint8_t, 4> raw;
    std::vector<double> reals;
    std::vector<std::string> texts;
    std::vector<std::uint8_t> bytes;
    std::optional<std::int64_t> there, absent;
    std::optional<std::vector<float>> list;
};

Everything everything()
{
    return {"text",           true,           -5,        std::uint64_t{1} << 62, 1.5f,   0.1, {-1, 0, 70000},
            {{1, 2}, {3, 4}}, {1, 2, 255, 0}, {0.5, -2}, {"a", "", "bc"},        {9, 0}, 7,   {},
            {{1, 2, 3}}};
}

// Messages by hand: a field of bytes, and what stands around a feature.
std::string field(unsigned tag, const std::string& bytes)
{
    std::string to(1, static_cast<char>(tag << 3 | 2));
    to += static_cast<char>(bytes.size());
    return to + bytes;
}
std::string entry(const std::string& name, const std::string& feature) { return field(1, field(1, name) + field(2, feature)); }
std::string example(const std::string& entries) { return field(1, entries); }

struct Label {
    std::int16_t label;
};
struct Reals {
    std::vector<float> x;
};

} // namespace

TEST_CASE("a struct of all kinds of fields goes into an example and back", "[data][example]")
{
    const Everything from = everything();
    const std::string bytes = to_example(from);
    const auto to = parse_example<Everything>(bytes);
    CHECK(to.text == "text");
    CHECK(to.truth);
    CHECK(+to.small_one == -5);
    CHECK(to.large_one == from.large_one);
    CHECK(to.real == 1.5f);
    CHECK(to.wide == static_cast<double>(0.1f));
    CHECK(to.three == from.three);
    CHECK(to.square(1, 0) == 3);
    CHECK(to.raw == from.raw);
    CHECK(to.reals == from.reals);
    CHECK(to.texts == from.texts);
    CHECK(to.bytes == from.bytes);
    CHECK(to.there == 7);
    CHECK_FALSE(to.absent.has_value());
    CHECK(to.list == from.list);
    CHECK(to_example(to) == bytes);

    Everything again = from; // over what was there before
    again.absent = 3;
    again.texts.assign(9, "x");
    parse_example(bytes, again);
    CHECK(to_example(again) == bytes);
    for (std::size_t n = 1; n < bytes.size(); ++n) // a part is damaged
        REQUIRE_FALSE(refusal_of([&] { parse_example<Everything>(bytes.substr(0, n)); }).empty());
    struct Large {
        std::uint64_t x;
    };
    CHECK(says(refusal_of([] { to_example(Large{std::uint64_t{1} << 63}); }), "\"x\" is 9223372036854775808"));
}

TEST_CASE("lists packed and not, in parts, and of names that come twice", "[data][example]")
{
    const std::string one("\x08\x05", 2), packed = field(1, "\x06\x07");
    CHECK(parse_example<Label>(example(entry("label", field(3, one)))).label == 5);
    CHECK(parse_example<Label>(example(entry("label", field(3, field(1, "\x05"))))).label == 5);
    CHECK(parse_example<Label>(example(entry("label", field(3, packed)) + entry("other", "") + entry("label", field(3, one))))
              .label == 5);
    CHECK(parse_example<Label>(example(entry("label", field(2, "") + field(3, one)))).label == 5); // the last kind counts
    CHECK(parse_example<Label>(example(entry("other", "")) + example(entry("label", field(3, one)))).label == 5);
    CHECK(parse_example<Label>(std::string("\x50\x01", 2) + example(entry("label", std::string("\x38\x01", 2) + field(3, one))))
              .label == 5);

    struct Several {
        std::vector<std::int32_t> x;
    };
    CHECK(parse_example<Several>(example(entry("x", field(3, one + packed) + field(3, one)))).x == std::vector{5, 6, 7, 5});
    CHECK(parse_example<Several>(example(entry("x", ""))).x.empty());
    const std::string real("\0\0\x80\x3f", 4);
    CHECK(parse_example<Reals>(example(entry("x", field(2, "\x0d" + real + field(1, real + real))))).x ==
          std::vector<float>{1, 1, 1});
}

TEST_CASE("a list without values is written all the same, as TensorFlow asks for it", "[data][example]")
{
    CHECK(to_example(Reals{}) == example(entry("x", field(2, ""))));
    struct Bytes {
        std::vector<std::uint8_t> x;
    };
    CHECK(to_example(Bytes{}) == example(entry("x", field(1, field(1, "")))));
    CHECK(parse_example<Bytes>(to_example(Bytes{})).x.empty());
    struct Nothing {
        std::optional<float> x;
    };
    CHECK_FALSE(parse_example<Nothing>(to_example(Nothing{})).x.has_value());
}

TEST_CASE("what an example is refused for", "[data][example]")
{
    const std::string one("\x08\x05", 2);
    const auto refused = [](const std::string& entries) { return refusal_of([&] { parse_example<Label>(example(entries)); }); };
    CHECK(refused(entry("image", "") + entry("mean", "")) == "tf.Example: \"label\" is missing; it has image, mean");
    CHECK(refused("") == "tf.Example: \"label\" is missing; it has nothing");
    CHECK(refused(entry("label", "")) == "tf.Example: \"label\" has 0 values, the field takes 1");
    CHECK(refused(entry("label", field(3, one + one))) == "tf.Example: \"label\" has 2 values, the field takes 1");
    CHECK(refused(entry("label", field(1, field(1, "x")))) ==
          "tf.Example: \"label\" is a list of bytes, the field takes integers");
    CHECK(refused(entry("label", field(2, ""))) == "tf.Example: \"label\" is a list of floats, the field takes integers");
    CHECK(refused(entry("label", field(3, field(1, "\x80\x80\x02")))) ==
          "tf.Example: \"label\" has the value 32768, which the field's type cannot hold; take a wider one");
    CHECK(says(refused(entry("label", field(3, field(1, "\x80")))), "the field takes 1"));
    CHECK(
        says(refused(entry("label", field(3, field(1, std::string(12, '\xff') + '\1')))), "tf.Example: the record is damaged ("));
    CHECK(says(refusal_of([] { parse_example<Reals>(example(entry("x", field(2, field(1, "xyz"))))); }), "has 3 bytes"));
    CHECK(says(refusal_of([] { parse_example<Label>("no example"); }), "tf.Example: "));

    struct Truth {
        bool x;
    };
    CHECK(says(refusal_of([&] { parse_example<Truth>(example(entry("x", field(3, one)))); }), "\"x\" has the value 5"));
    struct Bytes {
        std::array<std::uint8_t, 3> x;
    };
    CHECK(parse_example<Bytes>(example(entry("x", field(1, field(1, "abc"))))).x[2] == 'c');
    CHECK(parse_example<Bytes>(example(entry("x", field(3, field(1, "abc"))))).x[2] == 'c');
    CHECK(says(refusal_of([] { parse_example<Bytes>(example(entry("x", field(1, field(1, "ab"))))); }),
               "has 2 values, the field takes 3"));
}

TEST_CASE("records and what is parsed of them allocate nothing in steady state", "[data][example]")
{
    struct Digit {
        std::string image;
        std::vector<float> sums;
        std::int64_t label;
    };
    const Temporary folder("example-allocations");
    std::vector<std::string> records;
    for (std::int64_t i = 0; i < 200; ++i)
        records.push_back(to_example(Digit{std::string(500, 'x'), std::vector<float>(30, 1), 1000 + i}));
    for (const char* name : {"a", "a.gz"}) {
        write_tfrecord(folder.path / name, records);
        CHECK(allocated(tfrecord(folder.path / name), 20, 150) == 0);
        CHECK(allocated(tfrecord(folder.path / name) |
                            map<Digit>([](const std::string& record, Digit& to) { parse_example(record, to); }),
                        20, 150) == 0);
    }
}

TEST_CASE("TensorFlow's examples have the values that TensorFlow wrote", "[data][example]")
{
    const auto data = std::filesystem::path(LAMINA_SHARED) / "reference/data";
    if (!std::filesystem::exists(data)) {
        std::cout << "skipped: there is no " << data.string() << '\n';
        return;
    }
    struct Digit {
        std::string image;
        std::int64_t label;
        std::array<float, 28> row_sums;
        std::vector<std::int64_t> ids;
        float mean;
        std::optional<std::string> comment;
    };
    const auto sums = npy::read(data / "digits-row_sums.npy").as<float>();
    const auto labels = npy::read(data / "digits-labels.npy").as<std::int64_t>();
    const auto images = npy::read(data / "digits-images.npy").as<float>();
    for (const char* name : {"digits.tfrecord", "digits.tfrecord.gz", "digits.tfrecord.zlib"}) {
        const auto digits = read_all(tfrecord(data / name) | map(parse_example<Digit>));
        REQUIRE(digits.size() == labels.size());
        for (std::size_t i = 0; i < digits.size(); ++i) {
            const Digit& digit = digits[i];
            REQUIRE(digit.label == labels[i]);
            REQUIRE(std::vector<float>(digit.row_sums.begin(), digit.row_sums.end()) ==
                    std::vector<float>(sums.begin() + static_cast<std::ptrdiff_t>(28 * i),
                                       sums.begin() + static_cast<std::ptrdiff_t>(28 * (i + 1))));
            double mean = 0;
            for (std::size_t p = 0; p < 784; ++p) mean += static_cast<double>(images[784 * i + p]) / 784;
            REQUIRE(std::abs(static_cast<double>(digit.mean) - mean) < 1e-3);
            REQUIRE(digit.image.starts_with("\x89PNG"));
            REQUIRE_FALSE(digit.comment.has_value());
        }
    }
    struct Wrong {
        std::array<float, 27> row_sums;
    };
    struct Missing {
        float nothing;
    };
    const auto of = [&](auto parse) { return refusal_of([&] { read_all(tfrecord(data / "digits.tfrecord") | map(parse)); }); };
    CHECK(of(parse_example<Wrong>) == "tf.Example: \"row_sums\" has 28 values, the field takes 27");
    CHECK(says(of(parse_example<Missing>), "tf.Example: \"nothing\" is missing; it has label, image, ids, row_sums, mean"));
    const auto batches = read_all(tfrecord(data / "digits.tfrecord") | map([](std::string& record) {
                                      struct Sum {
                                          std::array<float, 28> row_sums;
                                          std::int64_t label;
                                      };
                                      return parse_example<Sum>(record);
                                  }) |
                                  batch(16));
    const auto& [row_sums, label] = batches[0];
    CHECK(row_sums(3, 5) == sums[3 * 28 + 5]);
    CHECK(label(3) == labels[3]);
}
