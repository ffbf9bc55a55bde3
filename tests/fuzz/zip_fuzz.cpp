// Any bytes as a zip archive: a clean error, or entries of the sizes that the directory says, which come back from an archive made of them.
#include "fuzz.hpp"

#include <lamina/formats/zip.hpp>
#include <lamina/formats/zip_writer.hpp>

using namespace lamina;

void fuzz(std::string_view bytes)
{
    const zipped::Archive archive(std::string(bytes), "file");
    zipped::Writer again("again", {.compressed = bytes.size() % 2 == 0, .alignment = bytes.size() % 3 == 0 ? 64u : 1u});
    std::size_t stored = 0;
    for (const auto& one : archive.entries()) {
        const std::string content = archive.read(one);
        require(content.size() == one.size && !one.name.empty() && archive.find(one.name) == &one);
        again.add(one.name, content);
        stored += one.stored;
    }
    require(stored <= bytes.size());

    const zipped::Archive copy(again.bytes(), "again"); // refused where a name is not UTF-8
    require(copy.entries().size() == archive.entries().size());
    for (const auto& one : archive.entries()) require(copy.read(*copy.find(one.name)) == archive.read(one));
}
