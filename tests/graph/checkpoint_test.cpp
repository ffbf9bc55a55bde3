// Checkpoint: models, optimizers and plain values together, training that goes on to the bit, and files that are refused.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/lamina.hpp>

#include <lamina/graph/checkpoint.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;

namespace {

enum class phase { first, second };

struct Settings {
    double rate = 0.1;
    float small = 1e-30f;
    bool flag = false;
    phase now = phase::first;
    std::int64_t count = -3;
    std::string name = "a";
    std::optional<float> maybe;
    std::vector<double> history;
    std::vector<std::string> words;
    std::array<int, 2> pair{1, 2};
    std::map<std::string, int> table{{"x", 1}};
    Random random{Seed{1}};
};

struct Net {
    Sequential<Input<6>, Dense<8, Tanh>, Dropout<0.25>> body;
    Dense<3, Softmax>::on<8> head;
    int epochs = 0;

    auto operator()(const auto& x) const { return head(body(x)); }
};

Samples<xt::xtensor<float, 2>, xt::xtensor<std::int32_t, 1>> samples()
{
    Samples made{xt::xtensor<float, 2>::from_shape({70, 6}), xt::xtensor<std::int32_t, 1>::from_shape({70})};
    Random random(Seed{5});
    for (auto& x : made.x) x = static_cast<float>(random.normal());
    for (auto& y : made.y) y = static_cast<std::int32_t>(random.below(3));
    return made;
}

/// All bits of a model.
std::vector<float> numbers_of_model(const Net& model)
{
    std::vector<float> all;
    for (const auto& kept : records_of(model)) kept->for_each<float>([&](float& x) { all.push_back(x); });
    return all;
}

template <class Rule> void training_goes_on(Rule rule)
{
    const Temporary folder("checkpoint_training");
    const auto data = samples();
    auto whole = build<Net>(Seed{1});
    compile(whole, rule, SparseCategoricalCrossentropy{}).fit(data, {.epochs = 3, .batch_size = 16});

    {
        auto model = build<Net>(Seed{1});
        auto trainer = compile(model, rule, SparseCategoricalCrossentropy{});
        trainer.fit(data, {.epochs = 1, .batch_size = 16});
        model.epochs = 1;
        Checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}}.save(folder.path / "one");
    }
    auto model = build<Net>(Seed{99});
    auto trainer = compile(model, rule, SparseCategoricalCrossentropy{});
    Checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}}.restore(folder.path / "one");
    CHECK(model.epochs == 1);
    trainer.fit(data, {.epochs = 2, .batch_size = 16});
    CHECK(numbers_of_model(model) == numbers_of_model(whole));
}

} // namespace

TEST_CASE("training goes on to the bit", "[graph][checkpoint]")
{
    training_goes_on(Adam{});
    training_goes_on(
        Adam{.learning_rate = CosineDecay{.initial_learning_rate = 1e-2f, .decay_steps = 20}, .amsgrad = true, .clipnorm = 1.f});
    training_goes_on(SGD{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true});
}

TEST_CASE("plain values come back as they were", "[graph][checkpoint]")
{
    const Temporary folder("checkpoint_values");
    Settings kept{.rate = 1. / 3,
                  .small = std::numeric_limits<float>::denorm_min(),
                  .flag = true,
                  .now = phase::second,
                  .count = std::numeric_limits<std::int64_t>::min(),
                  .name = "q\"\n\xC3\xA9",
                  .maybe = 0.1f,
                  .history = {1. / 7, -0., std::numeric_limits<double>::infinity()},
                  .words = {"", "a,b:c", "x"},
                  .pair = {7, 8}};
    kept.table["x"] = 5;
    kept.random.bits();
    double alone = 2.5;
    Checkpoint{{"settings", kept}, {"alone", alone}}.save(folder.path / "a");
    const std::uint32_t next = Random(kept.random).bits();

    Settings fresh;
    double other = 0;
    Checkpoint{{"settings", fresh}, {"alone", other}}.restore(folder.path / "a");
    CHECK(other == 2.5);
    CHECK(fresh.rate == kept.rate);
    CHECK(fresh.small == kept.small);
    CHECK(fresh.flag);
    CHECK(fresh.now == phase::second);
    CHECK(fresh.count == kept.count);
    CHECK(fresh.name == kept.name);
    CHECK(fresh.maybe == 0.1f);
    CHECK(fresh.history == kept.history);
    CHECK(std::signbit(fresh.history[1]));
    CHECK(fresh.words == kept.words);
    CHECK(fresh.pair == kept.pair);
    CHECK(fresh.table == kept.table);
    CHECK(fresh.random.bits() == next);

    Settings none;
    Checkpoint{{"settings", none}}.save(folder.path / "none");
    fresh.maybe = 3.f;
    Checkpoint{{"settings", fresh}}.restore(folder.path / "none");
    CHECK_FALSE(fresh.maybe);
    CHECK(fresh.history.empty());
}

