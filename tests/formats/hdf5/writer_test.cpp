// HDF5: what is written is read again to the bit, by lamina and by h5dump; what a file cannot hold is refused.
#include <lamina/formats/hdf5/writer.hpp>

#include "files.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <class T> file_tensor array(const std::vector<T>& numbers, std::vector<std::size_t> shape, dtype type = dtype_of<T>)
{
    const auto owner = keep_bytes({reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)});
    return {"", type, std::move(shape), owner->text, owner};
}

/// A file with all that another one holds.
hdf5::Writer copy(const hdf5::File& file)
{
    hdf5::Writer to;
    for (const auto& object : file.objects) {
        if (object.is_dataset) to.dataset(object.path, file.tensor(object));
        else to.group(object.path);
        for (const auto& said : object.attributes) {
            if (object.stored.of == dtype::bfloat16 && said.name == "dtype") continue; // comes by itself
            if (!said.has_texts) to.numbers(object.path, said.name, said.numbers);
            else if (said.numbers.shape.empty()) to.text(object.path, said.name, said.texts[0]);
            else to.texts(object.path, said.name, {said.texts.begin(), said.texts.end()});
        }
    }
    return to;
}

bool has_h5dump() { return std::system("h5dump --version > /dev/null 2>&1") == 0; }

} // namespace

TEST_CASE("hdf5 writes what it reads", "[formats][hdf5]")
{
    std::size_t copied = 0;
    const auto same = [&](const std::filesystem::path& path) {
        INFO(path);
        const auto file = hdf5::parse(unpacked(path), "x.h5");
        const auto bytes = copy(file).bytes();
        CHECK(lines_of(hdf5::parse(bytes, "x.h5")) == lines_of(file));
        CHECK(copy(hdf5::parse(bytes, "x.h5")).bytes() == bytes);
        ++copied;
    };
    for (const auto* name : {"earliest.3.14.h5", "scalars.3.16.h5", "truth.3.16.h5", "chunks.3.16.h5.gz", "children.3.16.h5.gz",
                             "long_text.3.16.h5.gz", "big_endian.3.16.h5", "compact.3.16.h5"})
        same(small_files / name);
    if (std::filesystem::exists(LAMINA_SHARED))
        for (const auto& path : files_of(std::filesystem::path(LAMINA_SHARED) / "reference", ".h5")) same(path);
    CHECK(copied >= 8);
}

TEST_CASE("hdf5 writes numbers of every type", "[formats][hdf5]")
{
    hdf5::Writer writer;
    for (std::size_t i = 0; i < dtype_count; ++i) {
        const auto type = static_cast<dtype>(i);
        const std::string name(name_of(type));
        std::vector<unsigned char> bytes(6 * bytes_of(type), 1);
        writer.dataset("all/" + name, array(bytes, {3, 2}, type));
        writer.dataset("one/" + name, array(std::vector<unsigned char>(bytes_of(type), 1), {}, type));
        writer.dataset("none/" + name, array(std::vector<unsigned char>(), {2, 0}, type));
    }
    writer.numbers("all", "count", array(std::vector<std::int64_t>{13}, {}));
    writer.texts("", "nothing", {});
    const auto file = hdf5::parse(writer.bytes(), "x.h5");
    CHECK(file.objects.size() == 4 + 3 * dtype_count);
    for (const auto& object : file.objects) {
        if (!object.is_dataset) continue;
        const auto numbers = file.tensor(object);
        INFO(object.path);
        CHECK(name_of(numbers.type) == object.path.substr(object.path.find('/') + 1));
        CHECK(numbers.foreign.empty());
        CHECK(numbers.size() == (object.path[0] == 'a' ? 6u : object.path[0] == 'o' ? 1u : 0u));
        CHECK(numbers.bytes == std::string(numbers.bytes.size(), '\1'));
    }
    CHECK(file.find("all")->attribute("count")->numbers.as<int>() == std::vector{13});
    CHECK(file.find("")->attribute("nothing")->numbers.shape == std::vector<std::size_t>{0});
}

TEST_CASE("hdf5 writes groups of many and lists of many texts", "[formats][hdf5]")
{
    hdf5::Writer writer;
    std::vector<std::string> names;
    for (int i = 0; i < 3000; ++i) {
        names.push_back("layer" + std::to_string(i));
        writer.dataset("vars/" + std::to_string(i), array(std::vector{i}, {1}));
    }
    writer.texts("", "layer_names", names);
    writer.text("vars", "config", std::string(100000, 'c'));
    const auto file = hdf5::parse(writer.bytes(), "x.h5");
    CHECK(file.objects.size() == 3002);
    for (const int i : {0, 7, 256, 2999}) CHECK(file.tensor(*file.find("vars/" + std::to_string(i))).as<int>() == std::vector{i});
    const auto& read = file.find("")->attribute("layer_names")->texts;
    CHECK(std::vector<std::string>(read.begin(), read.end()) == names);
    CHECK(file.find("vars")->text("config")->size() == 100000);
}

TEST_CASE("hdf5 refuses what a file cannot hold", "[formats][hdf5]")
{
    hdf5::Writer writer;
    writer.dataset("a/b", array(std::vector{1.f}, {1}));
    writer.text("a", "name", "a");
    CHECK(says(refusal_of([&] { writer.dataset("a/b", array(std::vector{1.f}, {1})); }), "\"a/b\" is there already"));
    CHECK(says(refusal_of([&] { writer.dataset("a", array(std::vector{1.f}, {1})); }), "\"a\" is there already"));
    CHECK(says(refusal_of([&] { writer.group("a/b/c"); }), "cannot lie there"));
    CHECK(says(refusal_of([&] { writer.group("a//c"); }), "cannot lie there"));
    CHECK(says(refusal_of([&] { writer.text("a", "name", "b"); }), "says \"name\" twice"));
    CHECK(says(refusal_of([&] { writer.dataset("c", array(std::vector{1.f}, {2})); }), "give it those of its shape"));
    writer.texts("a", "many", std::vector<std::string>(4100, "x"));
    CHECK(says(refusal_of([&] { writer.bytes(); }), "at most 65000 can be said"));
}

TEST_CASE("h5dump reads what is written", "[formats][hdf5]")
{
    if (!has_h5dump()) {
        std::cout << "skipped: h5dump (Debian and Ubuntu: hdf5-tools) is not installed\n";
        return;
    }
    const Temporary folder("hdf5");
    for (const auto* name :
         {"earliest.3.14.h5", "chunks_of_many.3.16.h5.gz", "children.3.16.h5.gz", "truth.3.16.h5", "compact.3.14.h5"}) {
        const auto first = folder.write("first", unpacked(small_files / name)), second = folder.path / "second";
        copy(hdf5::read(first)).write(second);
        for (const auto& path : {first, second}) {
            const auto command = "h5dump " + path.string() + " | tail -n +2 > " + path.string() + ".txt";
            REQUIRE(std::system(command.c_str()) == 0);
        }
        const auto dump = unpacked(first.string() + ".txt");
        CHECK(dump.size() > 100);
        CHECK(unpacked(second.string() + ".txt") == dump);
    }
}
