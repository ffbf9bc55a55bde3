// TFRecord files as a dataset, plain, gzip and zlib: whole, damaged and cut, skipped, written.
#include <lamina/data/sources/tfrecord.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/formats/tfrecord_file.hpp>

#include "data/read_all.hpp"
#include "data/temporary.hpp"

#include "catch.hpp"

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;
using Texts = std::vector<std::string>;

namespace {

/// Records of all kinds of lengths, some longer than every buffer.
Texts various()
{
    Texts all{"", "one", std::string(1, '\0'), std::string(100, 'x')};
    std::string mixed;
    for (std::size_t i = 0; i < 200'000; ++i) mixed += static_cast<char>(i * i % 251 ^ i >> 9);
    all.push_back(mixed);
    for (const std::size_t n : std::initializer_list<std::size_t>{7, 65535, 65536, 35615, 40056})
        all.push_back(mixed.substr(0, n)); // the last two begin as gzip and zlib
    all.push_back("last");
    return all;
}

} // namespace

TEST_CASE("records are read as they were written, however they are packed", "[data][tfrecord]")
{
    const Temporary folder("records");
    const Texts all = various();
    Texts twice = all;
    twice.insert(twice.end(), all.begin(), all.end());
    for (const char* name : {"a.tfrecord", "a.gz", "a.zlib"}) {
        const auto file = folder.path / name;
        write_tfrecord(file, all);
        const auto records = tfrecord(file);
        CHECK(read_all(records) == all);
        CHECK(read_all(records, Pass{1}) == all);
        CHECK(read_all(tfrecord({file, file})) == twice);
        CHECK(read_all(tfrecord(file, {.check = false})) == all);
        for (std::size_t n = 0; n <= twice.size() + 1; ++n) {
            auto cursor = tfrecord({file, file}).open(Pass{});
            std::string record;
            REQUIRE(cursor.skip(n) == std::min(n, twice.size()));
            REQUIRE(cursor.next(record) == (n < twice.size()));
            if (n < twice.size()) REQUIRE(record == twice[n]);
        }
        CHECK(says(refusal_of([&] { read_all(tfrecord(file, {.largest = 100'000})); }), " claims 200000 bytes, at most 100000"));
    }
    CHECK(std::filesystem::file_size(folder.path / "a.gz") < std::filesystem::file_size(folder.path / "a.tfrecord"));
    for (std::size_t first = 0; first < all.size(); ++first) { // each may be what a file begins with
        const Texts rest(all.begin() + static_cast<std::ptrdiff_t>(first), all.end());
        write_tfrecord(folder.path / "b", rest);
        REQUIRE(read_all(tfrecord(folder.path / "b")) == rest);
    }
    CHECK(cardinality(tfrecord("nowhere")) == unknown_cardinality);
    CHECK(output_types(tfrecord("nowhere") | batch(2)) == "string");
    CHECK(read_all(tfrecord(std::vector<std::string>{})).empty());
}

TEST_CASE("a file of records is whole or not there", "[data][tfrecord]")
{
    const Temporary folder("records-file");
    {
        TFRecordFile file(folder.path / "a", {.compression = Compression::gzip});
        for (int i = 0; i < 1000; ++i) file.write(std::string(1000, 'x'));
    }
    CHECK(std::filesystem::is_empty(folder.path));
    TFRecordFile file(folder.path / "a", {.compression = Compression::gzip});
    file.commit();
    file.commit();
    CHECK(says(refusal_of([&] { file.write("x"); }), "was committed and takes no more records"));
    CHECK(read_all(tfrecord(folder.path / "a")).empty());
    write_tfrecord(folder.path / "b", tfrecord(folder.path / "a") | repeat(2)); // of a dataset
    CHECK(std::filesystem::file_size(folder.path / "b") == 0);
    CHECK(read_all(tfrecord(folder.path / "b")).empty());
    CHECK(says(refusal_of([&] { TFRecordFile(folder.path / "no" / "a"); }), "make its folder first"));
}

TEST_CASE("several gzips in a file are read as one, and what is damaged is refused", "[data][tfrecord]")
{
    const Temporary folder("records-packed");
    const auto bytes_of = [&](const char* name) { return internals::read_file(folder.path / name); };
    write_tfrecord(folder.path / "gz", Texts{"one", "two"}, {.compression = Compression::gzip});
    write_tfrecord(folder.path / "zlib", Texts{"one", "two"}, {.compression = Compression::zlib});
    const std::string gz = bytes_of("gz"), zlib = bytes_of("zlib");
    const auto refused = [&](const std::string& bytes) {
        folder.write("x", bytes);
        return refusal_of([&] { read_all(tfrecord(folder.path / "x")); });
    };
    folder.write("x", gz + gz);
    CHECK(read_all(tfrecord(folder.path / "x")) == Texts{"one", "two", "one", "two"});
    CHECK(says(refused(zlib + zlib), "x: goes on after the end of its zlib data; copy the file again"));
    CHECK(says(refused(gz + "garbage"), "x: the gzip data is damaged"));
    for (std::size_t n = 2; n < gz.size(); ++n) REQUIRE(says(refused(gz.substr(0, n)), "x: the gzip data ends in the middle"));
    for (std::size_t n = 2; n < zlib.size(); ++n)
        REQUIRE(says(refused(zlib.substr(0, n)), "x: the zlib data ends in the middle; copy the file again"));
    std::string damaged = gz;
    damaged[damaged.size() - 5] ^= 1; // gzip's own checksum
    CHECK(says(refused(damaged), "x: the gzip data is damaged; copy the file again"));
    folder.write("x", gz);
    CHECK(says(refusal_of([&] { read_all(tfrecord(folder.path / "x", {.compression = Compression::none})); }),
               "is compressed by gzip"));
    CHECK(says(refusal_of([&] { read_all(tfrecord(folder.path / "x", {.compression = Compression::zlib})); }),
               "zlib data is damaged"));
}

TEST_CASE("behind a damaged record comes the next one, behind a cut file the next file", "[data][tfrecord]")
{
    const Temporary folder("records-damaged");
    write_tfrecord(folder.path / "good", Texts{"one", "two", "three"});
    std::string bytes = internals::read_file(folder.path / "good");
    std::string wrong = bytes;
    wrong[19 + 12] ^= 1; // a byte of the second record
    folder.write("wrong", wrong);
    folder.write("cut", bytes.substr(0, 19 + 19 + 3));
    const auto of = [&](const char* name) { return (folder.path / name).string(); };
    CHECK(refusal_of([&] { read_all(tfrecord(of("wrong"))); }) ==
          of("wrong") + ": the record at byte 19 has a wrong checksum; the file is damaged, so copy it again");
    CHECK(refusal_of([&] { read_all(tfrecord(of("cut"))); }) ==
          of("cut") + ": the record at byte 38 is cut off; copy the file again");
    const auto [all, errors] = read_all_but_errors(tfrecord({of("wrong"), of("cut"), of("missing"), of("good")}));
    CHECK(all == Texts{"one", "three", "one", "two", "one", "two", "three"});
    CHECK(errors == 3);
    CHECK(read_all_but_errors(tfrecord(of("wrong"), {.check = false})).first.size() == 3);

    auto cursor = tfrecord({of("wrong"), of("cut"), of("missing"), of("good")}).open(Pass{}); // skipped are places
    std::string record;
    CHECK(internals::skips_places(cursor));
    CHECK(cursor.skip(2) == 2);
    CHECK((cursor.next(record) && record == "three"));
    CHECK(cursor.skip(4) == 4); // one, two, what is cut, and what is missing
    CHECK((cursor.next(record) && record == "one"));
    CHECK(cursor.skip(9) == 2);
    CHECK_FALSE(cursor.next(record));
}

TEST_CASE("TensorFlow's records, in three compressions and cut at every length", "[data][tfrecord]")
{
    const auto data = std::filesystem::path(LAMINA_SHARED) / "reference/data";
    if (!std::filesystem::exists(data)) {
        std::cout << "skipped: there is no " << data.string() << '\n';
        return;
    }
    const auto all = read_all(tfrecord(data / "digits.tfrecord"));
    REQUIRE(all.size() > 17);
    CHECK(read_all(tfrecord(data / "digits.tfrecord.gz")) == all);
    CHECK(read_all(tfrecord(data / "digits.tfrecord.zlib")) == all);

    const auto damaged = read_all_but_errors(tfrecord(data / "digits-bad-crc.tfrecord"));
    CHECK(damaged.second == 1);
    CHECK(damaged.first == Texts(all.begin() + 1, all.end()));
    CHECK(says(refusal_of([&] { read_all(tfrecord(data / "digits-bad-crc.tfrecord")); }),
               "the record at byte 0 has a wrong checksum"));
    const auto cut = read_all_but_errors(tfrecord(data / "digits-truncated.tfrecord"));
    CHECK(cut.second == 1);
    CHECK(cut.first == Texts(all.begin(), all.begin() + 17));

    const std::string bytes = internals::read_file(data / "digits.tfrecord");
    std::vector<std::size_t> ends{0};
    for (const std::string& record : all) ends.push_back(ends.back() + record.size() + 16);
    REQUIRE(ends.back() == bytes.size());
    const Temporary folder("records-cut");
    const auto file = folder.write("cut", bytes);
    std::size_t whole = all.size();
    for (std::size_t n = bytes.size(); n-- > 0;) {
        std::filesystem::resize_file(file, n);
        whole -= n < ends[whole];
        auto cursor = tfrecord(file).open(Pass{});
        std::string record;
        REQUIRE(cursor.skip(whole) == whole);
        if (n == ends[whole]) REQUIRE_FALSE(cursor.next(record));
        else
            REQUIRE(refusal_of([&] { cursor.next(record); }) ==
                    file.string() + ": the record at byte " + std::to_string(ends[whole]) + " is cut off; copy the file again");
        REQUIRE_FALSE(cursor.next(record));
        if (n % 97 == 0) REQUIRE(read_all_but_errors(tfrecord(file)).first.size() == whole);
    }
}
