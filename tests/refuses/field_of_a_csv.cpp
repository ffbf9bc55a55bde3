// A row of a CSV file with a field that is no cell.
// expect: error: ; a field for csv is a std::string, a number or a bool, a std::optional of one, or a std::array of these
#include <lamina/data/sources/csv.hpp>

#include <vector>

using namespace lamina;

struct Row {
    float x;
#ifdef GOOD
    std::array<float, 2> list;
#else
    std::vector<float> list;
#endif
};

int main()
{
    auto rows = csv<Row>("rows.csv").open(Pass{});
    Row row;
    return rows.next(row) ? 0 : 1;
}
