// A mean over an axis that a value does not have.
// expect: error: ; op_fits ; Mean ; an_axis_is_beyond_the_rank__axes_do_not_count_the_batch ; Extents<3(ul)?>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/ops/functions.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    auto operator()(const auto& x) const { return b(a(x) - mean<0>(a(x))); }
#else
    auto operator()(const auto& x) const { return b(a(x) - mean<1>(a(x))); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
