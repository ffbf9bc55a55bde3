// The front door and the lists are whole: what a user may write of layers, losses, metrics, optimizers, schedules and callbacks is included
// by lamina.hpp, or its header is named in README.md as one of a component, named in README.md or docs/extending.md, and shows an example
// (tests/house/examples.cpp compiles it). A header lamina/…/name_of_it.hpp that has a class NameOfIt, outside of the namespaces that users do
// not open, is such a thing. Arguments: the root of the repository.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <string>

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& file)
{
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Whether a place in a header is inside of a namespace that users do not open.
bool is_hidden(const std::string& text, std::size_t at)
{
    const auto count = [&](const std::string& word) {
        int times = 0;
        for (std::size_t from = text.find(word); from < at; from = text.find(word, from + 1)) ++times;
        return times;
    };
    return count("namespace internals {") > count("} // namespace internals") ||
           count("namespace protocols {") > count("} // namespace protocols");
}

/// The class whose name is that of the header, without regard to case and underscores; nothing where users do not open its namespace.
std::string public_class(const fs::path& header, const std::string& text)
{
    std::string wanted = header.stem().string();
    wanted.erase(std::remove(wanted.begin(), wanted.end(), '_'), wanted.end());
    static const std::regex declared(R"((?:struct|class|using) ([A-Z]\w*))");
    for (std::sregex_iterator at(text.begin(), text.end(), declared), end; at != end; ++at) {
        const std::string name = (*at)[1];
        if (!is_hidden(text, static_cast<std::size_t>(at->position())) &&
            std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                       [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }))
            return name;
    }
    return {};
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) return std::cerr << "usage: lists ROOT\n", 2;
    const fs::path root = argv[1], include = root / "include";
    const std::string front = text_of(include / "lamina/lamina.hpp");
    const std::string lists = text_of(root / "README.md") + text_of(root / "docs/extending.md");
    int found = 0, offenses = 0;
    for (const char* folder : {"layers", "models/composites", "training/losses", "training/metrics", "training/optimizers",
                               "training/schedules", "training/callbacks"})
        if (fs::exists(include / "lamina" / folder))
            for (const auto& entry : fs::recursive_directory_iterator(include / "lamina" / folder)) {
                if (entry.path().extension() != ".hpp") continue;
                const std::string text = text_of(entry.path()), name = public_class(entry.path(), text);
                if (name.empty()) continue;
                ++found;
                const std::string path = entry.path().lexically_relative(include).generic_string();
                const auto offense = [&](const std::string& what) {
                    std::cout << path << ": " << name << ' ' << what << '\n';
                    ++offenses;
                };
                if (front.find('<' + path + '>') == std::string::npos && lists.find('`' + path + '`') == std::string::npos)
                    offense("is not included by lamina.hpp");
                if (!std::regex_search(lists, std::regex("\\b" + name + "\\b")))
                    offense("is named neither in README.md nor in docs/extending.md");
                if (text.find("\n/// Example ") == std::string::npos) offense("shows no example: /// Example  code");
            }
    std::cout << found << " classes, " << offenses << " offenses\n";
    return found > 0 && offenses == 0 ? 0 : 1;
}
