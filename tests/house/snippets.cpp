// Every C++ snippet of the documentation stands, line for line, in a program that is compiled and run.
// Arguments: the root of the repository. In a .md file `<!-- examples/x.cpp -->` goes before the ```cpp that quotes from it.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace fs = std::filesystem;

int main(int argc, char** argv)
{
    if (argc != 2) return std::cerr << "usage: snippets ROOT\n", 2;
    const fs::path root = argv[1];
    int snippets = 0, offenses = 0;
    const auto check = [&](const fs::path& document) {
        std::ifstream in(document);
        std::string line, source, snippet;
        bool inside = false;
        for (int number = 1; std::getline(in, line); ++number) {
            if (!inside && line.starts_with("<!-- ") && line.ends_with(" -->")) source = line.substr(5, line.size() - 9);
            else if (!inside && line == "```cpp") {
                inside = true;
                snippet.clear();
            }
            else if (inside && line == "```") {
                inside = false;
                ++snippets;
                std::ifstream program(root / source);
                const std::string text{std::istreambuf_iterator<char>(program), {}};
                if (source.empty() || text.find(snippet) == std::string::npos) {
                    std::cout << document.filename().string() << ':' << number << ": the snippet that ends here is not in "
                              << (source.empty() ? "any named program" : source) << '\n';
                    ++offenses;
                }
                source.clear();
            }
            else if (inside) snippet += line + '\n';
        }
    };
    check(root / "README.md");
    if (fs::exists(root / "docs"))
        for (const auto& entry : fs::directory_iterator(root / "docs"))
            if (entry.path().extension() == ".md") check(entry.path());
    std::cout << snippets << " snippets read, " << offenses << " offenses\n";
    return snippets > 0 && offenses == 0 ? 0 : 1;
}
