// Layers that are nothing but their formula, and a model that is one: variables among functions on values. Beside it the same layer with
// passes that are written by hand: both train to the same losses.
#include <lamina/lamina.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>

using namespace lamina;
using namespace lamina::protocols;

/// y = x where x > 0, slope · x elsewhere. Every channel learns its slope.
struct LearnedRelu : formula_layer<LearnedRelu> {
    static constexpr std::string_view kind = "LearnedRelu";

    template <class T, Shape In> struct block : formula_block<LearnedRelu, T, In> {
        Variable<T, Shape{In.back()}> slope;

        void initialize(Random random) { lamina::protocols::initialize<Constant<0.25>>(slope, random, {}); }

        auto operator()(const auto& x) const { return maximum(x, 0) + slope * minimum(x, 0); }
    };
};

/// Units that let through a share of themselves, as far as a second product opens them.
template <std::size_t Units> struct GatedDense : formula_layer<GatedDense<Units>> {
    static constexpr std::string_view kind = "GatedDense";

    template <class T, Shape In> struct block : formula_block<GatedDense, T, In> {
        Variable<T, Shape{In.back(), Units}> kernel, gate;
        Variable<T, Shape{Units}> bias;

        void initialize(Random random)
        {
            constexpr fans f{double(In.back()), double(Units)};
            lamina::protocols::initialize<GlorotUniform>(kernel, random, f);
            lamina::protocols::initialize<GlorotUniform>(gate, random, f);
        }

        auto operator()(const auto& x) const { return (matmul(x, kernel) + bias) * sigmoid(matmul(x, gate)); }
    };
};

/// The first of the two, written by hand.
struct LearnedReluByHand {
    static constexpr std::string_view kind = "LearnedReluByHand";

    static constexpr verdict accept(Shape in) { return in.rank > 0 ? accepts(in) : refuses(misfit::needs_at_least_rank_1); }

    template <class T, Shape In> struct block {
        using value_type = T;
        using layer = LearnedReluByHand;
        static constexpr Shape input = In, output = In;
        static constexpr std::size_t channels = In.back();

        Variable<T, Shape{channels}> slope;

        void initialize(Random random) { lamina::protocols::initialize<Constant<0.25>>(slope, random, {}); }

        void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) y[i] = x[i] > 0 ? x[i] : slope.data()[i % channels] * x[i];
        }

        void backward(Mode, const T* x, const T*, const T*, const T* dy, T* dx, block& gradient, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) {
                if (x[i] <= 0) gradient.slope.data()[i % channels] += x[i] * dy[i];
                if (dx) dx[i] = x[i] > 0 ? dy[i] : slope.data()[i % channels] * dy[i];
            }
        }

        auto operator()(const auto& x) const { return call(*this, x); }
    };
};

template <class Bend> using Net = Sequential<Input<2>, GatedDense<16>, Bend, Dense<1>>;

/// A model of two numbers that mean something: an amplitude, and how fast it decays, which stays positive.
struct Decay {
    using input = Input<1>;
    Variable<float, Shape{1}> amplitude, log_rate;

    auto operator()(const auto& x) const { return amplitude * exp(-exp(log_rate) * x); }
};

int main()
{
    xt::xtensor<float, 2> points({512, 2}), targets({512, 1});
    for (std::size_t i = 0; i < 512; ++i) {
        points(i, 0) = std::sin(float(i) * 0.37f);
        points(i, 1) = std::cos(float(i) * 0.23f);
        targets(i, 0) = points(i, 0) * points(i, 1) + 0.5f * std::fabs(points(i, 0));
    }
    auto formula = build<Net<LearnedRelu>>(Seed{1});
    auto by_hand = build<Net<LearnedReluByHand>>(Seed{1});
    std::cout << summary(formula);

    const auto losses = [&](auto& model) {
        auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, MeanSquaredError{});
        return trainer.fit(points, targets, {.epochs = 60})["loss"];
    };
    const auto first = losses(formula), second = losses(by_hand);
    double apart = 0;
    for (std::size_t i = 0; i < first.size(); ++i) apart = std::max(apart, std::fabs(first[i] - second[i]));
    std::cout << "The loss went from " << first.front() << " to " << first.back() << ", by hand the same within " << apart
              << '\n';
    if (!(apart < 1e-6) || !(first.back() < 0.1 * first.front())) return 1;

    xt::xtensor<float, 2> times({64, 1}), heights({64, 1});
    for (std::size_t i = 0; i < 64; ++i) {
        times(i, 0) = float(i) / 16;
        heights(i, 0) = 3.f * std::exp(-0.7f * times(i, 0));
    }
    auto decay = build<Decay>(Seed{1});
    *decay.amplitude.data() = 1;
    compile(decay, Adam{.learning_rate = 2e-2f}, MeanSquaredError{}).fit(times, heights, {.epochs = 600, .batch_size = 64});
    std::cout << "Decay: " << *decay.amplitude.data() << " * exp(-" << std::exp(*decay.log_rate.data()) << " * t)\n";
}
