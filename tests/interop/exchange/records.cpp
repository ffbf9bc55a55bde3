// TFRecord files of tf.Examples for TensorFlow, and those that TensorFlow wrote: exchange_records write|check FOLDER.
#include <lamina/core/folder.hpp>
#include <lamina/data/example.hpp>
#include <lamina/data/sources/tfrecord.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/formats/tfrecord_file.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace lamina;

namespace {

struct Thing {
    std::string name;
    std::int64_t number;
    std::array<float, 3> reals;
    std::vector<std::int32_t> list; ///< as many as the number modulo 5
    bool truth;
    std::array<std::uint8_t, 4> bytes;
    std::vector<std::string> words;

    bool operator==(const Thing&) const = default;
};

/// The same as in tools/exchange/ask_records.py.
Thing thing(std::int64_t i)
{
    const auto real = static_cast<float>(i) / 4;
    Thing made{"thing " + std::to_string(i),
               i * i - 1000,
               {real, -real, 0.5f},
               {},
               i % 3 == 0,
               {1, 0, 255, static_cast<std::uint8_t>(i)},
               {}};
    for (std::int64_t k = 0; k < i % 5; ++k) {
        made.list.push_back(static_cast<std::int32_t>(k - i));
        made.words.push_back(std::string(static_cast<std::size_t>(k), 'x'));
    }
    return made;
}

constexpr std::int64_t count = 300;
constexpr const char* names[] = {"plain", "packed.gz", "packed.zlib"};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) return std::cerr << "usage: exchange_records write|check FOLDER\n", 2;
    const std::filesystem::path folder = argv[2];
    std::size_t problems = 0;
    for (const char* name : names) {
        if (std::string_view(argv[1]) == "write") {
            internals::make_folder(folder);
            TFRecordFile file(folder / name);
            for (std::int64_t i = 0; i < count; ++i) file.write(to_example(thing(i)));
            file.commit();
            continue;
        }
        std::int64_t i = 0;
        auto things = (tfrecord(folder / "read" / name) | lamina::map(parse_example<Thing>)).open(Pass{});
        for (Thing found; things.next(found); ++i)
            if (!(found == thing(i))) {
                std::cout << name << ": what TensorFlow wrote as record " << i << " is read as another\n";
                ++problems;
            }
        problems += i != count;
    }
    if (problems == 0 && std::string_view(argv[1]) == "check")
        std::cout << "lamina reads " << count << " records of TensorFlow in three compressions\n";
    return problems == 0 ? 0 : 1;
}
