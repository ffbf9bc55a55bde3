// Two tensors of static shapes that have no shape in common.
// expect: error: ; op_fits ; shapes_do_not_broadcast__extents_are_equal_or_1_from_the_last_axis_on ; Tensor<double, 2(l)?, 3(l)?> ; Tensor<double, 2(l)?>
#include <lamina/autodiff.hpp>

using namespace lamina;

int main()
{
    const auto x = constant({{1., 2., 3.}, {4., 5., 6.}});
    const auto b = constant({1., 2.});
#ifdef GOOD
    return (x + expand_dims(b, -1)).rank() == 0;
#else
    return (x + b).rank() == 0;
#endif
}
