// fit on a dataset with the settings of a fit on samples.
// expect: error: ; fit on a dataset takes no batch_size, shuffle, .*: the dataset has its batches and their order ; see DatasetFitOptions
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
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
    trainer.fit(slices(x, y) | batch(4), {.epochs = 2});
#else
    trainer.fit(slices(x, y) | batch(32), {.epochs = 2, .batch_size = 4});
#endif
}
