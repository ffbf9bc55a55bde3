// TFRecord: checksums, round trips, damage of every kind, a disk that is full, and TensorFlow's own files.
#include <lamina/formats/tfrecord.hpp>

#include <lamina/formats/npy.hpp>

#include "catch.hpp"
#include "core/troubles.hpp"
#include "data/temporary.hpp"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Bytes in which every value occurs.
std::string bytes(std::size_t n, unsigned factor = 37)
{
    std::string result(n, '\0');
    for (std::size_t i = 0; i < n; ++i) result[i] = static_cast<char>(i * factor + i / 256);
    return result;
}

std::vector<std::string> all_of(const std::filesystem::path& path, const TFRecordOptions& options = {})
{
    std::vector<std::string> records;
    TFRecordReader reader(path, options);
    for (std::string record; reader.next(record);) records.push_back(record);
    return records;
}

std::string file_of(const std::vector<std::string>& records)
{
    std::string result;
    for (const auto& record : records) append_record(result, record);
    return result;
}

/// The head of a record that claims a length, with the right checksum of it.
std::string claim(std::uint64_t length)
{
    std::string head(12, '\0');
    std::memcpy(head.data(), &length, 8);
    const auto sum = masked_crc32c({head.data(), 8});
    std::memcpy(head.data() + 8, &sum, 4);
    return head;
}

const std::vector<std::string> three{"one", "", bytes(300)};

} // namespace

TEST_CASE("CRC-32C is that of the standard, by tables and by instructions", "[formats][tfrecord]")
{
    CHECK(crc32c("123456789") == 0xe3069283);
    CHECK(crc32c("") == 0);
    CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa); // RFC 3720, B.4
    CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
    for (std::size_t n = 0; n < 67; ++n) CHECK(crc32c(bytes(n)) == crc32c_by_tables(bytes(n)));
}

TEST_CASE("what is written is read again", "[formats][tfrecord]")
{
    const Temporary folder("tfrecord");
    const auto path = folder.write("a.tfrecord", "something old that is longer than what takes its place");
    const std::vector<std::string> records{"", "one", bytes(7), bytes(65535), bytes(65537), bytes((1 << 20) + 1), bytes(13)};
    {
        TFRecordWriter writer(path);
        for (const auto& record : records) writer.write(record);
        writer.close();
        CHECK(says(refusal_of([&] { writer.write("late"); }), "a.tfrecord: was closed and takes no more records"));
    }
    CHECK(all_of(path) == records);
    CHECK(read_file(path) == file_of(records));

    TFRecordReader reader(path);
    std::string record;
    std::uint64_t at = 0;
    for (const auto& each : records) {
        CHECK(reader.position() == at);
        REQUIRE(reader.next(record));
        at += each.size() + 16;
    }
    CHECK_FALSE(reader.next(record));
    CHECK_FALSE(reader.next(record));
    CHECK(all_of(folder.write("empty", "")).empty());
}

TEST_CASE("a file holds whole records at any time", "[formats][tfrecord]")
{
    const Temporary folder("tfrecord-growing");
    const auto path = folder.path / "a.tfrecord";
    std::string record = bytes(1000);
    {
        TFRecordWriter writer(path);
        CHECK(all_of(path).empty());
        for (std::size_t i = 0; i < 200; ++i) {
            writer.write(record);
            CHECK(all_of(path).size() <= i + 1);
        }
        CHECK(all_of(path).size() > 0); // without being asked
        writer.flush();
        CHECK(all_of(path).size() == 200);
        writer.write("last");
    }
    CHECK(all_of(path).back() == "last");
}

TEST_CASE("a file that is cut off anywhere is refused, after the records before it", "[formats][tfrecord]")
{
    const Temporary folder("tfrecord-cut");
    const std::string whole = file_of(three);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto path = folder.write("cut", std::string_view(whole).substr(0, size));
        TFRecordReader reader(path);
        std::string record;
        std::size_t read = 0;
        const auto why = refusal_of([&] {
            while (reader.next(record)) ++read;
        });
        const std::size_t expected = size < 19 ? 0 : size < 35 ? 1 : 2, begins[] = {0, 19, 35};
        CHECK(read == expected);
        if (size == begins[expected]) CHECK(why.empty());
        else
            CHECK(why == path.string() + ": the record at byte " + std::to_string(begins[expected]) +
                             " is cut off; copy the file again");
        CHECK_FALSE(reader.next(record));
    }
}

TEST_CASE("no changed byte passes", "[formats][tfrecord]")
{
    const Temporary folder("tfrecord-changed");
    const std::string whole = file_of(three);
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int flip : {1, 128}) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ flip);
            CHECK(says(refusal_of([&] { all_of(folder.write("changed", changed)); }), "has a wrong checksum"));
        }

    std::string changed = whole;
    changed[12] = 'O';
    const auto path = folder.write("changed", changed);
    TFRecordReader reader(path);
    std::string record;
    CHECK(refusal_of([&] { reader.next(record); }) ==
          path.string() + ": the record at byte 0 has a wrong checksum; the file is damaged, so copy it again");
    REQUIRE(reader.next(record)); // where the next one begins is known
    CHECK(record.empty());
    CHECK(all_of(path, {.checksums = false}) == std::vector<std::string>{"One", "", bytes(300)});
}