TEST_CASE("a checkpoint of other numbers is restored where that is asked for", "[graph][checkpoint]")
{
    const Temporary folder("checkpoint_convert");
    Variable<double, Shape{2}> wide;
    wide.make("w");
    wide.data()[0] = 0.1;
    wide.data()[1] = -2;
    Variable<float, Shape{2}> narrow;
    narrow.make("w");
    int steps = 7;
    Checkpoint{{"w", wide}, {"steps", steps}}.save(folder.path / "c");
    steps = 1;
    const Checkpoint checkpoint{{"w", narrow}, {"steps", steps}};
    CHECK(says(
        refusal_of([&] { checkpoint.restore(folder.path / "c"); }),
        "\"w\" is float64 [2] in the file, the program needs float32 [2]; nothing was restored; the file holds float64 where "
        "float32 is needed; "
        "restore(path, {.convert = true}) converts"));
    CHECK(steps == 1);
    checkpoint.restore(folder.path / "c", {.convert = true});
    CHECK(narrow.data()[0] == 0.1f);
    CHECK(narrow.data()[1] == -2);
    CHECK(steps == 7);

    wide.data()[1] = 1e300;
    Checkpoint{{"w", wide}, {"steps", steps}}.save(folder.path / "c");
    steps = 1;
    CHECK(says(refusal_of([&] { checkpoint.restore(folder.path / "c", {.convert = true}); }),
               "c: \"w\" holds 1e+300, which float32 does not hold"));
    CHECK(steps == 1);
    CHECK(narrow.data()[1] == -2);
}

TEST_CASE("what is frozen comes back, and what is trained", "[graph][checkpoint]")
{
    const Temporary folder("checkpoint_frozen");
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, SGD{.momentum = 0.9f}, SparseCategoricalCrossentropy{});
    const Checkpoint all{{"model", model}, {"optimizer", trainer.optimizer()}};
    const auto& kernel = model.head.kernel.storage();
    const auto& bias = model.head.bias.storage();
    kernel->trainable = false;
    all.save(folder.path / "frozen");
    CHECK(*find(safetensors::read(folder.path / "frozen").metadata, "frozen") == "model/head/kernel\n"); // no slots
    kernel->trainable = true;
    all.save(folder.path / "trained");

    bias->trainable = false;
    all.restore(folder.path / "frozen");
    CHECK_FALSE(kernel->trainable);
    CHECK(bias->trainable);
    for (const auto& slot : trainer.optimizer().state.slot_records) CHECK_FALSE(slot->trainable);
    all.restore(folder.path / "trained");
    CHECK(kernel->trainable);

    // A checkpoint of a lamina that did not say it leaves everything as it is.
    auto old = safetensors::read(folder.path / "trained");
    std::erase_if(old.metadata, [](const auto& text) { return text.name == "frozen"; });
    kernel->trainable = false;
    all.restore(old);
    CHECK_FALSE(kernel->trainable);
    CHECK(bias->trainable);
}

