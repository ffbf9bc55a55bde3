// A value and an xtensor.
// expect: error: ; values_of_a_model_can_do_this ; for anything else write a layer
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    auto operator()(const auto& x) const { return b(2.f * a(x)); }
#else
    auto operator()(const auto& x) const { return b(xt::xtensor<float, 1>({3}, 2.f) * a(x)); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
