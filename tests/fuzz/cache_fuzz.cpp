// Any bytes as a file of kept elements, and as the bytes of one element: a clean error, or elements that are written again as they were read.
#include "fuzz.hpp"

#include <lamina/data/sources/range.hpp>
#include <lamina/data/stored_element.hpp>
#include <lamina/data/transforms/cache_file.hpp>
#include <lamina/data/transforms/map.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Element {
    std::string name;
    bool flag;
    std::array<float, 2> place;
    xt::xtensor<double, 2> table;
    std::vector<std::string> words;
    std::vector<std::int32_t> numbers;
    std::pair<std::int8_t, std::vector<std::tuple<std::string, float>>> nested;
};

/// A file of this process's own, in memory where the system has such a folder.
std::string own_file()
{
    const std::filesystem::path memory = "/dev/shm";
    const auto folder = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    return (folder / ("lamina-cache-fuzz-" + std::to_string(::getpid()))).string();
}

/// Reads an element, and its bytes again.
void once(std::string_view bytes)
{
    Element element{};
    StoredBytes from{bytes};
    restore_element(element, from);
    if (from.damaged) fail({"damaged"});
    std::string again, twice;
    store_element(again, element);
    require(again.size() + from.left.size() == bytes.size());
    Element copy{};
    StoredBytes of{again};
    restore_element(copy, of);
    require(!of.damaged && of.left.empty());
    store_element(twice, copy);
    require(twice == again);
}

} // namespace

void fuzz(std::string_view bytes)
{
    if (bytes.starts_with('e')) return once(bytes.substr(1));
    static const std::string file = own_file();
    std::ofstream(file, std::ios::binary) << bytes;
    struct Remove {
        ~Remove() { std::filesystem::remove(file); }
    } remove;
    const auto kept = range(0) | map([](std::int64_t) { return Element{}; }) | cache(file);
    auto cursor = kept.open(Pass{});
    std::size_t read = 0;
    for (Element element{}; cursor.next(element);) ++read;
    require(read <= bytes.size());
}
