// Softmax over one output is 1 whatever the model learns.
// expect: error: ; Softmax over one output is always 1: end the model in Sigmoid, or give it an output for each class
#include <lamina/lamina.hpp>

using namespace lamina;
#ifdef GOOD
using Model = Sequential<Input<4>, Dense<1, Sigmoid>>;
#else
using Model = Sequential<Input<4>, Dense<1, Softmax>>;
#endif

int main()
{
    auto model = build<Model>(Seed{1});
    auto trainer = compile(model, Adam{}, BinaryCrossentropy{}, Accuracy{});
    Samples data{xt::xtensor<float, 2>::from_shape({5, 4}), xt::xtensor<float, 2>::from_shape({5, 1})};
    trainer.fit(data, {.epochs = 2});
}
