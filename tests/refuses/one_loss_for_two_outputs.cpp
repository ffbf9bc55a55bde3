// A model of two outputs with one loss.
// expect: error: ; compile needs a loss for each output of the model, in order: Losses\{first, second\}
#include <lamina/lamina.hpp>

using namespace lamina;

struct Two {
    Dense<2>::on<3> first;
    Dense<1>::on<3> second;
    auto operator()(const auto& x) const { return std::tuple{first(x), second(x)}; }
};

int main()
{
    auto model = build<Two>(Seed{1});
    const xt::xtensor<float, 2> x({5, 3}, 0.f), a({5, 2}, 0.f), b({5, 1}, 0.f);
#ifdef GOOD
    auto trainer = compile(model, Adam{}, Losses{MeanSquaredError{}, MeanSquaredError{}}, Metrics{}, Accuracy{});
#else
    auto trainer = compile(model, Adam{}, MeanSquaredError{}, Accuracy{});
#endif
    trainer.fit(Samples{x, std::tuple{a, b}}, {.epochs = 2});
}
