// The sum of a tensor, without saying whether its first axis is the batch.
// expect: error: ; op_fits ; Sum ; over_all_axes_of_a_tensor__write_reduce_sum_or_its_kin__or_name_axes ; Tensor<double, 2(l)?, 3(l)?>
#include <lamina/autodiff.hpp>

using namespace lamina;

int main()
{
    const auto x = constant({{1., 2., 3.}, {4., 5., 6.}});
#ifdef GOOD
    const AnyTensor y = reduce_sum(x) + sum<0>(x);
#else
    const AnyTensor y = sum(x);
#endif
    return y.rank() == 0;
}
