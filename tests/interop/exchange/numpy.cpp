// Files for NumPy, and files of it: numpy write FOLDER, numpy check FOLDER. tools/exchange/ask_numpy.py runs in between.
#include <lamina/numpy.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace lamina;

namespace {

/// 0, 1, 2, 0, 1, … of a type, under its name.
template <class T> protocols::NamedArray numbers()
{
    xt::xtensor<T, 3> made(std::array<std::size_t, 3>{2, 3, 4});
    std::size_t i = 0;
    for (T& number : made) number = static_cast<T>(i++ % 3);
    return {std::string(internals::name_of(stored_types::dtype_of<T>)), made};
}

void write(const std::string& folder)
{
    std::filesystem::create_directories(folder + "/read");
    const protocols::file_tensor half{"", dtype::float16, {3}, {"\0\0\0\x3c\0\x40", 6}, {}};
    const protocols::NamedArrays all{numbers<float>(),
                                     numbers<double>(),
                                     numbers<std::int8_t>(),
                                     numbers<std::uint8_t>(),
                                     numbers<std::int16_t>(),
                                     numbers<std::uint16_t>(),
                                     numbers<std::int32_t>(),
                                     numbers<std::uint32_t>(),
                                     numbers<std::int64_t>(),
                                     numbers<std::uint64_t>(),
                                     numbers<bool>(),
                                     {"float16", half},
                                     {"single", 2.5},
                                     {"list", std::vector<int>{0, 1, 2}},
                                     {"empty", xt::xtensor<float, 2>(std::array<std::size_t, 2>{0, 3})}};
    for (const auto& [name, array] : all) npy::write(folder + '/' + name + ".npy", array);
    npz::write(folder + "/stored.npz", all);
    npz::write(folder + "/compressed.npz", all, {.compressed = true});
}

/// Each line that NumPy wrote: a file, perhaps a name in it, the type, the sum of i · number i, the shape.
int check(const std::string& folder)
{
    std::ifstream lines(folder + "/read/expected");
    int wrong = 0, count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        std::istringstream words(line);
        std::string file, name, type;
        double expected = 0, sum = 0, i = 0;
        words >> file >> name >> type >> expected;
        std::vector<std::size_t> shape;
        for (std::size_t extent; words >> extent;) shape.push_back(extent);
        const std::string path = folder + "/read/" + file;
        const auto array = name == "-" ? npy::read(path) : npz::read(path)[name];
        for (const double number : array.as<double>()) sum += number * ++i;
        if (array.type_name() == type && array.shape == shape && sum == expected) continue;
        std::cout << line << ": read as " << internals::text_of({array}) << ", " << sum << '\n';
        ++wrong;
    }
    std::cout << "numpy: " << count << " arrays read, " << wrong << " wrong\n";
    return wrong > 0 || count == 0;
}

} // namespace

int main(int count, char** given)
{
    if (count != 3) return std::cerr << "usage: numpy write|check FOLDER\n", 2;
    if (std::string_view(given[1]) == "check") return check(given[2]);
    write(given[2]);
    return 0;
}
