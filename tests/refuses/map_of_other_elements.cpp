// A function of map that does not take the elements.
// expect: error: ; the function of map does not take the elements of this dataset
#include <lamina/data/sources/range.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>

#include <string>

using namespace lamina;

int main()
{
#ifdef GOOD
    const auto sizes = range(3) | map([](std::int64_t number) { return number * 2; });
#else
    const auto sizes = range(3) | map([](const std::string& text) { return text.size(); });
#endif
    return static_cast<int>(cardinality(sizes | batch(2)));
}
