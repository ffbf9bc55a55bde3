// The first four derivatives of a function: as a table, and drawn into derivatives.svg.
#include <lamina/autodiff.hpp>
#include <lamina/draw/curves.hpp>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using namespace lamina;

int main()
{
    auto f = [](auto x) { return tanh(x) * exp(sin(x)); };

    // One point: a tape, and functions of functions.
    auto x = constant(0.5);
    GradientTape tape;
    tape.watch(x);
    auto dy = tape.gradient(f(x), x);
    auto g = gradients_function(f);
    auto [value, gradients] = value_and_gradients_function(f)(x);
    auto d3 = nth_derivative<3>(f);
    std::printf("f(0.5) = %.9f, f'(0.5) = %.9f, the same by gradients_function: %s, f'''(0.5) = %.9f\n", value.item(), dy.item(),
                g(x)[0].item() == dy.item() && gradients[0].item() == dy.item() ? "yes" : "no", d3(x).item());

    // A gradient of one's own: what flows back is cut at 1.
    auto careful = custom_gradient([](auto v) { return exp(v); }, [](auto d, auto v) { return minimum(d * exp(v), 1.0); });
    std::printf("exp'(2) = %.9f, cut %.9f\n", gradients_function([](auto v) { return exp(v); })(constant(2.0))[0].item(),
                gradients_function(careful)(constant(2.0))[0].item());

    // Many points at once.
    const int count = 241;
    std::vector<double> at(count);
    for (int i = 0; i < count; ++i) at[static_cast<std::size_t>(i)] = -3 + 6.0 * i / (count - 1);
    const AnyTensor points = constant(at.data(), {at.size()});
    std::vector<draw::Series> curves;
    [&]<int... N>(std::integer_sequence<int, N...>) {
        (
            [&] {
                const AnyTensor y = nth_derivative<N>(f)(points);
                const auto* first = y.data<double>();
                curves.push_back({N == 0 ? "f" : "f" + std::string(N, '\''), {first, first + y.size()}});
            }(),
            ...);
    }(std::make_integer_sequence<int, 5>{});
    std::printf("%7s", "x");
    for (const auto& curve : curves) std::printf("%12s", curve.name.c_str());
    for (std::size_t i = 0; i < at.size(); i += 40) {
        std::printf("\n%7.2f", at[i]);
        for (const auto& curve : curves) std::printf("%12.6f", curve.values[i]);
    }
    draw::curves(curves, {.title = "tanh(x) · exp(sin(x)) and its derivatives", .x_label = "x", .x_from = -3, .x_to = 3})
        .write("derivatives.svg");
    std::printf("\nf'''' at 0 is %.6f; drawn into derivatives.svg\n", curves[4].values[120]);
}
