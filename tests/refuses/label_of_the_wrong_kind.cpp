// Labels that are no whole numbers for a sparse loss.
// expect: error: ; CategoricalCrossentropyOf<[a-z_0-9:]*class_index> ; float ; labels_are_of_the_kind_that_the_loss_needs
#include <lamina/lamina.hpp>

using namespace lamina;
using Model = Sequential<Input<4>, Dense<3, Softmax>>;

int main()
{
    auto model = build<Model>(Seed{1});
#ifdef GOOD
    Samples data{xt::xtensor<float, 2>::from_shape({5, 4}), xt::xtensor<int, 1>::from_shape({5})};
#else
    Samples data{xt::xtensor<float, 2>::from_shape({5, 4}), xt::xtensor<float, 1>::from_shape({5})};
#endif
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{});
    trainer.fit(data, {.epochs = 2});
    trainer.evaluate(data);
}
