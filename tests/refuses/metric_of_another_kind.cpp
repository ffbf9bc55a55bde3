// A metric that reads classes beside a loss that reads probabilities.
// expect: error: ; CategoricalAccuracyOf<[a-z_0-9:]*class_index> ; CategoricalCrossentropy ; metric_reads_the_same_labels_as_the_loss
#include <lamina/lamina.hpp>

using namespace lamina;
using Model = Sequential<Input<4>, Dense<3, Softmax>>;

int main()
{
    auto model = build<Model>(Seed{1});
#ifdef GOOD
    auto trainer = compile(model, Adam{}, CategoricalCrossentropy{}, CategoricalAccuracy{});
#else
    auto trainer = compile(model, Adam{}, CategoricalCrossentropy{}, SparseCategoricalAccuracy{});
#endif
    Samples data{xt::xtensor<float, 2>::from_shape({5, 4}), xt::xtensor<float, 2>::from_shape({5, 3})};
    trainer.fit(data, {.epochs = 2});
    trainer.evaluate(data);
}
