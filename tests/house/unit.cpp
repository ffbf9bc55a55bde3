// One of the objects of house.units: the same text for another instruction set, under the name UNIT. It uses the whole library, as
// every function that is emitted here is compared with those of the other objects.
#include <lamina/data/drawn_digits.hpp>
#include <lamina/graph/checkpoint.hpp>
#include <lamina/lamina.hpp>

#include "unit.hpp"

#include <array>
#include <filesystem>
#include <sstream>
#include <string>

using namespace lamina;

namespace {

using Model =
    Sequential<Input<28, 28, 1>, Conv2D<4, Kernel<5>, Strides<2>, Tanh>, AveragePooling2D<2>, Flatten, Dense<10, Softmax>>;

/// Functions on values.
struct Computed {
    Dense<8>::on<10> body;

    auto operator()(const auto& x) const
    {
        const auto a = body(x), b = 0.5f * a - pow(abs(a), 1.5f) / (1 + exp(a));
        return softmax(concatenate(maximum(a, b) + mean(b), max<0>(reshape<4, 2>(a)) * dot(a, b)));
    }
};

} // namespace

#define NAMED(name, unit) NAMED_AS_IT_STANDS(name, unit)
#define NAMED_AS_IT_STANDS(name, unit) name##_##unit

std::array<float, 10> NAMED(train, UNIT)(const std::string& folder)
{
    std::filesystem::create_directories(folder);
    const auto digits = drawn_digits(128, Seed{1});
    auto model = build<Model>(Seed{1});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    std::size_t epochs = 0;
    const auto history = trainer.fit(digits, {.epochs = 3, .validation_split = 0.25, .class_weight = {{1, 2.f}}, .threads = 2},
                                     EarlyStopping{.patience = 3, .restore_best_weights = true}, CSVLogger{folder + "/log.csv"},
                                     TerminateOnNaN{}, LambdaCallback{.on_epoch_end = [&](TrainingState&) { ++epochs; }});
    std::ostringstream text;
    text << summary(model, {.options = true}) << history << trainer.evaluate(digits);

    save(model, folder + "/model.safetensors");
    auto again = load<Model>(folder + "/model.safetensors");
    const Checkpoint checkpoint{{"model", again}, {"epochs", epochs}};
    checkpoint.save(folder + "/checkpoint.safetensors");
    checkpoint.restore(folder + "/checkpoint.safetensors");

    const auto classes = predict(clone(again), digits.x, {.threads = 2});
    std::array<float, 10> result{};
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = classes.data()[i];
    const auto computed = build<Computed>(Seed{1});
    const auto batch = predict(computed, classes);
    result[0] += batch(2, 0) - computed(classes)(2, 0) + 0 * computed(result)(0);
    return result;
}

void NAMED(store, UNIT)(Graph& graph)
{
    auto model = graph.build<Model>("model", Seed{2});
    graph.rename("model/0/bias", "other/bias");
    graph.erase("other/bias");
}

float NAMED(first_number, UNIT)(const std::shared_ptr<stored_types::record>& record) { return record->data<float>()[0]; }

void NAMED(refuse, UNIT)() { load<Model>("a file that is not there"); }
