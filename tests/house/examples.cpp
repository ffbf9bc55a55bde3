// Writes a program of the examples in docstrings: each line "/// Example  code" of a header becomes a function, so that what a docstring
// shows compiles. Arguments: the folder of headers, and those in it to leave out, as what they need is not here.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

int main(int argc, char** argv)
{
    if (argc < 2) return std::cerr << "usage: examples INCLUDE [HEADER...]\n", 2;
    const std::vector<std::string> left_out(argv + 2, argv + argc);
    std::vector<fs::path> headers;
    for (const auto& entry : fs::recursive_directory_iterator(argv[1]))
        if (entry.path().extension() == ".hpp" &&
            std::find(left_out.begin(), left_out.end(), entry.path().lexically_relative(argv[1]).generic_string()) ==
                left_out.end())
            headers.push_back(entry.path());
    std::sort(headers.begin(), headers.end());

    const std::string mark = "/// Example ";
    std::ostringstream functions;
    std::cout << "#include <lamina/lamina.hpp>\n";
    int number = 0;
    for (const auto& header : headers) {
        std::ifstream in(header);
        const int before = number;
        std::string line;
        for (int at = 1; std::getline(in, line); ++at)
            if (line.starts_with(mark))
                functions << "void example_" << number++ << "()\n{\n#line " << at << " \"" << header.generic_string()
                          << "\"\n    " << line.substr(mark.size()) << "\n}\n";
        if (number > before) std::cout << "#include <" << header.lexically_relative(argv[1]).generic_string() << ">\n";
    }
    std::cout << "using namespace lamina;\n" << functions.str();
    return number > 0 ? 0 : 1;
}
