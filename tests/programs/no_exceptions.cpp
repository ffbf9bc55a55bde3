// A program that is built without exceptions and without type information: all works, and a refusal ends it with its sentence.
// flags: -fno-exceptions -fno-rtti
// compilers: both
// expect: all is well
#include <lamina/data/drawn_digits.hpp>
#include <lamina/draw/blocks.hpp>
#include <lamina/draw/confusion_matrix.hpp>
#include <lamina/draw/curves.hpp>
#include <lamina/formats/npy.hpp>
#include <lamina/formats/tfrecord.hpp>
#include <lamina/graph/checkpoint.hpp>
#include <lamina/graph/checkpoint_manager.hpp>
#include <lamina/lamina.hpp>
#if __has_include(<nlohmann/json.hpp>)
#include <lamina/graph/field_map.hpp>
#endif
#if __has_include(<zlib.h>)
#include <lamina/data/mnist.hpp>
#endif

#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;

namespace {

int failures = 0;
void check(bool right, const char* what)
{
    if (!right) std::printf("WRONG: %s\n", what);
    failures += !right;
}

/// What a child process that does this says on stderr before it aborts; "" where it does not.
template <class F> std::string last_words(F&& does)
{
    int ends[2];
    if (pipe(ends) != 0) return "";
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        does();
        _exit(0);
    }
    close(ends[1]);
    std::string text;
    char block[512];
    while (const auto n = read(ends[0], block, sizeof block)) {
        if (n < 0) break;
        text.append(block, static_cast<std::size_t>(n));
    }
    close(ends[0]);
    int ended = 0;
    waitpid(child, &ended, 0);
    return WIFSIGNALED(ended) && WTERMSIG(ended) == SIGABRT ? text : "";
}

bool contains(const std::string& text, const char* part) { return text.find(part) != text.npos; }

using Net = Sequential<Input<28, 28, 1>, Flatten, Dense<12, Tanh, Name<"hidden">>, Dense<10, Softmax>>;

} // namespace

int main(int, char** program)
{
    const std::string own = program[0];
    auto digits = drawn_digits(100, Seed{3});
    digits.x /= 255;
    auto net = build<Net>(Seed{4});
    auto trainer = compile(net, Adam{.learning_rate = 0.01f}, SparseCategoricalCrossentropy{}, Accuracy{});
    const auto history = trainer.fit(digits, {.epochs = 3, .batch_size = 20, .threads = 2}, EarlyStopping{.monitor = "loss"});
    check(history.epochs.back()["loss"] < history.epochs[0]["loss"], "training");
    save(net, own + ".safetensors");
    check(predict(load<Net>(own + ".safetensors"), digits.x, {.threads = 2}) == predict(net, digits.x), "save and load");
    CheckpointManager manager(Checkpoint{{"model", net}, {"trainer", trainer.optimizer()}}, own + ".checkpoints");
    manager.save(0.5);
    check(manager.restore_latest(), "checkpoints");

    check(contains(last_words([] { load<Net>("no/such/file"); }), "lamina: no/such/file: cannot be opened"), "a missing file");
    check(contains(last_words([&] { digits.x(3, 2, 1, 0) = NAN, trainer.fit(digits); }), "x[3, 2, 1, 0] is nan"), "a NaN");
    check(contains(last_words([] { parallel_for(9, 3, [](std::size_t i) { fail({"task ", i % 1}); }); }), "lamina: task 0"),
          "a task");
    check(contains(last_words([] { npy::parse(std::string("no npy"), "a.npy"); }), "a.npy: "), "a file of another kind");
#if __has_include(<nlohmann/json.hpp>)
    const FieldMap names{{"a", "b"}, {"c", "d"}};
    check(FieldMap::parse(names.json()) == names, "a field map");
    check(contains(last_words([] { FieldMap::parse("{\"a\": "); }), "field map: is no JSON at byte 7"), "no JSON");
    check(contains(last_words([] { FieldMap::parse("{\"a\": 1e999}"); }), "field map: is no JSON;"), "a number too large");
    check(contains(last_words([] { FieldMap{{"a", "\xff"}}.json(); }), "a name is not UTF-8"), "no UTF-8");
#endif
    std::puts(failures == 0 ? "all is well" : "some is wrong");
    return failures;
}
