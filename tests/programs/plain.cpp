// A program that is built as a beginner does it: no flags at all.
// compilers: both
// expect: ten probabilities
#include <lamina/lamina.hpp>

#include <array>
#include <iostream>

using namespace lamina;

int main()
{
    using Model = Sequential<Input<4, 4, 1>, Conv2D<2, Kernel<3>, Same, Tanh>, Flatten, Dense<10, Softmax>>;
    const auto model = build<Model>(Seed{1});
    float sum = 0;
    for (const float p : model(std::array<float, 16>{1, 2, 3})) sum += p;
    std::cout << "ten probabilities add up to " << sum << '\n';
    return sum > 0.9999f && sum < 1.0001f ? 0 : 1;
}
