// Draws measured times as bars: chart FILE TITLE UNIT NAME VALUE [NAME VALUE]…; lamina's own bar stands out.
#include <lamina/draw/bars.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int count, char** given)
{
    if (count < 6 || count % 2 != 0) {
        std::fprintf(stderr, "chart FILE TITLE UNIT NAME VALUE [NAME VALUE]...\n");
        return 2;
    }
    std::vector<lamina::draw::Bar> bars;
    for (int i = 4; i + 1 < count; i += 2)
        bars.push_back({given[i], std::strtod(given[i + 1], nullptr), std::string(given[i]) == "lamina"});
    lamina::draw::bars(bars, {.title = given[2], .unit = given[3]}).write(given[1]);
}
