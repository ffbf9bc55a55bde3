// A forecast: an LSTM learns a series that is drawn here, is run one step at a time, goes on by itself, and draws what it says.
#include <lamina/draw/curves.hpp>
#include <lamina/lamina.hpp>

#include <cmath>
#include <iostream>
#include <numbers>
#include <vector>

using namespace lamina;

/// Hours of a consumption: a day, a week, and chance.
std::vector<float> hours(std::size_t count, Seed seed)
{
    std::vector<float> series(count);
    Random random(seed);
    for (std::size_t t = 0; t < count; ++t) {
        const double day = 2 * std::numbers::pi * double(t) / 24, week = day / 7;
        series[t] =
            static_cast<float>(0.5 * std::sin(day) + 0.2 * std::sin(2 * day) + 0.2 * std::sin(week) + 0.02 * random.normal());
    }
    return series;
}

/// Every stretch of two days, and the hour behind each of its hours.
Samples<xt::xtensor<float, 3>, xt::xtensor<float, 3>> stretches(const std::vector<float>& series)
{
    const std::size_t count = series.size() - 48;
    Samples made{xt::xtensor<float, 3>::from_shape({count, 48, 1}), xt::xtensor<float, 3>::from_shape({count, 48, 1})};
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t t = 0; t < 48; ++t) {
            made.x(i, t, 0) = series[i + t];
            made.y(i, t, 0) = series[i + t + 1];
        }
    return made;
}

int main()
{
    using Forecast = Sequential<Input<48, 1>, LSTM<16, ReturnSequences>, Dense<1, EachRow>>;
    auto model = build<Forecast>(Seed{1});
    auto trainer = compile(model, Adam{.learning_rate = 5e-3f}, MeanSquaredError{});
    trainer.fit(stretches(hours(24 * 70, Seed{2})), {.epochs = 12});

    // Weeks that it has not seen: each hour from those before, then two days in which it hears itself alone.
    const std::vector<float> series = hours(24 * 23, Seed{3});
    constexpr std::size_t known = 24 * 21;
    draw::Series truth{"measured", {}}, forecast{"forecast", {}};
    double square = 0, of_repeating = 0;
    Stream stream(model);
    float next = 0;
    for (std::size_t t = 0; t + 1 < series.size(); ++t) {
        next = stream(t < known ? series[t] : next)(0);
        if (t < known && t >= 48) {
            square += std::pow(double(next - series[t + 1]), 2);
            of_repeating += std::pow(double(series[t] - series[t + 1]), 2);
        }
        if (t + 24 * 3 < known) continue; // the picture shows the last five days
        truth.values.push_back(double(series[t + 1]));
        forecast.values.push_back(double(next));
    }
    draw::curves({truth, forecast}, {.title = "An hour ahead for three days, then two days ahead", .x_label = "hour"})
        .write("forecast.svg");
    std::cout << "wrote forecast.svg\n";
    std::cout << "error an hour ahead: " << std::sqrt(square / (known - 48))
              << ", of the last hour repeated: " << std::sqrt(of_repeating / (known - 48)) << '\n';
}
