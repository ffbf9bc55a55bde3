// Training changes the model.
// expect: error: ; declare it without const
#include <lamina/lamina.hpp>

using namespace lamina;
using Model = Sequential<Input<4>, Dense<3>>;

int main()
{
#ifdef GOOD
    auto model = build<Model>(Seed{1});
#else
    const auto model = build<Model>(Seed{1});
#endif
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    trainer.fit(Samples{xt::xtensor<float, 2>::from_shape({5, 4}), xt::xtensor<float, 2>::from_shape({5, 3})}, {.epochs = 2});
}
