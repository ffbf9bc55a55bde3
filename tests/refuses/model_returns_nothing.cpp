// A model without return.
// expect: error: ; model_fits ; returning_nothing__write_return
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    auto operator()(const auto& x) const { return b(a(x)); }
#else
    auto operator()(const auto& x) const { b(a(x)); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
