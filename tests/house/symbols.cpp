// Objects of different instruction sets must not share a function of lamina's, nor any function that holds instructions which the weaker
// processor lacks: the linker keeps one of two weak functions of a name, and does not say which.
// Arguments: NM OBJDUMP, then the objects, the one for the weakest processor first.
#include <cstdio>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace {

std::string output_of(const std::string& command)
{
    std::string text;
    char block[1 << 16];
    std::FILE* const pipe = popen(command.c_str(), "r");
    if (!pipe) return text;
    while (const std::size_t n = std::fread(block, 1, sizeof block, pipe)) text.append(block, n);
    return pclose(pipe) == 0 ? text : std::string();
}

/// The weak functions of an object: those that the linker takes from anywhere.
std::set<std::string> weak_functions(const std::string& nm, const std::string& object)
{
    std::set<std::string> names;
    std::istringstream lines(output_of(nm + " --defined-only --format=posix " + object));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string name, kind;
        words >> name >> kind;
        if (kind == "W") names.insert(name);
    }
    return names;
}

/// Whether plain x86-64 lacks an instruction: the VEX and EVEX forms (whose names begin with v), those on mask registers, bit manipulation.
bool is_newer(std::string_view instruction)
{
    const std::string_view name = instruction.substr(0, instruction.find(' '));
    if (name.starts_with('v')) return name != "verr" && name != "verw";
    for (const char* mask : {"kand", "kor", "kmov", "kxor", "kxnor", "knot", "ktest", "kunpck", "kshift", "kadd"})
        if (name.starts_with(mask)) return true;
    static const std::set<std::string_view> others{"andn", "bextr", "blsi", "blsr", "blsmsk", "bzhi",  "mulx",  "pdep",
                                                   "pext", "rorx",  "sarx", "shlx", "shrx",   "lzcnt", "movbe", "popcnt"};
    return others.contains(name) || (name.size() > 1 && others.contains(name.substr(0, name.size() - 1)));
}

/// The first instruction of each function that plain x86-64 does not have.
std::map<std::string, std::string> newer_instructions(const std::string& objdump, const std::string& object)
{
    std::map<std::string, std::string> found;
    std::string function;
    std::istringstream lines(output_of(objdump + " -d --no-show-raw-insn " + object));
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with(">:")) function = line.substr(line.find('<') + 1, line.size() - line.find('<') - 3);
        const auto tab = line.rfind('\t');
        if (tab != line.npos && !function.empty() && is_newer(std::string_view(line).substr(tab + 1)))
            found.emplace(function, line.substr(tab + 1));
    }
    return found;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 5) return std::cerr << "usage: symbols NM OBJDUMP WEAKEST OBJECT...\n", 2;
    const std::string nm = argv[1], objdump = argv[2], weakest = argv[3];
    const auto base = weak_functions(nm, weakest);
    const auto of_base = newer_instructions(objdump, weakest);
    int offenses = 0;
    if (base.empty()) return std::cout << "no weak function was found in " << weakest << ": this test would see nothing\n", 1;
    for (const auto& [function, instruction] : of_base) {
        std::cout << weakest << ": " << function << " holds " << instruction << '\n';
        ++offenses;
    }
    for (int i = 4; i < argc; ++i) {
        const auto functions = weak_functions(nm, argv[i]);
        const bool vectors =
            std::string(argv[i]).find("avx") != std::string::npos; // else the same instructions, of which there are many
        const auto newer = vectors ? newer_instructions(objdump, argv[i]) : decltype(of_base)();
        if (vectors && newer.empty())
            return std::cout << "no newer instruction was found in " << argv[i] << ": this test would see nothing\n", 1;
        std::size_t common = 0;
        for (const auto& function : functions) {
            if (!base.contains(function)) continue;
            ++common;
            const auto found = newer.find(function);
            // What the compiler makes by itself for the exception that all objects share cannot have a name of its own.
            const bool lamina = (function.starts_with("_ZN6lamina") || function.starts_with("_ZNK6lamina")) &&
                                !function.starts_with("_ZN6lamina5errorD");
            if (found == newer.end() && !lamina) continue;
            std::cout << argv[i] << ": " << function << " is in " << weakest << " as well"
                      << (found == newer.end() ? std::string() : " and holds " + found->second) << '\n';
            ++offenses;
        }
        std::cout << functions.size() << " weak functions in " << argv[i] << ", " << common << " of them in " << weakest
                  << " as well\n";
    }
    std::cout << offenses << " offenses\n";
    return offenses == 0 ? 0 : 1;
}
