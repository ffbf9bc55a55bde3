// A Dense layer behind an image that was not flattened; the broken model is then used in every way.
// expect: error: ; layer<0> ; Dense<64 ; Extents<28, 28> ; needs_rank_1__put_Flatten_before_it
#include <lamina/lamina.hpp>

using namespace lamina;

#ifdef GOOD
using Model = Sequential<Input<28, 28>, Flatten, Dense<64, Relu>, Dense<10, Softmax>>;
#else
using Model = Sequential<Input<28, 28>, Dense<64, Relu>, Dense<10, Softmax>>;
#endif
static_assert(Model::output == Shape{10});

int main()
{
    auto model = build<Model>(Seed{1});
    Samples train{xt::xtensor<float, 3>::from_shape({5, 28, 28}), xt::xtensor<int, 1>::from_shape({5})};
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    History history = trainer.fit(train, {.epochs = 3, .validation_data = &train}, EarlyStopping{}, ProgressBar{});
    Logs logs = trainer.evaluate(train);
    save(model, "model.safetensors");
    auto again = load<Model>("model.safetensors");
    auto classes = predict_classes(again, train.x);
    auto outputs = predict(again, train.x);
    auto one = model(std::array<float, 784>{});
    std::string table = summary(model);
    (void)history, (void)logs, (void)classes, (void)outputs, (void)one, (void)table;
}
