// A variable that has more axes than the value beside it: the batch would be one of them.
// expect: error: ; op_fits ; Times ; a_variable_has_more_axes_than_the_value_beside_it ; Extents<3(ul)?, 4(ul)?> ; Extents<4(ul)?>
#include <lamina/core/variable.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/ops/functions.hpp>

using namespace lamina;

struct Net {
    using input = Input<4>;
#ifdef GOOD
    Variable<float, Shape{4}> scale;
#else
    Variable<float, Shape{3, 4}> scale;
#endif
    auto operator()(const auto& x) const { return tanh(scale * x); }
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
