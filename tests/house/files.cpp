// The house rules for files: at most 400 lines, a first line that says what the file is, nothing left to do.
// Arguments: the root of the repository. Prints each offense and how much was read.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <set>
#include <string>

namespace fs = std::filesystem;

int main(int argc, char** argv)
{
    if (argc != 2) return std::cerr << "usage: files ROOT\n", 2;
    const fs::path root = argv[1];
    const std::set<std::string> code{".hpp", ".cpp", ".cmake", ".txt", ".py", ""};
    const std::string left_over_word = std::string("TO") + "DO"; // in two parts, as this file is read too
    constexpr int longest = 400;

    int read = 0, offenses = 0;
    const auto offense = [&](const std::string& where, const std::string& what) {
        std::cout << where << ": " << what << '\n';
        ++offenses;
    };
    for (const char* folder : {"include", "tests", "examples", "bench", "tools", "conan"}) {
        if (!fs::exists(root / folder)) continue;
        auto files = fs::recursive_directory_iterator(root / folder);
        for (const auto& entry : files) {
            const auto name = entry.path().lexically_relative(root).generic_string();
            if (entry.path().filename() == "build" || name == "tests/house/broken" || name == "tests/fuzz/corpus")
                files.disable_recursion_pending();
            if (!entry.is_regular_file() || !code.contains(entry.path().extension().string())) continue;
            std::ifstream in(entry.path());
            std::string line, first;
            int lines = 0;
            while (std::getline(in, line)) {
                ++lines;
                if (first.empty() && !line.starts_with("#!")) first = line;
                if (line.find(left_over_word) != std::string::npos)
                    offense(name + ":" + std::to_string(lines), "holds a " + left_over_word);
            }
            ++read;
            const auto header = name.starts_with("include/") ? "// " + name.substr(8) + ": " : std::string();
            if (lines > longest) offense(name, "has " + std::to_string(lines) + " lines, more than " + std::to_string(longest));
            if (!header.empty() && !first.starts_with(header))
                offense(name + ":1", "should begin with \"" + header + "\" and say what it is");
            if (header.empty() && !first.starts_with("//") && !first.starts_with('#') && !first.starts_with("\"\"\""))
                offense(name + ":1", "should begin with a comment that says what it is");
        }
    }
    std::cout << read << " files read, " << offenses << " offenses\n";
    return read > 0 && offenses == 0 ? 0 : 1;
}
