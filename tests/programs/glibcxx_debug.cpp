// A program that is looked over: the checks of the standard library and of memory functions, all warnings for lamina's headers.
// flags: -O1 -D_GLIBCXX_DEBUG -D_GLIBCXX_DEBUG_PEDANTIC -D_GLIBCXX_ASSERTIONS
// flags: -D_FORTIFY_SOURCE=2 -Wall -Wextra -pedantic-errors -Wconversion -Wshadow -Werror
// compilers: both
// expect: all is well
#include <lamina/data/drawn_digits.hpp>
#include <lamina/draw/blocks.hpp>
#include <lamina/draw/confusion_matrix.hpp>
#include <lamina/draw/curves.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/graph/checkpoint.hpp>
#include <lamina/graph/checkpoint_manager.hpp>
#include <lamina/lamina.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

using namespace lamina;

namespace {

int failures = 0;
void check(bool right, const std::string& what)
{
    if (!right) std::printf("WRONG: %s\n", what.c_str());
    failures += !right;
}

using Net = Sequential<Input<28, 28, 1>, Conv2D<3, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<4, Kernel<3>, Relu>,
                       MaxPooling2D<2>, Flatten, Dropout<0.1>, Dense<12, Tanh, Name<"hidden">>, Dense<10, Softmax>>;

struct Parts {
    Sequential<Input<28, 28, 1>, Flatten, Dense<9, Tanh>> first;
    Dense<9, Sigmoid>::on<9> again;
    Dense<10, Softmax>::on<9> last;

    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return last(h + again(h));
    }
};

template <class M>
void use(const std::string& own, const std::string& name, Samples<xt::xtensor<float, 4>, xt::xtensor<std::int32_t, 1>> digits)
{
    auto model = build<M>(Seed{4});
    auto trainer =
        compile(model, Adam{.learning_rate = 0.01f, .global_clipnorm = 1.0f}, SparseCategoricalCrossentropy{}, Accuracy{});
    const auto history = trainer.fit(digits, {.epochs = 3, .batch_size = 30, .validation_split = 0.1, .threads = 2},
                                     EarlyStopping{.monitor = "loss", .restore_best_weights = true}, CSVLogger{own + ".csv"});
    check(history.epochs.back()["loss"] < history.epochs[0]["loss"], name + ": training");
    save(model, own + ".safetensors");
    check(predict(load<M>(own + ".safetensors"), digits.x, {.threads = 2}) == predict(model, digits.x), name + ": save and load");
    std::filesystem::remove_all(own + ".checkpoints");
    CheckpointManager manager({{"model", model}, {"optimizer", trainer.optimizer()}}, own + ".checkpoints", {.max_to_keep = 2});
    for (int i = 0; i < 4; ++i) manager.save(0.5);
    check(manager.restore_latest() && manager.restore_best(), name + ": checkpoints");
    Graph graph = Graph::load(own + ".safetensors");
    check(graph.size() == state(model).size(), name + ": a graph");
    check(!summary(model).empty(), name + ": a summary");

    const auto classes = predict_classes(model, digits.x);
    check(draw::confusion_matrix(draw::confusion(digits.y, classes, 10)).str().size() > 100, name + ": a confusion matrix");
    check(draw::curves({{"loss", history["loss"]}}).str().size() > 100, name + ": curves");
    check(!draw::blocks({digits.x.data(), 784}, 28, 28).empty(), name + ": blocks");
}

} // namespace

int main(int, char** program)
{
    auto digits = drawn_digits(100, Seed{3});
    digits.x /= 255;
    use<Net>(program[0], "a Sequential", digits);
    use<Parts>(program[0], "a struct", digits);
    try {
        load<Net>("no/such/file");
        check(false, "a missing file");
    }
    catch (const error& refused) {
        check(std::string(refused.what()).starts_with("no/such/file: "), "a missing file");
    }
    std::puts(failures == 0 ? "all is well" : "some is wrong");
    return failures;
}
