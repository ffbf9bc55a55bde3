// fit on a dataset whose x is text.
// expect: error: ; x or y of this dataset is text, a model is trained on numbers
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    xt::xtensor<float, 2> x({6, 4}, 0.f), y({6, 2}, 0.f);
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
#ifdef GOOD
    trainer.fit(slices(x, y) | batch(3));
#else
    const auto named = [](Row<float, 1>&, Row<float, 1>& target) { return std::tuple(std::string("a"), target); };
    trainer.fit(slices(x, y) | map(named) | batch(3));
#endif
}
