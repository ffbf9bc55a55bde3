// A program whose other headers have made macros of many names: Qt, X11, Windows, Apple, <complex.h>, termios, loggers.
// flags: -std=gnu++20
// compilers: both
// expect: all is well
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>
#endif
#include <xsimd/xsimd.hpp> // neither takes an I, a major and a minor

#include <complex.h> // I
#include <sys/sysmacros.h>
#include <termios.h>

// Qt
#define slots
#define signals public
#define emit
#define foreach for_each_of_qt
#define forever for (;;)
#define Q_OBJECT
#define Q_EMIT
// <windows.h>
#define small char
#define near
#define far
#define interface struct
#define hyper 64
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define CALLBACK
#define PASCAL
#define STRICT 1
#define OPAQUE 2
#define TRANSPARENT 1
#define ERROR 0
#define NO_ERROR 0L
#define DELETE (0x00010000L)
#define IGNORE 0
#define INFINITE 0xFFFFFFFF
#define DIFFERENCE 11
#define DOMAIN 1
#define OVERFLOW 3
#define UNDERFLOW 4
#define GetObject GetObjectA
#define GetMessage GetMessageA
#define LoadImage LoadImageA
#define DrawText DrawTextA
#define Yield()
// <X11/Xlib.h>
#define None 0L
#define Bool int
#define Status int
#define True 1
#define False 0
#define Success 0
#define Always 2
#define Above 0
#define Below 1
#define Unsorted 0
#define Complex 0
#define Convex 2
#define Absolute 1
#define KeyPress 2
#define CurrentTime 0L
// AssertMacros.h, Unreal, loggers, test frameworks, Objective-C, small machines
#define check(assertion) what is checked
#define verify(assertion) what is verified
#define require(assertion, label) what is required
#define ensure(assertion) what is ensured
#define Assert(condition) an assertion
#define CHECK(condition) a check
#define REQUIRE(condition) a requirement
#define FAIL(text) a failure
#define LOG(level) a logger
#define TRACE trace
#define DEBUG 1
#define INFO info
#define WARN warn
#define TEST(suite, name) a test
#define SECTION(name) a section
#define TRUE 1
#define FALSE 0
#define YES 1
#define NO 0
#define BOOL int
#define nil 0
#define Nil 0
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define ABS(a) ((a) < 0 ? -(a) : (a))
#define SWAP(a, b) a swap
#define B1 1
#define HIGH 1
#define LOW 0
#define INPUT 0
#define OUTPUT 1
#define CHANGE 1
#define EPSILON 1e-6
#define bit(b) (1UL << (b))
#define word(...) a word
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define opaque char
#define linux 1
#define unix 1

#include <lamina/autodiff.hpp>
#include <lamina/data/drawn_digits.hpp>
#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/augment.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/cache_file.hpp>
#include <lamina/data/transforms/interleave.hpp>
#include <lamina/data/transforms/padded_batch.hpp>
#include <lamina/data/transforms/parallel_map.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/data/transforms/unbatch.hpp>
#include <lamina/data/transforms/window.hpp>
#include <lamina/data/transforms/zip.hpp>
#include <lamina/draw/blocks.hpp>
#include <lamina/draw/confusion_matrix.hpp>
#include <lamina/draw/curves.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/formats/tfrecord.hpp>
#include <lamina/graph/backup_and_restore.hpp>
#include <lamina/graph/checkpoint.hpp>
#include <lamina/graph/checkpoint_manager.hpp>
#include <lamina/graph/model_checkpoint.hpp>
#include <lamina/lamina.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

using namespace lamina;

using Net = Sequential<Input<28, 28, 1>, Conv2D<3, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Flatten, Dropout<0.1>,
                       Dense<12, Gelu, Name<"hidden">>, Dense<10, Softmax>>;

struct Parts {
    using inputs = Inputs<Input<3>, Input<3>>;
    Dense<2, Elu<>>::on<3> first, second;
    auto operator()(const auto& a, const auto& b) const
    {
        return std::tuple{concatenate(first(a), second(b)), first(b) + second(a)};
    }
};

int main(int, char** program)
{
    const std::string own = program[0];
    auto digits = drawn_digits(100, Seed{3});
    digits.x /= 255;
    auto net = build<Net>(Seed{4});
    auto trainer = compile(net, Adam{.learning_rate = 0.01f, .amsgrad = true}, SparseCategoricalCrossentropy{}, Accuracy{});
    const auto history = trainer.fit(digits, {.epochs = 3, .batch_size = 20, .threads = 2}, EarlyStopping{.monitor = "loss"});
    save(net, own + ".safetensors");
    const auto loaded = load<Net>(own + ".safetensors");
    std::filesystem::remove_all(own + ".checkpoints");
    CheckpointManager manager({{"model", net}, {"optimizer", trainer.optimizer()}}, own + ".checkpoints");
    manager.save(0.5);

    const auto both = build<Parts>(Seed{2});
    const xt::xtensor<float, 2> a{{1, 2, 3}}, b{{7, 8, 9}};
    const auto [joined, sum] = predict(both, std::tuple{a, b});
    const bool well = history.epochs.back()["loss"] < history.epochs[0]["loss"] &&
                      predict(loaded, digits.x) == predict(net, digits.x) && manager.restore_latest() && joined.shape()[1] == 4 &&
                      sum.shape()[1] == 2 && trainer.optimizer().state.slot_records.size() == 3 * state(net).size() &&
                      !summary(net).empty();
    std::puts(well ? "all is well" : "WRONG");
    return well ? 0 : 1;
}
