// A recurrent cell of one's own, led over the steps of sequences by RNN: written, trained, and run one step at a time.
#include <lamina/lamina.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>

using namespace lamina;
using namespace lamina::protocols;

/// Averages that forget: h becomes s · h + (1 − s) · (x · kernel), and every unit learns its s, which is sigmoid(rate).
template <std::size_t Units> struct Averages {
    static constexpr std::size_t units = Units;

    template <class T, std::size_t Features> struct block {
        Variable<T, Shape{Features, Units}> kernel;
        Variable<T, Shape{Units}> rate;

        void initialize(Random random)
        {
            lamina::protocols::initialize<GlorotUniform>(kernel, random, {Features, Units});
            lamina::protocols::initialize<RandomUniform<0.0, 3.0>>(rate, random, {}); // s from 0.5 to 0.95
        }

        /// Kept from forward to backward: x · kernel.
        static constexpr std::size_t saved(std::size_t n) { return n * Units; }

        T share(std::size_t unit) const { return 1 / (1 + std::exp(-rate.data()[unit])); }
        const T* row(std::size_t feature) const { return kernel.data() + feature * row_stride<T>(Units); }

        void forward(Mode, const T* x, const T* before, T* after, T* saved, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n; ++i, x += Features, before += Units, after += Units, saved += Units)
                for (std::size_t u = 0; u < Units; ++u) {
                    saved[u] = 0;
                    for (std::size_t k = 0; k < Features; ++k) saved[u] += x[k] * row(k)[u];
                    after[u] = saved[u] + share(u) * (before[u] - saved[u]);
                }
        }

        void backward(Mode, const T* x, const T* before, const T*, const T* saved, const T* dafter, T* dx, T* dbefore,
                      block& gradient, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n; ++i, x += Features, dx += Features, before += Units, saved += Units)
                for (std::size_t u = 0; u < Units; ++u, ++dafter, ++dbefore) {
                    const T s = share(u), d = *dafter * (1 - s); // of x · kernel
                    *dbefore = *dafter * s;
                    gradient.rate.data()[u] += d * s * (before[u] - saved[u]);
                    for (std::size_t k = 0; k < Features; ++k) {
                        gradient.kernel.data()[k * row_stride<T>(Units) + u] += x[k] * d;
                        dx[k] = (u == 0 ? 0 : dx[k]) + row(k)[u] * d;
                    }
                }
        }

        /// The same of tensors, for derivatives of second order.
        template <class X, class With>
        std::array<X, 1> compose(const With& with, const X& x, const std::array<X, 1>& before) const
        {
            const X made = matmul(x, with(kernel)), s = sigmoid(with(rate));
            return {made + s * (before[0] - made)};
        }
    };
};

/// Two noisy signals; which of them was stronger of late, by a mean that forgets a fifth at each step?
Samples<xt::xtensor<float, 3>, xt::xtensor<float, 2>> signals(std::size_t count, Seed seed)
{
    Samples made{xt::xtensor<float, 3>::from_shape({count, 30, 2}), xt::xtensor<float, 2>::from_shape({count, 1})};
    Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
        double difference = 0;
        for (std::size_t t = 0; t < 30; ++t) {
            for (std::size_t k = 0; k < 2; ++k) made.x(i, t, k) = static_cast<float>(random.normal());
            difference = 0.8 * difference + 0.2 * double(made.x(i, t, 0) - made.x(i, t, 1));
        }
        made.y(i, 0) = static_cast<float>(difference);
    }
    return made;
}

int main()
{
    auto model = build<Sequential<Input<30, 2>, RNN<Averages<4>>, Dense<1>>>(Seed{1});
    std::cout << summary(model);
    auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, MeanSquaredError{});
    trainer.fit(signals(2000, Seed{2}), {.epochs = 20});

    Stream stream(model); // one step at a time, as signals come in
    const auto test = signals(1, Seed{3});
    float last = 0;
    for (std::size_t t = 0; t < 30; ++t) last = stream(std::array{test.x(0, t, 0), test.x(0, t, 1)})(0);
    std::cout << "The stream says " << last << ", right is " << test.y(0, 0) << '\n'
              << trainer.evaluate(signals(500, Seed{4})) << '\n';
}
