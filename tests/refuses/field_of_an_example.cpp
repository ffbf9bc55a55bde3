// A tf.Example into a struct with a field that is no list.
// expect: error: ; a field for tf.Example is a std::string or a number, a std::array, std::vector or
#include <lamina/data/example.hpp>

#include <vector>

using namespace lamina;

struct Point {
    float x, y;
};
struct Path {
    std::string name;
#ifdef GOOD
    std::vector<float> x, y;
#else
    std::vector<Point> points;
#endif
};

int main() { return parse_example<Path>("").name.empty() ? 0 : 1; }
