// What a value does not have.
// expect: error: ; resize
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    auto operator()(const auto& x) const { return b(a(x)); }
#else
    auto operator()(const auto& x) const { return b(a(x).resize(3)); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    predict(model, xt::xtensor<float, 2>::from_shape({2, 4}));
}
