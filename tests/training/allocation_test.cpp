// What allocates nothing: inference of a sample, of a batch in a workspace, and training steps after the first.
#include "catch.hpp"
#include "counted_new.hpp"
#include "training/problems.hpp"

#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/recurrent/gru.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/parallel.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/stream.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <array>

using namespace lamina;
using namespace lamina::internals;
using counted_new::allocations;

namespace {

using Net = Sequential<Input<4>, Reshape<2, 2, 1>, Conv2D<5, Kernel<2>, Same, Tanh>, Flatten, Dropout<0.2>, Dense<9, Gelu>,
                       Dense<3, Softmax>>;

/// More than 64 KiB between the layers: the thread's own room.
using Branches = Sequential<Input<4>, Residual<Dense<9, Tanh>, Dense<4>>,
                            Parallel<Concat, Dense<3, Relu>, Branch<>, Branch<Dense<5>, Dense<4>>>,
                            Parallel<Add, Dense<3>, Dense<3, Tanh>>, Dense<3, Softmax>>;
using Wide = Sequential<Input<4>, Dense<20'000, Tanh>, Dense<3, Softmax>>;

struct Skips {
    Dense<9, Tanh>::on<4> first;
    Dense<9, Relu>::on<9> again;
    std::vector<Dense<9, Gelu>::on<9>> body;
    Dense<3, Softmax>::on<9> last;

    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return last(h + again(again(h)));
    }
};

/// Two inputs, two outputs.
struct Several {
    using inputs = Inputs<Input<4>, Input<4>>;
    Dense<9, Tanh>::on<8> first;
    Dense<3, Softmax>::on<9> kind;
    Dense<4>::on<9> copy;

    auto operator()(const auto& x, const auto& y) const
    {
        const auto h = first(concatenate(x, y));
        return std::tuple{kind(h), copy(h)};
    }
};

template <class M> M made()
{
    M model{};
    if constexpr (requires { model.body; }) model.body.resize(2);
    build(model, Seed{1});
    return model;
}

/// Counts what is allocated between the ends of two batches of an epoch, and over whole epochs after the first.
struct Counter {
    std::size_t within = 0, last = 0, steps = 0, of_epochs = 0;

    void on_batch_end(TrainingState& t)
    {
        const std::size_t now = allocations;
        if (t.batch > 1) within += now - last, ++steps;
        last = now;
    }
    void on_epoch_begin(TrainingState& t)
    {
        if (t.epoch == 1) of_epochs = allocations;
    }
    void on_train_end(TrainingState&) { of_epochs = allocations - of_epochs; }
};

template <class M, class O> void check_training(const O& optimizer)
{
    auto model = made<M>();
    auto trainer = compile(model, optimizer, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    const auto samples = points(900);
    for (const std::size_t threads : {1u, 2u})
        for (const std::size_t batch : {7u, 32u, 100u, 400u}) {
            INFO(threads << " threads, batches of " << batch);
            Counter counter;
            trainer.fit(samples, {.epochs = 3, .batch_size = batch, .threads = threads}, counter);
            CHECK(counter.steps == 3 * ((900 + batch - 1) / batch - 1)); // the remainder's among them
            CHECK(counter.within == 0);
            INFO(counter.of_epochs << " allocations in two epochs");
            CHECK(counter.of_epochs <= 40); // the figures of an epoch
        }
}

template <class M> void check_inference()
{
    const auto model = made<M>();
    const std::array x{0.1f, 0.2f, 0.3f, 0.4f};
    float sum = model(x)(0); // the first call may make the thread's room
    std::size_t before = allocations;
    for (int i = 0; i < 3; ++i) sum += model(x)(0);
    const std::size_t of_sample = allocations - before;
    CHECK(of_sample == 0);

    const auto samples = points(100);
    Workspace<M> workspace(model);
    xt::xtensor<float, 2> into({100, 3});
    before = allocations;
    predict(model, samples.x, into, workspace);
    const std::size_t of_batch = allocations - before;
    CHECK(of_batch == 0);
    CHECK(std::isfinite(sum + into(99, 2)));
}

} // namespace

