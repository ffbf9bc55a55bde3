// A function of flat_map that gives no dataset.
// expect: error: ; the function of flat_map or interleave takes an element of this dataset, or its parts, and gives a dataset
#include <lamina/data/sources/range.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/interleave.hpp>

using namespace lamina;

int main()
{
#ifdef GOOD
    const auto all = range(3) | flat_map([](std::int64_t i) { return range(i); });
#else
    const auto all = range(3) | flat_map([](std::int64_t i) { return i; });
#endif
    return static_cast<int>(cardinality(all | batch(2)));
}
