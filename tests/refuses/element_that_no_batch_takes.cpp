// Elements that hold what is neither number nor text.
// expect: error: ; elements of this type cannot be stacked; map them to tensors, numbers or tuples of these
#include <lamina/data/sources/range.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>

#include <memory>

using namespace lamina;

int main()
{
#ifdef GOOD
    const auto made = range(3) | map([](std::int64_t i) { return static_cast<int>(i); });
#else
    const auto made = range(3) | map([](std::int64_t i) { return std::make_shared<int>(static_cast<int>(i)); });
#endif
    const auto batches = made | batch(2);
    return static_cast<int>(cardinality(batches));
}