TEST_CASE("a length is believed as far as the file goes", "[formats][tfrecord]")
{
    const Temporary folder("tfrecord-claims");
    const auto before = peak_memory();
    const auto huge = folder.write("huge", claim(0x7fffffffffffffff) + bytes(100));
    CHECK(refusal_of([&] { all_of(huge); }) ==
          huge.string() + ": the record at byte 0 claims 9223372036854775807 bytes, at most 1073741824 are read; is it a "
                          "TFRecord file?");
    const auto large = folder.write("large", file_of({"one"}) + claim(1 << 30) + bytes(100));
    CHECK(refusal_of([&] { all_of(large); }) == large.string() + ": the record at byte 19 is cut off; copy the file again");
    CHECK(refusal_of([&] { all_of(huge, {.largest = ~std::size_t{0}, .checksums = false}); }) ==
          huge.string() + ": the record at byte 0 is cut off; copy the file again");
    CHECK(peak_memory() - before < 100);
    CHECK(all_of(folder.write("small", file_of({bytes(99)})), {.largest = 99}).size() == 1);
    CHECK(says(refusal_of([&] { all_of(folder.path / "small", {.largest = 98}); }), "claims 99 bytes, at most 98 are read"));
}

TEST_CASE("other files are told by a sentence", "[formats][tfrecord]")
{
    const Temporary folder("tfrecord-others");
    const auto refused = [&](std::string_view content) { return refusal_of([&] { all_of(folder.write("other", content)); }); };
    CHECK(says(refused("a shopping list"), "has a wrong checksum of its length; is it a TFRecord file?"));
    CHECK(says(refused(std::string("\x1f\x8b\x08", 3) + bytes(40)), "is compressed by gzip, a plain TFRecord file was needed"));
    CHECK(says(refused("\x78\x9c" + bytes(40)), "is compressed by zlib"));
    CHECK(says(refusal_of([&] { TFRecordReader reader(folder.path); }), "is a folder, a file was needed"));
    CHECK(says(refusal_of([&] { TFRecordReader reader(folder.path / "missing"); }), "cannot be opened (No such file"));
    CHECK(says(refusal_of([&] { TFRecordReader reader(""); }), "the name of the file is empty"));
    CHECK(says(refusal_of([&] { TFRecordWriter writer(folder.path); }), "is a folder, a file was needed"));
    CHECK(says(refusal_of([&] { TFRecordWriter writer(folder.path / "missing" / "a"); }), "cannot be opened (No such file"));
    TFRecordWriter nothing("/dev/null");
    nothing.write("one");
    nothing.close();
}

TEST_CASE("what a full disk has no room for is taken back, and written when there is", "[formats][tfrecord]")
{
    const Temporary folder("tfrecord-full");
    const auto path = folder.path / "a.tfrecord";
    TFRecordWriter writer(path);
    writer.write("one");
    writer.flush();
    const auto old = read_file(path);
    writer.write(bytes(100));
    std::string why;
    {
        const FullDisk full(old.size() + 50);
        why = refusal_of([&] { writer.flush(); });
    }
    CHECK(why == path.string() + ": the records cannot be written (File too large); those before are in the file, whole");
    CHECK(read_file(path) == old);
    writer.flush();
    CHECK(all_of(path) == std::vector<std::string>{"one", bytes(100)});

    TFRecordWriter device("/dev/full");
    device.write("one");
    CHECK(refusal_of([&] { device.flush(); }) == "/dev/full: the records cannot be written (No space left on device)");
}

TEST_CASE("TensorFlow's own files", "[formats][tfrecord]")
{
    const auto data = std::filesystem::path(LAMINA_SHARED) / "reference/data";
    if (!std::filesystem::exists(data)) {
        std::cout << "skipped: there is no " << data.string() << '\n';
        return;
    }
    const auto records = all_of(data / "digits.tfrecord");
    CHECK(records.size() == npy::read(data / "digits-labels.npy").size());
    CHECK(file_of(records) == read_file(data / "digits.tfrecord"));
    CHECK(says(refusal_of([&] { all_of(data / "digits-bad-crc.tfrecord"); }),
               "digits-bad-crc.tfrecord: the record at byte 0 has a wrong checksum"));
    TFRecordReader truncated(data / "digits-truncated.tfrecord");
    std::size_t read = 0;
    CHECK(says(refusal_of([&] {
                   for (std::string record; truncated.next(record);) ++read;
               }),
               "digits-truncated.tfrecord: the record at byte 8313 is cut off; copy the file again"));
    CHECK(read == 17);
    CHECK(says(refusal_of([&] { all_of(data / "digits.tfrecord.gz"); }), "is compressed by gzip"));
    CHECK(says(refusal_of([&] { all_of(data / "digits.tfrecord.zlib"); }), "is compressed by zlib"));
}
