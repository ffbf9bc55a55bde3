// Lists of different lengths.
// expect: error: ; lists have lengths of their own and cannot be stacked; use padded_batch
#include <lamina/data/sources/range.hpp>
#include <lamina/data/transforms/padded_batch.hpp>
#include <lamina/data/transforms/window.hpp>

using namespace lamina;

int main()
{
    const auto windows = range(3) | window(2);
#ifdef GOOD
    const auto batches = windows | padded_batch(2);
#else
    const auto batches = windows | batch(2);
#endif
    return static_cast<int>(cardinality(batches));
}
