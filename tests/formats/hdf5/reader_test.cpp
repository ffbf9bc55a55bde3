// HDF5: what two generations of h5py wrote, all files that Keras wrote, damage of every kind, memory.
#include <lamina/formats/hdf5/reader.hpp>

#include "files.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

using namespace lamina;
using namespace lamina::internals;

namespace {

std::string text_in(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Reads all that there is; gives what refused it.
std::string refused(const std::string& bytes)
{
    return refusal_of([&] {
        const auto file = hdf5::parse(bytes, "x.h5");
        for (const auto& object : file.objects)
            if (object.is_dataset) file.tensor(object);
    });
}

} // namespace

TEST_CASE("hdf5 reads what h5py wrote as Python reads it", "[formats][hdf5]")
{
    std::size_t read = 0;
    for (const auto& path : files_of(small_files, ".read")) {
        const auto whole = path.parent_path() / path.stem();
        const auto packed = whole.string() + ".h5.gz";
        const auto bytes = unpacked(std::filesystem::exists(packed) ? packed : whole.string() + ".h5");
        INFO(path);
        REQUIRE_FALSE(bytes.empty());
        std::string lines;
        const auto why = refusal_of([&] { lines = lines_of(hdf5::parse(bytes, "x.h5")); });
        CHECK((why.empty() ? lines : "refused " + why.substr(6) + "\n") == text_in(path));
        ++read;
    }
    CHECK(read >= 46);
}

TEST_CASE("hdf5 gives attributes and arrays", "[formats][hdf5]")
{
    const auto file = hdf5::read(small_files / "texts.3.16.h5");
    const auto* const root = file.find("");
    REQUIRE(root);
    CHECK(*root->text("long") == "für");
    CHECK(root->attribute("list")->texts == std::vector<std::string_view>{"conv2d/kernel:0", "", "x"});
    CHECK(root->attribute("fixed")->texts == std::vector<std::string_view>{"conv2d/kernel:0", "bias"});
    CHECK_FALSE(root->attribute("none at all"));
    CHECK_FALSE(file.find("nowhere"));
    CHECK(says(refusal_of([&] { file.tensor(*root); }), "\"\" is a group, a dataset was needed"));
    CHECK(says(refusal_of([&] { file.tensor(*file.find("names")).as<float>(); }), "names: holds texts, which is not read"));

    const auto numbers = hdf5::read(small_files / "big_endian.3.16.h5");
    CHECK(numbers.find("")->attribute("three")->numbers.as<int>() == std::vector{1, 2, 3});
    CHECK(numbers.tensor(*numbers.find("chunks")).as<int>() == std::vector{0, 1, 2, 3, 4, 5, 6});
    CHECK(numbers.tensors().tensors.size() == 7);
}

TEST_CASE("hdf5 reads every file of Keras", "[formats][hdf5]")
{
    const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";
    if (!std::filesystem::exists(reference)) return;
    std::size_t files = 0, arrays = 0;
    for (const auto& path : files_of(reference, ".h5")) {
        INFO(path);
        const auto file = hdf5::read(path);
        for (const auto& tensor : file.tensors().tensors) {
            CHECK(tensor.foreign.empty());
            CHECK(tensor.as<double>().size() == tensor.size());
            ++arrays;
        }
        ++files;
    }
    std::cout << files << " files with " << arrays << " arrays\n";
    CHECK(files >= 20);
}

TEST_CASE("hdf5 is opened in four times its size", "[formats][hdf5]")
{
    const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";
    if (!std::filesystem::exists(reference)) return;
    std::size_t largest = 0;
    long allowed = 16; // MiB
#if defined(LAMINA_TEST_SANITIZED)
    allowed += 256; // the sanitizer keeps what was given back
#endif
    const long before = peak_memory();
    for (const auto& path : files_of(reference, ".h5")) {
        largest = std::max<std::size_t>(largest, std::filesystem::file_size(path));
        CHECK(hdf5::read(path).objects.size() > 1);
    }
    CHECK(peak_memory() - before <= allowed + static_cast<long>(4 * largest >> 20));
}

TEST_CASE("hdf5 refuses what is damaged", "[formats][hdf5]")
{
    CHECK(refused("PK\3\4") == "x.h5: does not start with HDF5's signature, an HDF5 file (.h5) was needed; save it with Keras");
    CHECK(says(refused(""), "does not start with HDF5's signature"));
    const std::string whole = unpacked(small_files / "earliest.3.14.h5");
    CHECK(refused(whole).empty());
    CHECK(refused(whole.substr(0, 5000)) == "x.h5: has 5000 bytes of the 14224 that it was written with; copy it again");

    std::string far = whole; // the address of the root
    far[64 + 3] = 1;
    CHECK(says(refused(far), "of 14224 are referred to; the file is damaged or cut off, so copy it again"));

    // A sum is checked, also behind deflate and shuffle.
    std::string chunks = unpacked(small_files / "chunks.3.14.h5.gz");
    const auto file = hdf5::parse(chunks, "x.h5");
    const auto sums = file.tensor(*file.find("checked"));
    const auto row = std::string(sums.bytes.substr(0, 40)); // two rows are one chunk
    const auto at = chunks.find(row);
    REQUIRE(at != chunks.npos);
    chunks[at + 3] = static_cast<char>(chunks[at + 3] ^ 1);
    CHECK(says(refused(chunks), "has for \"checked\" a chunk with a wrong checksum"));
}

TEST_CASE("hdf5 survives bytes that are turned", "[formats][hdf5]")
{
    std::mt19937 random(7);
    std::size_t accepted = 0, tried = 0;
    for (const auto& path : files_of(small_files, ".h5")) {
        const std::string whole = unpacked(path);
        for (int i = 0; i < 60; ++i, ++tried) {
            std::string bytes = whole;
            for (int k = 0; k <= i % 3; ++k)
                bytes[random() % bytes.size()] = static_cast<char>(random() % 4 == 0 ? 0xFF : random());
            if (i % 10 == 0) bytes.resize(random() % bytes.size());
            const auto why = refused(bytes);
            accepted += why.empty() ? 1 : 0;
            if (!why.empty()) CHECK(why.starts_with("x.h5: "));
        }
    }
    CHECK(accepted < tried);
}
