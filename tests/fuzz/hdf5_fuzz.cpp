// Any bytes as an HDF5 file: a clean error, or groups, datasets and attributes whose bytes are those of their shapes; what is whole is written again.
#include "fuzz.hpp"

#include <lamina/formats/hdf5/reader.hpp>
#include <lamina/formats/hdf5/writer.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

void check(const file_tensor& numbers)
{
    if (!numbers.foreign.empty()) return;
    std::size_t size = 1;
    for (const std::size_t extent : numbers.shape) size *= extent; // wraps only where an extent is zero, and then to zero
    require(numbers.bytes.size() == size * bytes_of(numbers.type));
    require(numbers.as<double>().size() == size);
}

} // namespace

void fuzz(std::string_view bytes)
{
    const auto file = hdf5::parse(std::string(bytes), "file");
    std::size_t attributes = 0;
    for (const auto& object : file.objects)
        for (const auto& said : object.attributes) {
            check(said.numbers);
            for (const auto text : said.texts) require(text.size() <= bytes.size());
            ++attributes;
        }
    require(attributes <= bytes.size());
    std::string last;
    for (const auto& object : file.objects) {
        if (!object.is_dataset) continue;
        try {
            check(file.tensor(object));
        }
        catch (const lamina::error& problem) {
            last = problem.what();
        }
    }
    if (!last.empty()) throw lamina::error(last);

    hdf5::Writer writer;
    for (const auto& object : file.objects) {
        if (object.is_dataset && !object.stored.foreign.empty()) continue;
        if (!object.is_dataset) writer.group(object.path);
        else if (file.find(object.path) == &object) writer.dataset(object.path, file.tensor(object));
    }
    const auto again = hdf5::parse(writer.bytes(), "file");
    for (const auto& object : again.objects)
        if (object.is_dataset) {
            const auto* const first = file.find(object.path);
            require(first && file.tensor(*first).bytes == again.tensor(object).bytes && first->shape == object.shape);
        }
}
