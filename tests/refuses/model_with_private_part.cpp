// A model whose part is private.
// expect: error: ; model_fits ; a_private_field
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
private:
    Dense<2>::on<2> c;

public:
    auto operator()(const auto& x) const { return b(a(x)); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
