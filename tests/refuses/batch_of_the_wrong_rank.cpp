// Images without their channel axis.
// expect: error: ; x has one rank more than the model's input
#include <lamina/lamina.hpp>

using namespace lamina;
using Model = Sequential<Input<28, 28, 1>, Flatten, Dense<10, Softmax>>;

int main()
{
    auto model = build<Model>(Seed{1});
#ifdef GOOD
    Samples data{xt::xtensor<float, 4>::from_shape({5, 28, 28, 1}), xt::xtensor<int, 1>::from_shape({5})};
#else
    Samples data{xt::xtensor<float, 3>::from_shape({5, 28, 28}), xt::xtensor<int, 1>::from_shape({5})};
#endif
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{});
    trainer.fit(data, {.epochs = 2});
}
