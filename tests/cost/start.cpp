// Whether a program starts within its budget: time from start to end, memory, and allocations, whose number it prints last.
//
//     start PROGRAM MILLISECONDS MEBIBYTES ALLOCATIONS
//
// It is run twenty times; the least time counts.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>

int main(int count, char** given)
{
    if (count != 5) return 2;
    double least = 1e9;
    std::string last;
    for (int turn = 0; turn < 20; ++turn) {
        const auto begun = std::chrono::steady_clock::now();
        std::FILE* const program = popen(given[1], "r");
        if (!program) return 2;
        char line[256];
        while (std::fgets(line, sizeof line, program)) last = line;
        if (pclose(program) != 0) return 2;
        const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begun;
        least = std::min(least, taken.count());
    }
    rusage used{};
    getrusage(RUSAGE_CHILDREN, &used); // the largest of all

    const double found[] = {least, static_cast<double>(used.ru_maxrss) / 1024, std::strtod(last.c_str(), nullptr)};
    const char* const units[] = {"ms from start to end", "MiB of memory", "allocations"};
    bool within = true;
    for (int i = 0; i < 3; ++i) {
        const double budget = std::strtod(given[2 + i], nullptr);
        within = within && found[i] <= budget;
        std::printf("%8.2f %s, at most %g%s\n", found[i], units[i], budget, found[i] <= budget ? "" : ": TOO MUCH");
    }
    return within ? 0 : 1;
}
