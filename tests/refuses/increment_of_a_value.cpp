// A value that is changed.
// expect: error: ; a value of a model stays what it is
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    auto operator()(const auto& x) const { return b(a(x) + 1); }
#else
    auto operator()(const auto& x) const
    {
        auto h = a(x);
        return b(++h);
    }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
