// A cross-entropy of classes for a model with one output.
// expect: error: ; the cross-entropy of one class is always 0: give the model an output for each class, or use BinaryCrossentropy
#include <lamina/lamina.hpp>

using namespace lamina;
struct Model {
    Dense<3, Softmax>::on<4> kind;
    Dense<1, Sigmoid>::on<4> answer;
    auto operator()(const auto& x) const { return std::tuple{kind(x), answer(x)}; }
};

int main()
{
    auto model = build<Model>(Seed{1});
#ifdef GOOD
    auto trainer = compile(model, Adam{}, Losses{CategoricalCrossentropy{}, BinaryCrossentropy{}}, Accuracy{}, Accuracy{});
#else
    auto trainer = compile(model, Adam{}, Losses{CategoricalCrossentropy{}, CategoricalCrossentropy{}}, Accuracy{}, Accuracy{});
#endif
    const xt::xtensor<float, 2> x({5, 4}, 0.f), a({5, 3}, 0.f), b({5, 1}, 0.f);
    trainer.fit(Samples{x, std::tuple{a, b}}, {.epochs = 2});
}
