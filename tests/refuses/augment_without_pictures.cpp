// augment of a dataset whose elements have no picture.
// expect: error: .*lamina: augment finds no picture in the elements of this dataset
#include <lamina/data/images/random_steps.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/augment.hpp>
#include <lamina/data/transforms/batch.hpp>

using namespace lamina;

int main()
{
#ifdef GOOD
    const xt::xtensor<float, 4> x = xt::ones<float>({6, 4, 4, 1});
#else
    const xt::xtensor<float, 2> x = xt::ones<float>({6, 16});
#endif
    const auto batches = slices(x, xt::xtensor<int, 1>{0, 1, 2, 3, 4, 5}) | augment(Seed{1}, random_rotation(0.1)) | batch(3);
    (void)batches.open(Pass{});
}
