// A program whose compiler may take it for granted that there is neither NaN nor infinity, and may reorder sums.
// flags: -Ofast
// compilers: both
// expect: every guard stands, every number is right
#include <lamina/lamina.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

using namespace lamina;

namespace {

int wrong = 0;

template <class F> void refused(const char* sentence, const F& f)
{
    std::string said = "nothing";
    try {
        f();
    }
    catch (const error& e) {
        said = e.what();
    }
    if (said.find(sentence) != said.npos) return;
    std::printf("\"%s\" was to be said, and this was: %s\n", sentence, said.c_str());
    ++wrong;
}

void near(const char* what, double got, double wanted, double tolerance)
{
    if (std::abs(got - wanted) < tolerance * std::abs(wanted) + 1e-30) return;
    std::printf("%s: %.9g, right is %.9g\n", what, got, wanted);
    ++wrong;
}

template <class A, class T, class F> void check_activation(const F& f)
{
    const auto model = build<typename Sequential<Input<7>, Activation<A>>::template as<T>>(Seed{1});
    for (double first = -20; first < 20; first += 0.37) {
        std::array<T, 7> x;
        for (std::size_t i = 0; i < 7; ++i) x[i] = static_cast<T>(first + 0.05 * static_cast<double>(i));
        const auto y = model(x);
        for (std::size_t i = 0; i < 7; ++i)
            near(A::name.data(), static_cast<double>(y(i)), f(static_cast<double>(x[i])), sizeof(T) == 4 ? 1e-5 : 1e-10);
    }
}

template <class T> void check_activations()
{
    check_activation<Tanh, T>([](double x) { return std::tanh(x); });
    check_activation<Sigmoid, T>([](double x) { return 1 / (1 + std::exp(-x)); });
    check_activation<Exponential, T>([](double x) { return std::exp(x); });
    check_activation<Softplus, T>([](double x) { return std::log1p(std::exp(x)); });
    check_activation<Elu<>, T>([](double x) { return x > 0 ? x : std::expm1(x); });
    check_activation<Gelu, T>([](double x) { return x / 2 * std::erfc(-x / std::sqrt(2.0)); });
}

/// Numbers that are read from elsewhere, so that no compiler knows them.
template <class T> T read(const char* text) { return static_cast<T>(std::strtod(text, nullptr)); }

} // namespace

int main()
{
    const auto no_number = read<float>("nan"), infinite = read<float>("inf");
    auto model = build<Sequential<Input<4>, Dense<3, Softmax>>>(Seed{1});
    auto trainer = compile(model, SGD{}, SparseCategoricalCrossentropy{}, Accuracy{});
    Samples data{xt::xtensor<float, 2>({40, 4}, 1.f), xt::xtensor<int, 1>({40}, 1)};
    for (const float bad : {no_number, infinite, -infinite}) {
        data.x(33, 2) = bad;
        refused("fit: x[33, 2] is ", [&] { trainer.fit(data); });
        refused("evaluate: x[33, 2] is ", [&] { trainer.evaluate(data); });
    }
    data.x(33, 2) = 1;
    std::vector<float> weights(40, 1.f);
    weights[7] = no_number;
    refused("sample_weight[7] is nan", [&] { trainer.fit(data, {.sample_weight = weights}); });
    refused("class_weight of class 1 is nan", [&] { trainer.fit(data, {.class_weight = {{1, no_number}}}); });
    refused("validation_split is nan", [&] { trainer.fit(data, {.validation_split = read<double>("nan")}); });
    const auto with = [&](auto optimizer, auto loss) { compile(model, optimizer, loss); };
    const SparseCategoricalCrossentropy sparse;
    refused("learning rate of step 0 is nan", [&] { with(SGD{.learning_rate = no_number}, sparse); });
    refused("learning rate of step 0 is inf", [&] { with(Adam{.learning_rate = infinite}, sparse); });
    refused("momentum is nan", [&] { with(SGD{.momentum = no_number}, sparse); });
    refused("beta_2 is nan", [&] { with(Adam{.beta_2 = read<double>("nan")}, sparse); });
    refused("epsilon is inf", [&] { with(Adam{.epsilon = infinite}, sparse); });
    refused("clipnorm is nan", [&] { with(Adam{.clipnorm = no_number}, sparse); });
    refused("label_smoothing is nan", [&] { with(SGD{}, SparseCategoricalCrossentropy{.label_smoothing = no_number}); });
    refused("is the weight of a loss", [&] { Losses{MeanSquaredError{}}.weighted(no_number); });
    Samples rows{data.x, xt::xtensor<float, 2>({40, 3}, 0.5f)};
    rows.y(5, 1) = no_number;
    refused("fit: y[5, 0] is 0.5", [&] { compile(model, SGD{}, CategoricalCrossentropy{}).fit(rows); });
    refused("fit: y[5, 0] is 0.5", [&] { compile(model, SGD{}, MeanSquaredError{}).fit(rows); });

    auto diverging = build<Sequential<Input<4>, Dense<3>>>(Seed{1});
    rows.y(5, 1) = 1e30f;
    auto wild = compile(diverging, SGD{.learning_rate = 1e30f}, MeanSquaredError{});
    const auto ended = wild.fit(rows, {.epochs = 5}, TerminateOnNaN{});
    if (ended.stopped_by.empty()) ++wrong, std::puts("TerminateOnNaN did not stop");
    EarlyStopping stopping{.monitor = "loss", .patience = 1};
    const auto never_better = wild.fit(rows, {.epochs = 5}, stopping);
    if (never_better.size() > 2) ++wrong, std::puts("EarlyStopping took NaN for better");

    check_activations<float>();
    check_activations<double>();
    const auto softmax = build<Sequential<Input<37>, Activation<Softmax>>>(Seed{1});
    std::array<float, 37> x;
    for (std::size_t i = 0; i < 37; ++i) x[i] = -90.f - 3.f * static_cast<float>(i * 7 % 37);
    double sum = 0;
    for (const float z : x) sum += std::exp(static_cast<double>(z) + 90);
    const auto p = softmax(x);
    for (std::size_t i = 0; i < 37; ++i)
        near("softmax", static_cast<double>(p(i)), std::exp(static_cast<double>(x[i]) + 90) / sum, 1e-5);

    const auto pooling = build<Sequential<Input<4, 4, 3>, MaxPooling2D<2>>>(Seed{1});
    xt::xtensor<float, 3> image({4, 4, 3});
    for (std::size_t i = 0; i < 48; ++i) image.data()[i] = -1e30f - 1e28f * static_cast<float>(i * 37 % 48);
    const auto largest = pooling(image);
    for (std::size_t c = 0; c < 3; ++c)
        near("max pooling", static_cast<double>(largest(1, 0, c)),
             static_cast<double>(std::max({image(2, 0, c), image(2, 1, c), image(3, 0, c), image(3, 1, c)})), 1e-7);

    if (wrong == 0) std::puts("every guard stands, every number is right");
    return wrong != 0;
}
