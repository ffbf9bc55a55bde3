// A tensor that is to change.
// expect: error: ; a tensor never changes: write auto sum = a . b
#include <lamina/ops/constants.hpp>
#include <lamina/ops/not_of_tensors.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/spreading.hpp>

using namespace lamina;

int main()
{
    auto a = constant({1.f, 2.f});
#ifdef GOOD
    a = a + 1;
#else
    a += 1;
#endif
    return static_cast<int>(a.size());
}
