// Writes the tests of reference cases: generator SHARE INCLUDE OUTPUT FOLDER…
//
// Of each class of a folder every SHARE-th case gets a test. INCLUDE is where lamina's headers are. OUTPUT gets a file for each 20 cases of a
// class, and found.cmake, which count.cmake reads. What does not change is not written again, so that nothing is built again for it.
#include "cases/generator/translate.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text)
{
    std::ifstream in(file, std::ios::binary);
    if (in && std::string(std::istreambuf_iterator<char>(in), {}) == text) return;
    in.close();
    std::ofstream(file, std::ios::binary) << text;
}

/// set(name [==[one;two]==])
std::string list(const std::string& name, std::vector<std::string> items)
{
    std::string text;
    for (std::string& item : items) {
        std::replace(item.begin(), item.end(), ';', ',');
        text += (text.empty() ? "" : ";") + item;
    }
    return "set(" + name + " [==[" + text + "]==])\n";
}

} // namespace

int main(int count, char** given)
{
    if (count < 5) return std::cerr << "usage: generator SHARE INCLUDE OUTPUT FOLDER...\n", 2;
    const std::size_t share = std::strtoul(given[1], nullptr, 10);
    if (share == 0) return std::cerr << "generator: a share of " << given[1] << ", a whole number from 1 on was needed\n", 2;
    const fs::path output = given[3];
    const std::vector<fs::path> folders(given + 4, given + count);

    const auto all = cases::write_all(folders, given[2], share);
    fs::create_directories(output);
    for (const auto& [name, text] : all.files) write(output / name, text);
    write(output / "found.cmake", list("folders", {given + 4, given + count}) + "set(found " + std::to_string(all.found) +
                                      ")\nset(share " + std::to_string(share) + ")\nset(left_out " +
                                      std::to_string(all.left_out) + ")\n" + list("unborn", all.unborn) +
                                      list("refused", all.refused));
    std::cout << "of " << all.found << " cases " << all.tested << " have a test, " << all.left_out
              << " are left out by a share of " << share << ", " << all.unborn.size() << " are of no class yet, "
              << all.refused.size() << " cannot be tested\n";
    for (const std::string& refused : all.refused) std::cout << "  " << refused << '\n';
    return 0;
}
