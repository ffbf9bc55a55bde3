// A program that is not optimized: its kernels are plain loops. Small models learn for some steps, and end at the losses at which they
// end where kernels work in registers: that takes every output, gradient and update.
// compilers: both
// expect: all 5 models, 0 wrong
#define LAMINA_NO_BUILD_NOTICE
#include <lamina/lamina.hpp>

#include <array>
#include <cmath>
#include <cstdio>

using namespace lamina;

namespace {

constexpr std::size_t count = 11;
int wrong = 0, done = 0;

template <std::size_t Rank>
xt::xtensor<float, Rank> drawn(const std::array<std::size_t, Rank>& extents, double low, double high, std::uint64_t seed)
{
    auto numbers = xt::xtensor<float, Rank>::from_shape(extents);
    Random random(Seed{seed});
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers.data()[i] = static_cast<float>(random.uniform(low, high));
    return numbers;
}

/// Learns for five epochs of three steps; `wanted` is the loss of a build with -O2 afterwards.
template <class Model, class X, class Y, class O, class L>
void learn(const char* name, const X& x, const Y& y, O optimizer, L loss, double wanted)
{
    auto model = build<Model>(Seed{7});
    auto trainer = compile(model, optimizer, loss);
    const Samples<X, Y> samples{x, y};
    trainer.fit(samples, {.epochs = 5, .batch_size = 4});
    const double found = trainer.evaluate(samples)["loss"];
    bool good = std::fabs(found - wanted) <= 2e-5 * std::fabs(wanted);

    // A sample gives the same bits alone and in a batch.
    const auto together = predict(model, x);
    for (std::size_t i = 0; i < count; ++i) {
        std::array<float, Model::input.size()> sample;
        for (std::size_t k = 0; k < sample.size(); ++k) sample[k] = x.data()[i * sample.size() + k];
        const auto alone = model(sample);
        for (std::size_t k = 0; k < Model::output.size(); ++k)
            good = good && alone.data()[k] == together.data()[i * Model::output.size() + k];
    }
    std::printf("%s: %.7f, wanted %.7f%s\n", name, found, wanted, good ? "" : ": WRONG");
    wrong += !good;
    ++done;
}

} // namespace

int main()
{
    const auto gray = drawn<4>({count, 9, 7, 1}, -1, 1, 1), colored = drawn<4>({count, 9, 7, 3}, -1, 1, 2);
    const auto rows = drawn<2>({count, 6}, -1, 1, 3), numbers = drawn<2>({count, 1}, -1, 1, 4),
               three = drawn<2>({count, 3}, -1, 1, 5);
    auto classes = xt::xtensor<int, 1>::from_shape({count});
    auto answers = xt::xtensor<int, 2>::from_shape({count, 1});
    for (std::size_t i = 0; i < count; ++i) {
        classes(i) = static_cast<int>(i % 4);
        answers(i, 0) = static_cast<int>(i % 2);
    }

    using Strided = Sequential<Input<9, 7, 1>, Conv2D<3, Kernel<3>, Same, Elu<>>, MaxPooling2D<2, Strides<1>>,
                               Conv2D<5, Kernel<2, 3>, Strides<2>, Selu, NoBias>, Flatten, Dense<4, Softmax>>;
    learn<Strided>("strides", gray, classes, Adam{.learning_rate = 0.01f}, SparseCategoricalCrossentropy{}, 0.6485816);

    using Dilated = Sequential<Input<9, 7, 3>, Conv2D<17, Kernel<3, 2>, Dilation<2>, Same, Relu>,
                               AveragePooling2D<Window{3, 2}, Strides<2, 1>, Same>, Conv2D<1, Kernel<2>, Tanh>, Flatten,
                               Dense<18, Linear>, Dense<1, Sigmoid>>;
    learn<Dilated>("dilation", colored, answers, SGD{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true, .clipnorm = 0.5f},
                   BinaryCrossentropy{}, 0.2532396);

    using Activations = Sequential<Input<6>, Dense<20, Gelu>, Dense<19, GeluTanh>, Dense<5, Silu>, Dense<33, Mish>,
                                   Dense<8, Softplus>, Dense<8, Softsign>, Dense<8, HardSigmoid<>>, Dense<8, HardSilu>,
                                   Dense<8, LeakyRelu<>>, Dense<8, Relu6>, Dense<8, Exponential>, Dense<1>>;
    learn<Activations>(
        "activations", rows, numbers,
        Adam{.learning_rate = 0.01f, .beta_1 = 0.8, .beta_2 = 0.99, .epsilon = 1e-4f, .amsgrad = true, .clipvalue = 0.1f},
        MeanSquaredError{}, 0.5092510);

    using Blocks = Sequential<Input<9, 7, 3>, Residual<Conv2D<3, Same, Tanh>>, Parallel<Concat, Conv2D<2, Kernel<1>>, Branch<>>,
                              Parallel<Add, Conv2D<5, Same>, Activation<Tanh>>, AveragePooling2D<2>, Dropout<0.3>, Flatten,
                              Dense<3, LogSoftmax>>;
    learn<Blocks>("blocks", colored, three, SGD{.learning_rate = 0.02f, .global_clipnorm = 1.f}, MeanSquaredError{}, 1.7674620);

    using Whole = Sequential<Input<9, 7, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>,
                             Conv2D<19, Kernel<4, 3>, Tanh>, Flatten, Dense<3, Softmax>>;
    auto shares = three;
    for (std::size_t i = 0; i < shares.size(); ++i) shares.data()[i] = i % 3 == i / 3 % 3 ? 0.8f : 0.1f;
    learn<Whole>("lenet", gray, shares, Adam{}, CategoricalCrossentropy{.label_smoothing = 0.1f}, 1.0249421);

    std::printf("all %d models, %d wrong\n", done, wrong);
    static_assert(LAMINA_PLAIN_LOOPS);
    return wrong == 0 ? 0 : 1;
}
