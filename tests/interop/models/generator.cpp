// Writes the test of a model that Keras saved: generator OUTPUT NAME FOLDER
//
// The type is what keras::to_type prints of FOLDER/model.h5, and of model.keras where that is another. Each file of weights is loaded. A model
// that cannot be translated becomes a test that fails with the reason.
#include <lamina/formats/npy.hpp>
#include <lamina/interop/keras/to_type.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// The type of the model in a file, or a test that fails.
struct Type {
    std::string text, problem;
};

Type type_of(const fs::path& file)
{
    try {
        const std::string text = lamina::keras::to_type(file);
        const auto left = text.find("// What is left to do:");
        return {text, left == text.npos ? "" : text.substr(left)};
    }
    catch (const std::exception& why) {
        return {"", why.what()};
    }
}

/// ", 2, 4": the ranks of the inputs with their batch.
std::string ranks(const fs::path& folder)
{
    const auto rank = [](const fs::path& file) { return ", " + std::to_string(lamina::npy::read(file).shape.size()); };
    if (fs::exists(folder / "input.npy")) return rank(folder / "input.npy");
    std::string all;
    for (std::size_t i = 0; fs::exists(folder / ("input_" + std::to_string(i) + ".npy")); ++i)
        all += rank(folder / ("input_" + std::to_string(i) + ".npy"));
    return all;
}

std::string quoted(const std::string& text) { return "R\"model(" + text + ")model\""; }

std::string test_of(const std::string& name, const fs::path& folder)
{
    std::vector<std::string> types; // what is printed of model.keras is that of model.h5 most of the time
    std::string declared, calls;
    for (const char* file : {"model.h5", "model.keras", "model.weights.h5"}) {
        if (!fs::exists(folder / file)) continue;
        std::size_t place = 0;
        if (file != std::string("model.weights.h5")) { // which says no types
            const Type type = type_of(folder / file);
            if (!type.problem.empty()) {
                calls += "    FAIL(" + quoted(type.problem) + ");\n";
                continue;
            }
            while (place < types.size() && types[place] != type.text) ++place;
            if (place == types.size()) {
                types.push_back(type.text);
                declared += "namespace type_" + std::to_string(place) + " {\n" + type.text + "}\n\n";
            }
        }
        else if (types.empty()) continue;
        calls += "    models::check<type_" + std::to_string(place) + "::Model" + ranks(folder) + ">(" + quoted(folder.string()) +
                 ", \"" + file + "\");\n";
    }
    return "// " + name +
           ": written by tests/interop/models/generator.cpp.\n#include \"interop/models/model.hpp\"\n\nnamespace " +
           lamina::keras::detail::identifier("of_" + name) + " {\n\nusing namespace lamina;\n\n" + declared + "TEST_CASE(" +
           quoted(name) + ")\n{\n" + calls + "}\n\n}\n";
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4) return std::cerr << "usage: generator OUTPUT NAME FOLDER\n", 2;
    try {
        const std::string text = test_of(argv[2], argv[3]);
        std::ifstream in(argv[1], std::ios::binary);
        if (in && std::string(std::istreambuf_iterator<char>(in), {}) == text) return 0; // nothing is built again for it
        in.close();
        std::ofstream(argv[1], std::ios::binary) << text;
        return 0;
    }
    catch (const std::exception& why) {
        return std::cerr << argv[3] << ": " << why.what() << '\n', 1;
    }
}
