// Targets for one output of a model that has two.
// expect: error: ; y is a std::tuple with a tensor of targets for each output ; Samples\{x, std::tuple\{labels, angles\}\}
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
    auto trainer = compile(model, Adam{}, Losses{MeanSquaredError{}, MeanSquaredError{}});
#ifdef GOOD
    trainer.fit(Samples{x, std::tuple{a, b}}, {.epochs = 2});
#else
    trainer.fit(Samples{x, a}, {.epochs = 2});
#endif
}
