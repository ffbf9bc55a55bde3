// A training loop by hand: the batches of a dataset under a tape, and the digits that were not learned counted by the model as it predicts.
#include <lamina/autodiff.hpp>
#include <lamina/lamina.hpp>

#include <lamina/data/drawn_digits.hpp>
#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/shuffle.hpp>

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <utility>

using namespace lamina;

// clang-format off: a model reads as a table
using Net = Sequential<Input<28, 28, 1>,
    Rescaling<1.0 / 255>, Flatten,
    Dense<128>, BatchNormalization<Momentum<0.9>>, Activation<Relu>, Dropout<0.2>,
    Dense<10>>; // logits
// clang-format on

int main()
{
    const auto train = slices(drawn_digits(4000, Seed{2})) | shuffle(4000, Seed{1}) | batch(32) | prefetch(2);
    const auto test = slices(drawn_digits(1000, Seed{3})) | batch(100);

    auto model = build<Net>(Seed{1});
    Adam optimizer{.learning_rate = 2e-3f};
    std::uint64_t step = 0;
    for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
        Iterator batches(train, Position{epoch, 0}); // another order in each pass
        double sum = 0;
        std::size_t count = 0;
        for (decltype(batches)::element batch; batches.next(batch); ++count) {
            auto& [images, labels] = batch;
            const auto x = constant(std::move(images)), y = constant(std::move(labels)); // their memory, without a copy
            const TrainingMode training(Seed{1}, step++); // Dropout draws, BatchNormalization looks at the batch
            GradientTape tape;
            const auto loss = reduce_mean(sparse_softmax_cross_entropy(y, model(x)));
            optimizer.apply_gradients(tape.gradient(loss, variables(model)), variables(model));
            sum += loss.item();
        }

        double right = 0; // no TrainingMode: a call predicts
        for (auto& [images, labels] : test) {
            const auto found = cast<std::int32_t>(argmax(model(constant(std::move(images))), -1));
            right += reduce_sum(cast<float>(equal(found, constant(std::move(labels))))).item();
        }
        std::cout << "epoch " << epoch + 1 << ": loss " << sum / static_cast<double>(count) << ", right of 1000: " << right
                  << '\n';
    }
}
