// Any bytes as a file of PyTorch, or, as checksums guard what is in an archive, as the pickle and the storages of one: a clean error, or
// arrays whose bytes are those of their shapes.
#include "fuzz.hpp"

#include <lamina/formats/zip_writer.hpp>
#include <lamina/interop/pytorch/describe.hpp>
#include <lamina/interop/pytorch/file.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// An archive of a pickle and the storages that follow it, with marks between. Behind the letter that chooses it.
std::string archive_of(std::string_view text)
{
    constexpr std::string_view mark = "\xff\xfe\xfd";
    zipped::Writer archive("file");
    for (int part = -1; !text.empty() && part < 100; ++part) {
        const std::string content(text.substr(0, text.find(mark)));
        text.remove_prefix(std::min(text.size(), content.size() + mark.size()));
        archive.add(part < 0 ? "a/data.pkl" : text_of({"a/data/", part}), content);
    }
    return archive.bytes();
}

} // namespace

void fuzz(std::string_view bytes)
{
    const bool parts = bytes.starts_with('+');
    const std::string content = parts ? archive_of(bytes.substr(1)) : std::string(bytes);
    pytorch::File file(content, "file", {.keep_unknown = bytes.size() % 2 == 0});
    std::size_t own = 0;
    for (const file_tensor& array : file.tensors(file.values().top())) {
        if (!array.foreign.empty()) continue;
        std::size_t size = 1;
        for (const std::size_t extent : array.shape) size *= extent; // wraps only where an extent is zero, and then to zero
        require(array.bytes.size() == size * bytes_of(array.type) && array.as<double>().size() == size);
        own += array.bytes.size();
    }
    require(own <= (64 * content.size() + 4096) * file.values().all.size());
    for (const auto& key : file.keys(file.values().top())) file.part(key);
    pytorch::detail::Description description(file);
    description.add_file();
    require(!description.text.empty());
    file.model_part("");
}
