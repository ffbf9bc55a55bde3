// Shapes that have no shape in common.
// expect: error: ; op_fits ; Larger ; shapes_do_not_broadcast__extents_are_equal_or_1_from_the_last_axis_on ; Extents<4(ul)?, 3(ul)?> ; Extents<4(ul)?>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/ops/functions.hpp>

using namespace lamina;

struct Net {
    Dense<12>::on<4> a;
    Flatten::on<4, 3> b;
#ifdef GOOD
    auto operator()(const auto& x) const
    {
        const auto h = reshape<4, 3>(a(x));
        return b(maximum(h, mean<1>(h, KeepDims{})));
    }
#else
    auto operator()(const auto& x) const
    {
        const auto h = reshape<4, 3>(a(x));
        return b(maximum(h, mean<1>(h)));
    }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
