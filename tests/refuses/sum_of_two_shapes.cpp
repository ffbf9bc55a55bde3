// A sum of two shapes.
// expect: error: ; op_fits ; Plus ; shapes_do_not_broadcast ; Extents<2(ul)?> ; Extents<3(ul)?>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    auto operator()(const auto& x) const { return b(a(x) + a(x)); }
#else
    auto operator()(const auto& x) const { return b(a(x)) + a(x); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
