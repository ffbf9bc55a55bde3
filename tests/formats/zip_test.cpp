// zip: both ways, each refusal, archives cut off and changed, and those of NumPy, Keras and PyTorch.
#include <lamina/formats/zip.hpp>
#include <lamina/formats/zip_writer.hpp>

#include <lamina/core/random.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <cstddef>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

using namespace lamina;
using namespace lamina::internals;

namespace {

std::string archive_of(std::initializer_list<std::pair<const char*, std::string>> entries, zipped::WriteOptions how = {})
{
    zipped::Writer writer("a.zip", how);
    for (const auto& [name, bytes] : entries) writer.add(name, bytes);
    return writer.bytes();
}

std::string refused(const std::string& bytes)
{
    return refusal_of([&] {
        const zipped::Archive archive(bytes, "a.zip");
        for (const auto& one : archive.entries()) archive.read(one);
    });
}

/// Where the n-th place of `mark` is.
std::size_t place_of(const std::string& bytes, std::string_view mark, int n = 0)
{
    std::size_t at = bytes.find(mark);
    for (; n > 0; --n) at = bytes.find(mark, at + 1);
    return at;
}
constexpr std::string_view listed = "PK\1\2", here = "PK\3\4", end_of_list = "PK\5\6";

std::string changed(std::string bytes, std::size_t at, std::string_view to) { return bytes.replace(at, to.size(), to); }

const std::string zeros(100'000, '\0');

} // namespace

TEST_CASE("zip: what is written is read", "[formats][zip]")
{
    for (const bool compressed : {false, true}) {
        const auto bytes = archive_of({{"a", "first"}, {"folder/b", ""}, {"c", zeros}, {"\xc3\xa4", "named in UTF-8"}},
                                      {.compressed = compressed});
        CHECK((bytes.size() < 1200) == compressed);
        const zipped::Archive archive(bytes, "a.zip");
        REQUIRE(archive.entries().size() == 4);
        CHECK(archive.read(*archive.find("a")) == "first");
        CHECK(archive.read(*archive.find("folder/b")).empty());
        CHECK(archive.read(*archive.find("c")) == zeros);
        CHECK(archive.read(*archive.find("\xc3\xa4")) == "named in UTF-8");
        CHECK(archive.find("b") == nullptr);
        CHECK(bytes == archive_of({{"a", "first"}, {"folder/b", ""}, {"c", zeros}, {"\xc3\xa4", "named in UTF-8"}},
                                  {.compressed = compressed}));
    }
    CHECK(zipped::Archive(archive_of({}), "a.zip").entries().empty());
    const auto aligned = archive_of({{"a", "first"}, {"folder/b", "second"}, {"c", "third"}}, {.alignment = 64});
    for (const auto* word : {"first", "second", "third"}) CHECK(aligned.find(word) % 64 == 0);

    const Temporary folder("zip");
    zipped::Writer writer(folder.path / "a.zip");
    writer.add("a", "first");
    writer.write();
    const zipped::Archive archive(folder.path / "a.zip");
    CHECK(archive.read(*archive.find("a")) == "first");
    CHECK(says(refusal_of([&] { zipped::Archive(folder.path / "b.zip"); }), "b.zip: cannot be opened"));
    CHECK(says(refusal_of([&] { archive_of({{"a", ""}, {"a", ""}}); }),
               "a.zip: two entries would have the name \"a\"; rename one"));
    CHECK(says(refusal_of([&] { archive_of({{"", ""}}); }), "no proper name"));
    CHECK(says(refusal_of([&] { archive_of({{"\xff\xfe", ""}}); }), "cannot be made"));
}

TEST_CASE("zip: comments and folders are no trouble", "[formats][zip]")
{
    auto bytes = archive_of({{"a", "first"}, {"b", "second"}});
    const auto folder = changed(changed(archive_of({{"a", "first"}, {"b", ""}}), place_of(bytes, "b"), "/"),
                                place_of(archive_of({{"a", "first"}, {"b", ""}}), listed, 1) + 46, "/");
    const zipped::Archive with_folder(folder, "a.zip");
    CHECK(with_folder.entries().size() == 1);
    CHECK(with_folder.read(with_folder.entries()[0]) == "first");

    bytes[bytes.size() - 2] = 5;
    bytes += "hello";
    const zipped::Archive archive(bytes, "a.zip");
    CHECK(archive.read(*archive.find("b")) == "second");
}

TEST_CASE("zip: what is refused", "[formats][zip]")
{
    const auto bytes = archive_of({{"a", "first"}, {"b", "second"}}), packed = archive_of({{"a", zeros}}, {.compressed = true});
    const std::size_t second = place_of(bytes, here, 1), a = place_of(bytes, listed), b = place_of(bytes, listed, 1);
    const std::size_t end = place_of(bytes, end_of_list), only = place_of(packed, listed);
    using namespace std::string_view_literals;

    CHECK(says(refused("nothing"), "a.zip: does not start as a zip archive"));
    CHECK(says(refused("PK"), "has no directory at its end; it is damaged or cut off"));
    CHECK(says(refused(changed(changed(bytes, second + 30, "a"), b + 46, "a")), "has two entries named \"a\""));
    CHECK(says(refused(changed(changed(bytes, b + 42, "\0"sv), b + 46, "c")), "overlaps with another entry"));
    CHECK(says(refused(changed(bytes, b + 46, "c")), "\"c\" has another name where it lies"));
    CHECK(says(refused(changed(bytes, b + 42, "\1"sv)), "is not where the directory says"));
    CHECK(says(refused(changed(bytes, b + 8, "\1"sv)), "\"b\" is encrypted; save it without a password"));
    CHECK(says(refused(changed(bytes, b + 10, "\x0e"sv)), "\"b\" is packed by method 14, stored or deflated was needed"));
    CHECK(says(refused(changed(bytes, b + 24, "\7"sv)), "\"b\" is stored and has two sizes, 6 and 7"));
    CHECK(says(refused(changed(bytes, b + 46, "\0"sv)), "has an entry without a proper name"));
    CHECK(says(refused(changed(changed(bytes, b + 20, "\x7f"sv), b + 24, "\x7f"sv)), "\"b\" reaches into the directory"));
    CHECK(says(refused(changed(bytes, end + 10, "\3\0"sv)), "is one part of an archive in several"));
    CHECK(says(refused(changed(bytes, end + 8, "\1\0\1\0"sv)), "has more in its directory than it says"));
    CHECK(says(refused(changed(bytes, end + 8, "\x77\0\x77\0"sv)), "claims more entries than its directory holds"));
    CHECK(says(refused(changed(bytes, a + 42, "\xff\xff\0"sv)), "byte 65535 of "));
    CHECK(says(refused(changed(packed, only + 24, "\xff\xff\xff\x7f"sv)),
               "\"a\" unpacks to 2147483647 bytes, more than deflate can make of its "));

    // What libzip sees: another checksum, another size.
    CHECK(says(refused(changed(bytes, place_of(bytes, "second"), "s3")), "\"b\" cannot be unpacked (CRC error)"));
    CHECK(says(refused(changed(packed, place_of(packed, here) + 40, "\x55")), "\"a\" cannot be unpacked"));
    for (const auto* size : {"\xa1\x86\1", "\x9f\x86\1"}) // one more and one less than 100,000
        CHECK(!refused(changed(changed(packed, only + 24, std::string_view(size, 3)), place_of(packed, here) + 22,
                               std::string_view(size, 3)))
                   .empty());
}

TEST_CASE("zip: a size of more than 4 GB", "[formats][zip]")
{
    using namespace std::string_view_literals;
    const std::string name = "model.weights.h5";
    std::string bytes("PK\3\4\x2d\0\0\0\x08\0\0\0\x21\0\0\0\0\0\xf4\1\0\0\xff\xff\xff\xff\x10\0\0\0"sv);
    bytes += name + std::string(500, 'x');
    const std::size_t list = bytes.size();
    bytes += "PK\1\2\x2d\0\x2d\0\0\0\x08\0\0\0\x21\0\0\0\0\0\xf4\1\0\0\xff\xff\xff\xff\x10\0\x0c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv;
    bytes += name;
    bytes += "\1\0\x08\0\0\x1a\x71\x18\2\0\0\0"sv; // zip64: 9,000,000,000 bytes
    const std::size_t size = bytes.size() - list;
    bytes += "PK\5\6\0\0\0\0\1\0\1\0"sv;
    for (const std::size_t number : {size, list})
        for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(number >> shift & 255);
    bytes += "\0\0"sv;
    CHECK(refusal_of([&] { zipped::Archive(bytes, "model.keras"); }) ==
          "model.keras: \"model.weights.h5\" unpacks to 9000000000 bytes, more than deflate can make of its 500; it is no model");
    bytes[list + size - 10] = 4; // the field holds half a number
    CHECK(says(refusal_of([&] { zipped::Archive(bytes, "model.keras"); }), "\"model.weights.h5\" has damaged sizes"));
}

TEST_CASE("zip: a size that is claimed takes no memory", "[formats][zip]")
{
    // The largest size that deflate could make of 100,000 random bytes.
    Random random(Seed{1});
    std::string noise;
    for (int i = 0; i < 100'000; ++i) noise += static_cast<char>(random.bits());
    auto bytes = archive_of({{"a", noise}}, {.compressed = true});
    const std::size_t at = place_of(bytes, listed);
    if (bytes[at + 10] == 8) {
        for (const std::size_t size : {at + 24, place_of(bytes, here) + 22})
            bytes.replace(size, 4, std::string_view("\0\0\0\6", 4));
        const long before = peak_memory();
        CHECK(!refused(bytes).empty());
        CHECK(peak_memory() < before + 64);
    }
}

TEST_CASE("zip survives any change to an archive", "[formats][zip]")
{
    const std::string seeds[] = {archive_of({{"a", "first"}, {"b", "second"}}), archive_of({{"a", zeros}}, {.compressed = true}),
                                 archive_of({{"a", "first"}}, {.alignment = 64})};
    for (const auto& seed : seeds)
        for (std::size_t n = 0; n < seed.size(); ++n) CHECK(!refused(seed.substr(0, n)).empty());
    Random random(Seed{7});
    int read = 0, refusals = 0;
    for (int i = 0; i < (sanitized ? 2000 : 20'000); ++i) {
        std::string bytes = seeds[random.below(3)];
        for (auto changes = 1 + random.below(3); changes > 0; --changes)
            bytes[random.below(bytes.size())] = static_cast<char>(random.bits());
        if (refused(bytes).empty()) ++read;
        else ++refusals;
    }
    CHECK(read > 100);
    CHECK(refusals > 1000);
}

TEST_CASE("zip reads what NumPy, Keras and PyTorch wrote", "[formats][zip]")
{
    const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";
    if (!std::filesystem::exists(reference)) {
        std::cout << "skipped: there is no " << reference.string() << '\n';
        return;
    }
    std::size_t files = 0;
    for (const auto& found : std::filesystem::recursive_directory_iterator(reference)) {
        const auto kind = found.path().extension();
        if (kind != ".npz" && kind != ".keras" && (kind != ".pt" || found.path().stem() == "lenet5-legacy")) continue;
        const zipped::Archive archive(found.path());
        for (const auto& one : archive.entries())
            if (archive.read(one).size() != one.size) FAIL(found.path());
        ++files;
    }
    CHECK(files > 10);
}