TEST_CASE("A step of a stream allocates nothing", "[training][allocation]")
{
    const auto model = made<Sequential<Input<9, 2>, LSTM<3, ReturnSequences>, GRU<5, ResetBefore>, Dense<1>>>();
    Stream stream(model);
    const std::size_t before = allocations;
    const float sum = stream(std::array{0.1f, 0.2f})(0) + stream(std::array{0.3f, 0.4f})(0);
    stream.reset();
    const std::size_t of_steps = allocations - before;
    CHECK(of_steps == 0);
    CHECK(std::isfinite(sum));
}

TEST_CASE("The counter counts", "[training][allocation]")
{
    const std::size_t before = allocations;
    ::operator delete(::operator new(1));
    Aligned<float> room(100);
    CHECK(allocations - before >= 2);
}

TEST_CASE("A sample and a batch in a workspace are inferred without an allocation", "[training][allocation]")
{
    check_inference<Net>();
    check_inference<Wide>();
    check_inference<Skips>();
    check_inference<Branches>();
}

TEST_CASE("A model on the stack allocates nothing from its first sample on", "[training][allocation]")
{
    const auto model = build<Net>(Seed{1});
    const std::size_t before = allocations;
    const float first = model(std::array{0.1f, 0.2f, 0.3f, 0.4f})(0);
    const std::size_t after = allocations;
    CHECK(after == before);
    CHECK(std::isfinite(first));
}

TEST_CASE("A batch of a Sequential allocates its result alone", "[training][allocation]")
{
    const auto model = build<Net>(Seed{1});
    const auto samples = points(100);
    (void)predict(model, samples.x);
    const std::size_t before = allocations;
    const auto y = predict(model, samples.x);
    const std::size_t made = allocations - before;
    CHECK(made == 1);
    CHECK(y.shape()[0] == 100);
}

TEST_CASE("Training steps of a Sequential after the first allocate nothing", "[training][allocation]")
{
    check_training<Net>(Adam{.clipnorm = 1.f});
    check_training<Branches>(Adam{});
}

TEST_CASE("Training steps of a struct after the first allocate nothing", "[training][allocation]")
{
    check_training<Skips>(
        SGD{.learning_rate = [](std::size_t step) { return 0.1 / double(1 + step); }, .momentum = 0.9f, .global_clipnorm = 1.f});
}

TEST_CASE("Several inputs and outputs allocate nothing either", "[training][allocation]")
{
    auto model = build<Several>(Seed{1});
    auto trainer =
        compile(model, Adam{}, Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.named("of_some_length", "longer"),
                SparseCategoricalAccuracy{});
    const auto one = points(300);
    const Samples samples{std::tuple{one.x, one.x}, std::tuple{one.y, one.x}};
    for (const std::size_t threads : {1u, 2u}) {
        Counter counter;
        trainer.fit(samples, {.epochs = 3, .batch_size = 100, .threads = threads}, counter);
        CHECK(counter.steps == 6);
        CHECK(counter.within == 0);
    }

    Workspace<Several> workspace(model);
    xt::xtensor<float, 2> kinds({300, 3}), copies({300, 4});
    auto into = std::tie(kinds, copies);
    const auto from = std::tie(one.x, one.x);
    std::size_t before = allocations;
    predict(model, from, into, workspace);
    const std::size_t of_batch = allocations - before;
    CHECK(of_batch == 0);
    const std::array x{0.1f, 0.2f, 0.3f, 0.4f};
    before = allocations;
    const auto [kind, copy] = model(x, x);
    const std::size_t of_sample = allocations - before;
    CHECK(of_sample == 0);
    CHECK(std::isfinite(kind(0) + copy(0)));
}

TEST_CASE("A batch of a dataset is judged and trained on without allocating", "[training][allocation]")
{
    auto model = made<Net>();
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    Counter counter;
    Position position;
    trainer.fit(slices(points(896)) | shuffle(100, Seed{1}) | batch(32), {.epochs = 3, .position = &position}, counter);
    CHECK(counter.steps == 3 * 27);
    CHECK(counter.within == 0);
}
