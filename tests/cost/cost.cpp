// Whether a program is compiled within its budget: time, as a multiple of a base file's, memory, and size when stripped.
//
//     cost BASE PROGRAM RATIO MEBIBYTES KIBIBYTES compiler flags…
//     cost difference BASE PROGRAM MILLISECONDS compiler flags…
//
// The base and the program are compiled in turns, twice each (five times for a difference of time alone), and more often where that is
// not within the budget: other programs may take from the machine, but a least time only falls. The least time of each counts,
// processor time alone.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Cost {
    double seconds = 1e9, mebibytes = 0;
};

Cost run(std::vector<std::string> command)
{
    std::vector<char*> words;
    for (auto& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        execvp(words[0], words.data());
        _exit(127);
    }
    int status = 0;
    rusage used{};
    if (child < 0 || wait4(child, &status, 0, &used) < 0 || status != 0) {
        std::printf("%s could not be run to its end\n", command[0].c_str());
        std::exit(2);
    }
    const auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
    return {seconds(used.ru_utime) + seconds(used.ru_stime), static_cast<double>(used.ru_maxrss) / 1024};
}

} // namespace

int main(int count, char** given)
{
    std::vector<std::string> words(given + 1, given + count);
    const bool difference = !words.empty() && words[0] == "difference";
    if (difference) words.erase(words.begin());
    const std::ptrdiff_t own = difference ? 3 : 5;
    if (static_cast<std::ptrdiff_t>(words.size()) <= own) return 2;
    const std::vector<std::string> compiler(words.begin() + own, words.end());
    const std::string object = std::filesystem::path(words[1]).stem().string() + ".cost.o", program = object + ".stripped";
    const auto compile = [&](const std::string& source) {
        auto command = compiler;
        command.insert(command.end(), {"-c", source, "-o", object});
        return run(command);
    };
    Cost base, ours;
    const double budget = std::strtod(words[2].c_str(), nullptr);
    const auto over = [&] {
        return difference ? 1000 * (ours.seconds - base.seconds) > budget : ours.seconds > budget * base.seconds;
    };
    const int rounds = difference ? 5 : 2, most_rounds = difference ? 25 : 15;
    for (int round = 0; round < rounds || (over() && round < most_rounds); ++round)
        for (auto [source, least] : {std::pair(words[0], &base), std::pair(words[1], &ours)}) {
            const Cost now = compile(source);
            *least = {std::min(least->seconds, now.seconds), std::max(least->mebibytes, now.mebibytes)};
        }
    if (difference) {
        std::printf("%s takes %.1f ms more than %s, at most %g\n", words[1].c_str(), 1000 * (ours.seconds - base.seconds),
                    words[0].c_str(), budget);
        return over() ? 1 : 0;
    }
    run({compiler[0], "-s", object, "-o", program, "-pthread"});

    const double found[] = {ours.seconds / base.seconds, ours.mebibytes,
                            static_cast<double>(std::filesystem::file_size(program)) / 1024};
    const char* const units[] = {"times the base file's time", "MiB of memory", "KiB stripped"};
    bool within = true;
    std::printf("%s: %.2f s, the base file %.2f s\n", words[1].c_str(), ours.seconds, base.seconds);
    for (std::size_t i = 0; i < 3; ++i) {
        const double most = std::strtod(words[2 + i].c_str(), nullptr);
        within = within && found[i] <= most;
        std::printf("  %8.2f %s, at most %g%s\n", found[i], units[i], most, found[i] <= most ? "" : ": TOO MUCH");
    }
    return within ? 0 : 1;
}
