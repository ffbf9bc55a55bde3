// A function of filter that says nothing of its element.
// expect: error: ; the function of filter takes an element of this dataset, or its parts, and gives whether it is kept
#include <lamina/data/sources/range.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/filter.hpp>

using namespace lamina;

int main()
{
#ifdef GOOD
    const auto some = range(3) | filter([](std::int64_t i) { return i > 1; });
#else
    const auto some = range(3) | filter([](std::int64_t i) { static_cast<void>(i > 1); });
#endif
    return static_cast<int>(cardinality(some | batch(2)));
}
