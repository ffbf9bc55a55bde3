// One of several losses is a metric.
// expect: error: ; Losses\{...\} holds a loss for each output ; loss_fits ; Accuracy
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
    auto trainer = compile(model, Adam{}, Losses{MeanSquaredError{}, Huber{}}, MeanAbsoluteError{}, Accuracy{});
#else
    auto trainer = compile(model, Adam{}, Losses{MeanSquaredError{}, Accuracy{}}, MeanAbsoluteError{}, Accuracy{});
#endif
    trainer.fit(Samples{x, std::tuple{a, b}}, {.epochs = 2});
}
