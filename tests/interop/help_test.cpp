// What is said of a layer; the sentences are those of the docstrings.
#include "catch.hpp"

#include <lamina/interop/help.hpp>
#include <lamina/lamina.hpp>

#include <filesystem>
#include <fstream>

using namespace lamina;

namespace {

/// The first sentence of the docstring above the class, without its last letter; nothing where there is none.
std::string docstring(const std::vector<std::string>& lines, const std::string& kind)
{
    std::size_t at = 0;
    const auto declares = [&](const std::string& line) {
        for (const char* word : {"struct ", "using ", "class "}) {
            const auto found = line.find(word + kind);
            const auto end = found + std::string(word).size() + kind.size();
            if (found != line.npos && (end == line.size() || line[end] == ' ')) return true;
        }
        return false;
    };
    while (at < lines.size() && !declares(lines[at])) ++at;
    if (at == lines.size()) return "";
    while (at > 0 && !lines[at].starts_with("///")) --at;
    std::size_t first = at;
    while (first > 0 && lines[first - 1].starts_with("///")) --first;
    std::string text;
    for (; first <= at; ++first) text += lines[first].substr(std::min<std::size_t>(4, lines[first].size())) + ' ';
    for (std::size_t end = 0; end + 1 < text.size(); ++end)
        if ((text[end] == '.' || text[end] == ':') && text[end + 1] == ' ') return text.substr(0, end);
    return text;
}

} // namespace

TEST_CASE("Every layer of the library has a sentence, that of its docstring")
{
    namespace fs = std::filesystem;
    std::size_t found = 0;
    for (const char* folder : {"layers", "models/composites"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(LAMINA_TESTS) / "../include/lamina" / folder)) {
            if (entry.path().extension() != ".hpp") continue;
            std::ifstream in(entry.path());
            std::vector<std::string> lines;
            for (std::string line; std::getline(in, line);) lines.push_back(line);
            for (const std::string& line : lines) {
                const std::string mark = "static constexpr std::string_view kind = \"";
                const auto at = line.find(mark);
                if (at == line.npos) continue;
                const auto begin = at + mark.size();
                const std::string kind = line.substr(begin, line.find('"', begin) - begin);
                if (kind == "Residual" || kind == "Parallel" || kind == "Branch" || kind == "Sequential") continue; // hold layers
                INFO(entry.path().string() << ' ' << kind);
                CHECK(std::string(internals::description_of(kind)) == docstring(lines, kind));
                ++found;
            }
        }
    CHECK(found == std::size(internals::layer_descriptions));
}

TEST_CASE("Help says what a layer is, is set to and learns")
{
    CHECK(help<Dense<3, Relu>>() == "Dense: A fully connected layer of `Units` outputs.\n"
                                    "  options, in Keras's words:\n"
                                    "    units = 3\n"
                                    "    activation = relu (Keras's default: linear)\n"
                                    "    kernel_initializer = GlorotUniform\n"
                                    "    use_bias = true\n"
                                    "    bias_initializer = Zeros\n"
                                    "    kernel_regularizer = none\n"
                                    "    bias_regularizer = none\n"
                                    "    kernel_constraint = none\n"
                                    "    bias_constraint = none\n");
    const Sequential<Input<4>, BatchNormalization<>> model;
    const std::string text = help(layers(model)[0]);
    CHECK_THAT(text, Catch::Contains("  on [4] -> [4], 16 parameters\n"));
    CHECK_THAT(text, Catch::Contains("    0/moving_mean [4] float32 observed\n"));
    CHECK(help(model) == text);
    CHECK_THAT(help(Dense<2>::on<3>{}), Catch::Contains("    kernel [3, 2] float32\n"));
}
