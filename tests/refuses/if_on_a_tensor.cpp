// A tensor in a comparison, which would ask whether there is a tensor.
// expect: error: ; less.a, b. compares tensors element by element, a.item.. < x one number
#include <lamina/ops/constants.hpp>
#include <lamina/ops/not_of_tensors.hpp>
#include <lamina/ops/spreading.hpp>

using namespace lamina;

int main()
{
    const auto loss = constant(0.5f);
#ifdef GOOD
    if (loss.item() < 0.1f) return 1;
#else
    if (loss < 0.1f) return 1;
#endif
    return 0;
}
