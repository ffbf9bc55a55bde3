// A beginner's program, built without flags, takes its time and no more: an epoch of the README's first program in less than a
// minute. fit says so once.
// compilers: both
// expect: an epoch of 8000 takes [0-9]+ s ; said once
#include <lamina/data/drawn_digits.hpp>
#include <lamina/lamina.hpp>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>

using namespace lamina;

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

int main()
{
    constexpr double share = 25; // of an epoch, a part is measured
    if (!std::freopen("said.txt", "w", stderr)) return 2;
    const std::clock_t begin = std::clock(); // of the processor, whatever else the machine does
    const auto train = drawn_digits(320, Seed{1}), test = drawn_digits(80, Seed{2});
    auto model = build<LeNet5>(Seed{1});
    std::fputs(summary(model).c_str(), stdout);
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    trainer.fit(train, {.epochs = 1, .batch_size = 32, .validation_data = &test}, ProgressBar{});
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::printf("320 samples take %.2f s, so an epoch of 8000 takes %.0f s\n", seconds, seconds * share);

    trainer.fit(test, {.epochs = 1, .batch_size = 32});
    std::fflush(stderr);
    std::ifstream said("said.txt");
    std::string first, second;
    std::getline(said, first);
    std::getline(said, second);
    if (first.find("compiled without optimization") != std::string::npos && second.empty()) std::puts("said once");
    return seconds * share < 120 ? 0 : 1; // twice the promise: processors differ
}
