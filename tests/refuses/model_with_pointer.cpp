// A layer behind a pointer.
// expect: error: ; model_fits ; where_none_is_found__use_fields
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    std::vector<Dense<2>::on<2>> c;
    auto operator()(const auto& x) const { return b(a(x)); }
#else
    std::unique_ptr<Dense<2>::on<2>> c;
    auto operator()(const auto& x) const { return b(a(x)); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
