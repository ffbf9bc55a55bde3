// idx: plain and gzip, every refusal, claims beyond the file, mutated files.
#include <lamina/formats/idx.hpp>

#include <lamina/core/random.hpp>

#include "catch.hpp"
#include "data/idx_files.hpp"

#include <numeric>
#include <string>

using namespace lamina;
using namespace lamina::internals;

namespace {

const std::string six = idx_header({2, 3}) + "abcdef";

} // namespace

TEST_CASE("idx reads plain and gzip files whatever they are called", "[data][idx]")
{
    const Temporary folder("idx");
    for (const auto& path : {folder.write("plain", six), folder.write("plain.gz", six),
                             folder.write("packed.gz", gzip(folder, six)), folder.write("packed2", gzip(folder, six))}) {
        const auto array = idx::read(path, 2);
        CHECK(array.has_shape({2, 3}));
        CHECK(array.type == dtype::uint8);
        CHECK(array.bytes == "abcdef");
    }

    const auto empty = idx::read(folder.write("empty", idx_header({0, 28, 28})), 3);
    CHECK(empty.has_shape({0, 28, 28}));
    CHECK(empty.bytes.empty());

    // More than one block of reading, with an odd rest.
    std::string long_bytes(2'500'001, '\0');
    std::iota(long_bytes.begin(), long_bytes.end(), '\0');
    for (const auto& content : {idx_header({2'500'001}) + long_bytes, gzip(folder, idx_header({2'500'001}) + long_bytes)}) {
        const auto array = idx::read(folder.write("long", content), 1);
        CHECK(array.bytes == long_bytes);
    }
}

TEST_CASE("idx says in a sentence what is wrong with a file", "[data][idx]")
{
    const Temporary folder("idx-wrong");
    const auto refused = [&](const std::string& content) {
        return refusal_of([&] { idx::read(folder.write("file", content), 2); });
    };
    const std::string name = (folder.path / "file").string();
    REQUIRE(refused(six).empty());

    CHECK(says(refusal_of([&] { idx::read(folder.path / "none", 2); }), "none: cannot be opened (No such file"));
    CHECK(says(refusal_of([&] { idx::read(folder.path, 2); }), "is a folder, an idx file was needed"));
    CHECK(refused("") == name + ": does not start with an idx header; is it another file?");
    CHECK(says(refused("PK\3\4"), "does not start with an idx header"));
    CHECK(says(refused(std::string("\0\0\x8", 3)), "does not start with an idx header"));
    CHECK(refused(idx_header({2, 3}, 0xd) + "abcdef") ==
          name + ": holds idx elements of type 13, unsigned bytes (type 8) were needed");
    CHECK(refused(idx_header({6}) + "abcdef") == name + ": has 1 dimensions, 2 were needed; are images and labels swapped?");
    CHECK(refused(six.substr(0, 11)) == name + ": ends within its header; copy the file again");
    CHECK(refused(six.substr(0, 17)) == name + ": the header claims [2, 3] elements, the file holds 5; copy the file again");
    CHECK(refused(six + "g") == name + ": goes on after the [2, 3] elements that its header claims; copy the file again");

    const std::string packed = gzip(folder, six);
    for (std::size_t length = 2; length < packed.size(); ++length)
        CHECK(says(refused(packed.substr(0, length)), "the gzip data ends in the middle"));
    std::string wrong_sum = packed, wrong_data = packed;
    wrong_sum[packed.size() - 6] ^= 1;
    wrong_data[12] ^= 127;
    CHECK(says(refused(wrong_sum), "file: the gzip data is damaged; copy the file again"));
    CHECK(says(refused(wrong_data), "file: the gzip data is damaged"));
    CHECK(says(refused(gzip(folder, six.substr(0, 17))), "the file holds 5"));
    CHECK(says(refused(gzip(folder, six + "g")), "goes on after the [2, 3]"));
}

TEST_CASE("idx does not allocate what a header claims", "[data][idx]")
{
    const Temporary folder("idx-claims");
    const long before = peak_memory();
    for (const std::uint32_t extent : {65536u, 4294967295u}) {
        const std::string content = idx_header({32768, extent}) + "few";
        CHECK(says(refusal_of([&] { idx::read(folder.write("plain", content), 2); }), "the file holds 3"));
        CHECK(says(refusal_of([&] { idx::read(folder.write("packed", gzip(folder, content)), 2); }), "the file holds 3"));
    }
    const std::string overflow = idx_header({4294967295, 4294967295, 4294967295}) + "few";
    CHECK(says(refusal_of([&] { idx::read(folder.write("overflow", overflow), 3); }), "more than any file holds"));
    CHECK(peak_memory() < before + 256);
}

TEST_CASE("idx survives any change to a file", "[data][idx]")
{
    const Temporary folder("idx-fuzz");
    const std::string seeds[] = {six, gzip(folder, six), gzip(folder, idx_header({16, 16}) + std::string(256, 'x'))};
    Random random(Seed{11});
    int read = 0, refusals = 0;
    for (int i = 0; i < 4000; ++i) {
        std::string bytes = seeds[random.below(3)];
        for (auto changes = 1 + random.below(3); changes > 0; --changes) {
            const auto at = random.below(bytes.size()), kind = random.below(8);
            if (kind == 0) bytes.resize(at + 1);
            else if (kind == 1) bytes.insert(at, 1 + random.below(5), static_cast<char>(random.bits()));
            else bytes[at] = static_cast<char>(random.bits());
        }
        const auto path = folder.write("mutated", bytes);
        if (refusal_of([&] { idx::read(path, 2); }).empty()) ++read;
        else ++refusals;
    }
    CHECK(read > 200);
    CHECK(refusals > 2000);
}
