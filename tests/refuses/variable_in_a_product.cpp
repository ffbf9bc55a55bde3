// A product with a variable of other extents, in a larger formula.
// expect: error: ; op_fits ; Matmul ; the_last_axis_of_the_first_is_not_the_axis_before_the_last_of_the_second ; Extents<4(ul)?> ; Extents<3(ul)?, 2(ul)?>
#include <lamina/core/variable.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/ops/functions.hpp>

using namespace lamina;

struct Net {
    using input = Input<4>;
#ifdef GOOD
    Variable<float, Shape{4, 2}> kernel;
#else
    Variable<float, Shape{3, 2}> kernel;
#endif
    Variable<float, Shape{2}> bias;
    auto operator()(const auto& x) const { return tanh(matmul(x, kernel) / (1 + exp(bias)) + bias); }
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
