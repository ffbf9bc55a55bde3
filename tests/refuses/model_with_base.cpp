// A model with a base class.
// expect: error: ; model_fits ; derived_from_a_base_class
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    auto operator()(const auto& x) const { return b(a(x)); }
};

struct Child {
    Net base;
    Dense<2>::on<2> c;
    auto operator()(const auto& x) const { return c(base(x)); }
#else
    auto operator()(const auto& x) const { return b(a(x)); }
};

struct Child : Net {
    Dense<2>::on<2> c;
    auto operator()(const auto& x) const { return c(b(a(x))); }
#endif
};

int main()
{
    auto model = build<Child>(Seed{1});
    return summary(model).empty();
}
