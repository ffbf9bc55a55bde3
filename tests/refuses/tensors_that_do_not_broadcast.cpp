// Two tensors of static shapes that do not broadcast.
// expect: error: ; Tensor<float, 2, 3> ; shapes_do_not_broadcast
#include <lamina/ops/constants.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/spreading.hpp>

using namespace lamina;

int main()
{
    const auto a = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}});
#ifdef GOOD
    const auto b = constant({1.f, 2.f, 3.f});
#else
    const auto b = constant({1.f, 2.f});
#endif
    const auto c = a + b;
    return static_cast<int>(c.size());
}
