// The include DAG: reads every #include under include/lamina and names each line that breaks the law below.
// Arguments: the folder that holds lamina/. Prints what it read, so that reading nothing is seen (and fails).
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

/// Folder -> the folders it may include, besides itself. A new folder starts with a line here.
const std::map<std::string, Names> law{
    {"core", {}},
    {"kernels", {"core"}},
    {"formats", {"core"}},
    {"draw", {"core"}},
    {"blocks", {"kernels", "core"}},
    {"layers", {"blocks", "kernels", "core"}},
    {"trace", {"blocks", "kernels", "core"}},
    {"ops", {"trace", "blocks", "kernels", "core"}},
    {"models", {"layers", "ops", "trace", "blocks", "kernels", "core"}},
    {"training", {"models", "formats", "layers", "ops", "trace", "blocks", "kernels", "core"}},
    {"autodiff", {"training", "models", "layers", "ops", "trace", "blocks", "kernels", "core"}},
    {"graph", {"autodiff", "training", "models", "formats", "draw", "layers", "ops", "trace", "blocks", "kernels", "core"}},
    {"lite", {"training", "models", "formats", "draw", "layers", "ops", "trace", "blocks", "kernels", "core"}},
    {"data", {"formats", "draw", "core"}},
    {"interop",
     {"", "graph", "training", "models", "formats", "draw", "layers", "ops", "trace", "blocks", "kernels",
      "core"}}, // "": the front door
};

/// All that kernels may know of core.
const Names kernels_may_use{"lamina/core/architecture.hpp", "lamina/core/chunks.hpp",      "lamina/core/dot.hpp",
                            "lamina/core/extent.hpp",       "lamina/core/thread_pool.hpp", "lamina/core/partial.hpp",
                            "lamina/core/shuffle.hpp",      "lamina/core/simd.hpp",        "lamina/core/simd_bits.hpp"};

/// The one file that may name a library, or how the names of those begin that may, by the start of the include.
const std::map<std::string, std::string> one_door{
    {"xsimd/", "lamina/core/simd.hpp"}, {"xtensor/", "lamina/core/tensor.hpp"}, {"flatbuffers/", "lamina/lite/format/flat"}};

/// Headers of the system and of the instruction sets, which cost no dependency.
const std::regex of_the_system(R"((sys/.*|unistd|fcntl|io|windows|signal|pthread|sched|immintrin|arm_neon)\.h|[a-z_0-9]+)");

struct Include {
    std::string name, where;
};

std::map<std::string, std::vector<Include>> files;
int offenses = 0;

void offense(const Include& include, const std::string& reason)
{
    std::cout << include.where << ": #include <" << include.name << ">: " << reason << '\n';
    ++offenses;
}

void read(const fs::path& path, const std::string& name)
{
    static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
    std::ifstream in(path);
    std::string line;
    std::smatch match;
    auto& includes = files[name];
    for (int number = 1; std::getline(in, line); ++number) {
        if (!std::regex_match(line, match, pattern)) continue;
        if (match[2].str().find(" needs ") != std::string::npos) continue; // a sentence, see lamina/core/language.hpp
        includes.push_back({match[2], name + ":" + std::to_string(number)});
        if (match[1] == "\"") offense(includes.back(), "write it with angle brackets, from lamina/ on");
    }
}

/// "core" for lamina/core/shape.hpp, nothing for lamina/lamina.hpp.
std::string folder_of(const std::string& name)
{
    const auto first = name.find('/'), second = name.find('/', first + 1);
    return second == std::string::npos ? "" : name.substr(first + 1, second - first - 1);
}

void check(const std::string& user, const Include& include)
{
    for (const auto& [library, door] : one_door)
        if (include.name.starts_with(library) && !user.starts_with(door))
            offense(include, "only " + door + " may include " + library);
    if (!include.name.starts_with("lamina/")) return;
    if (!files.contains(include.name)) return offense(include, "there is no such file");

    const auto from = folder_of(user), to = folder_of(include.name);
    if (from.empty() || to == from || include.name == "lamina/version.hpp") return;
    if (!law.contains(from))
        return offense(include, "the folder " + from + " has no line in the law of tests/house/includes.cpp");
    if (!law.at(from).contains(to)) return offense(include, from + " may not include " + (to.empty() ? "the front door" : to));
    if (from == "kernels" && !kernels_may_use.contains(include.name))
        offense(include, "kernels may use only simd, extent, parallel and architecture of core");
}

/// Follows the includes of `name`; `path` is how it was reached.
void follow(const std::string& name, std::vector<std::string>& path, Names& seen, const auto& visit)
{
    path.push_back(name);
    for (const auto& include : files[name]) {
        visit(include, path);
        if (files.contains(include.name) && seen.insert(include.name).second) follow(include.name, path, seen, visit);
    }
    path.pop_back();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) return std::cerr << "usage: includes FOLDER\n", 2;
    const fs::path root = argv[1];
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.path().extension() == ".hpp") read(entry.path(), entry.path().lexically_relative(root).generic_string());

    std::size_t count = 0;
    for (const auto& [user, includes] : files) {
        count += includes.size();
        if (user != "lamina/core/language.hpp" && (includes.empty() || !includes[0].name.starts_with("lamina/")))
            offense(includes.empty() ? Include{"nothing", user} : includes[0],
                    "what a header includes first is lamina/core/language.hpp, or another header of lamina, which does");
        for (const auto& include : includes) check(user, include);
        std::vector<std::string> path;
        Names seen;
        follow(user, path, seen, [&user = user](const Include& include, const auto&) {
            if (include.name == user) offense(include, "this closes a circle: " + user + " is reached from itself");
        });
    }

    // The front door opens with xtensor and xsimd alone.
    std::vector<std::string> path;
    Names seen;
    follow("lamina/lamina.hpp", path, seen, [](const Include& include, const auto& route) {
        const auto& name = include.name;
        if (name.starts_with("lamina/") || name.starts_with("xtensor/") || name.starts_with("xsimd/") ||
            std::regex_match(name, of_the_system))
            return;
        std::string via;
        for (const auto& step : route) via += (via.empty() ? "" : " -> ") + step;
        offense(include, "lamina.hpp needs xtensor and xsimd only, and reaches this by " + via);
    });

    std::cout << files.size() << " headers, " << count << " includes read, " << offenses << " against the law\n";
    return offenses == 0 && count > 0 ? 0 : 1;
}