TEST_CASE("what does not fit is refused, and nothing has changed", "[graph][checkpoint]")
{
    const Temporary folder("checkpoint_refused");
    auto model = build<Net>(Seed{1});
    int steps = 5;
    Checkpoint{{"model", model}, {"steps", steps}}.save(folder.path / "good");
    const auto refused = [&](const Checkpoint& checkpoint, const std::string& file) {
        return refusal_of([&] { checkpoint.restore(folder.path / file); });
    };

    auto other = build<Dense<4>::on<6>>(Seed{2});
    const float before = other.kernel.data()[0];
    std::string word = "w";
    const auto text = refused(Checkpoint{{"model", other}, {"word", word}}, "good");
    CHECK(says(text, "the file has no \"model/kernel\""));
    CHECK(says(text, "the program has no \"model/head/kernel\""));
    CHECK(says(text, "the file has no value \"word\""));
    CHECK(says(text, "the file has 1 values that the program does not know"));
    CHECK(says(text, "nothing was restored"));
    CHECK(other.kernel.data()[0] == before);

    // A value of another kind, behind tensors that fit.
    auto same = build<Net>(Seed{2});
    const auto values = numbers_of_model(same);
    bool truth = false;
    CHECK(says(refused(Checkpoint{{"model", same}, {"steps", truth}}, "good"),
               "the value \"steps\" is \"5\", it has to be true or false"));
    std::uint8_t byte = 0;
    steps = 300;
    Checkpoint{{"steps", steps}}.save(folder.path / "300");
    CHECK(says(refused(Checkpoint{{"steps", byte}}, "300"), "a whole number in range"));
    CHECK(numbers_of_model(same) == values);

    // Another shape under the same name.
    Dense<3>::on<5> narrow = build<Dense<3>::on<5>>();
    Dense<4>::on<5> wide = build<Dense<4>::on<5>>();
    Checkpoint{{"layer", narrow}}.save(folder.path / "narrow");
    CHECK(says(refused(Checkpoint{{"layer", wide}}, "narrow"),
               "\"layer/kernel\" is float32 [5, 3] in the file, the program needs float32 [5, 4]"));

    save(model, folder.path / "model");
    CHECK(says(refused(Checkpoint{{"model", model}}, "model"), "is no checkpoint"));
    folder.write("cut", read_file(folder.path / "good").substr(0, 200));
    CHECK(says(refused(Checkpoint{{"model", model}, {"steps", steps}}, "cut"), "copy"));

    Net unbound;
    CHECK(says(refusal_of([&] { Checkpoint{{"model", unbound}}.save(folder.path / "no"); }),
               "checkpoint: \"model/body/0/kernel\" is bound to no stored variable; make the model with build or load before"));
    CHECK(says(refusal_of([&] { Checkpoint{{"a", steps}, {"a", truth}}.save(folder.path / "no"); }),
               "two values would have the name \"a\""));
    CHECK(says(refusal_of([&] { Checkpoint{{"a", model}, {"a", same}}.save(folder.path / "no"); }), "two"));
    CHECK_FALSE(std::filesystem::exists(folder.path / "no"));
}

TEST_CASE("things that are not asked for are passed over", "[graph][checkpoint]")
{
    const Temporary folder("checkpoint_part");
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{});
    int model_count = 4;
    Checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}, {"model_count", model_count}}.save(folder.path / "all");
    CHECK(read_file(folder.path / "all").find("\"optimizer/state/slots/momentum/") !=
          std::string::npos); // whatever the field is called
    auto alone = build<Net>(Seed{2});
    Checkpoint{{"model", alone}}.restore(folder.path / "all");
    CHECK(numbers_of_model(alone) == numbers_of_model(model));
    int count = 0;
    Checkpoint{{"model_count", count}}.restore(folder.path / "all");
    CHECK(count == 4);
}

TEST_CASE("notes are kept beside", "[graph][checkpoint]")
{
    const Temporary folder("checkpoint_notes");
    int step = 1;
    Checkpoint{{"step", step}}.save(folder.path / "a", {{"score", "0.5"}, {"by", "me"}});
    CHECK(Checkpoint::notes(folder.path / "a") == std::map<std::string, std::string>{{"by", "me"}, {"score", "0.5"}});
    const std::string bytes = read_file(folder.path / "a");
    folder.write("cut", bytes.substr(0, bytes.size() / 2));
    folder.write("short", "abc");
    for (const char* broken : {"cut", "short"}) CHECK(says(refusal_of([&] { Checkpoint::notes(folder.path / broken); }), "copy"));
}
