// An activation as a part.
// expect: error: ; model_fits ; write_Activation_Relu_on
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    Activation<Relu>::on<3> c;
    auto operator()(const auto& x) const { return b(c(a(x))); }
#else
    Relu c;
    auto operator()(const auto& x) const { return b(a(x)); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
