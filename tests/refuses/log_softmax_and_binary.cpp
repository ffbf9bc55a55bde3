// Logarithms of probabilities are neither logits nor probabilities of yes-or-no answers.
// expect: error: ; BinaryCrossentropy cannot take what LogSoftmax gives: end the model in Sigmoid
#include <lamina/lamina.hpp>

using namespace lamina;
#ifdef GOOD
using Model = Sequential<Input<4>, Dense<3, Sigmoid>>;
#else
using Model = Sequential<Input<4>, Dense<3, LogSoftmax>>;
#endif

int main()
{
    auto model = build<Model>(Seed{1});
    auto trainer = compile(model, Adam{}, BinaryCrossentropy{}, Accuracy{});
    Samples data{xt::xtensor<float, 2>::from_shape({5, 4}), xt::xtensor<float, 2>::from_shape({5, 3})};
    trainer.evaluate(data);
}
