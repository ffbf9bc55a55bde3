// The optimizer comes before the loss.
// expect: error: ; the second argument of compile is an optimizer
#include <lamina/lamina.hpp>

using namespace lamina;
using Model = Sequential<Input<4>, Dense<3, Softmax>>;

int main()
{
    auto model = build<Model>(Seed{1});
    Samples data{xt::xtensor<float, 2>::from_shape({5, 4}), xt::xtensor<int, 1>::from_shape({5})};
#ifdef GOOD
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{});
#else
    auto trainer = compile(model, SparseCategoricalCrossentropy{}, Adam{});
#endif
    trainer.fit(data, {.epochs = 2});
    trainer.evaluate(data);
}
