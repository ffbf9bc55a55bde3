// Variables of a program's own, and tensors as a model's data: they go where models and arrays go.
#include "catch.hpp"
#include "data/temporary.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/checkpoint.hpp>
#include <lamina/graph/save.hpp>
#include <lamina/interop/weights.hpp>
#include <lamina/lamina.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

using namespace lamina;

namespace {

struct Parts {
    Variable<float, Shape{2}> w;
    Variable<float, Shape{}> scale;
};

} // namespace

TEST_CASE("A variable goes into a checkpoint and a file as a model does", "[autodiff][variables]")
{
    const Temporary folder("tensor_variables");
    auto w = variable(constant(2.f), "w");
    Checkpoint checkpoint{{"w", w}};
    checkpoint.save(folder.path / "w.checkpoint");
    assign(w, constant(11.f));
    CHECK(read(w).item() == 11);
    checkpoint.restore(folder.path / "w.checkpoint");
    CHECK(read(w).item() == 2);

    save(w, folder.path / "w.safetensors");
    assign(w, constant(11.f));
    load(w, folder.path / "w.safetensors");
    CHECK(read(w).item() == 2);

    Parts parts;
    parts.w = variable(constant({1.f, 2.f}), "w");
    parts.scale = variable(constant(3.f), "scale");
    save(parts, folder.path / "parts.safetensors");
    assign_add(parts.w, 1.0f);
    load(parts, folder.path / "parts.safetensors");
    CHECK(read(parts.w).item(1) == 2);

    GradientTape tape;
    const auto loss = reduce_sum(parts.w * constant({3.f, 4.f}) * parts.scale);
    const auto gradients = tape.gradient(loss, variables(parts));
    CHECK(gradients[0].item(1) == 12);
    CHECK(gradients[1].item() == 11);
}

TEST_CASE("Whatever gives a layer other numbers makes its step stale", "[autodiff][variables]")
{
    const Temporary folder("stale_steps");
    auto model = build<Sequential<Input<2>, Dense<2>>>(Seed{1});
    save(model, folder.path / "model.safetensors");
    const Checkpoint checkpoint{{"model", model}};
    checkpoint.save(folder.path / "checkpoint.safetensors");
    const auto weights = get_weights(model);
    const auto refuses_after = [&](const auto& change) {
        GradientTape tape;
        const auto loss = reduce_sum(square(model(constant({{1.f, 2.f}}))));
        change();
        CHECK_THROWS_WITH(tape.gradient(loss, variables(model)), Catch::Contains("\"0/kernel\" was changed between"));
    };
    refuses_after([&] { load(model, folder.path / "model.safetensors"); });
    refuses_after([&] { checkpoint.restore(folder.path / "checkpoint.safetensors"); });
    refuses_after([&] { set_weights(model, weights); });
    GradientTape tape;
    const auto loss = reduce_sum(square(model(constant({{1.f, 2.f}}))));
    save(model, folder.path / "model.safetensors"); // reads alone
    CHECK(tape.gradient(loss, variables(model))[0]);
}

TEST_CASE("A tape knows a variable that is gone, and takes no other for it", "[autodiff][variables]")
{
    auto& journal = internals::tensors::journal();
    std::weak_ptr<stored_types::record> gone;
    {
        GradientTape tape({.persistent = true});
        AnyTensor y;
        {
            auto w = variable(constant(3.f), "w");
            gone = w.storage();
            y = read(w) * read(w);
        }
        CHECK_FALSE(gone.expired()); // the tape holds it, so that its address does not come again
        for (int i = 0; i < 100; ++i) {
            const auto other = variable(constant(5.f), "other");
            CHECK_FALSE(tape.gradient(y, other));
        }
        auto later = variable(constant(5.f), "later");
        CHECK(tape.gradient(y + read(later) * 2.f, later).item() == 2);
    }
    CHECK(gone.expired());
    CHECK(journal.steps.size() == 0);
}

TEST_CASE("Tensors are data of predict, fit and evaluate", "[autodiff][layers]")
{
    std::array<float, 64> x{};
    std::array<std::int64_t, 32> y{};
    for (std::size_t i = 0; i < 32; ++i) {
        x[2 * i] = std::sin(static_cast<float>(i));
        x[2 * i + 1] = std::cos(static_cast<float>(i));
        y[i] = x[2 * i] > 0 ? 1 : 0;
    }
    const Tensor<float, dyn, 2> inputs(constant(x.data(), {32, 2}));
    const Tensor<std::int64_t, dyn> labels(constant(y.data(), {32}));
    auto model = build<Sequential<Input<2>, Dense<8, Tanh>, Dense<2, Softmax>>>(Seed{1});
    auto trainer = compile(model, Adam{.learning_rate = 0.05f}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    trainer.fit(inputs, labels, {.epochs = 40});
    CHECK(trainer.evaluate(inputs, labels)["sparse_categorical_accuracy"] > 0.9);
    const auto predicted = predict(model, inputs);
    const auto called = model(inputs);
    for (std::size_t i = 0; i < called.size(); ++i) CHECK(called.item(i) == predicted.data()[i]);
}
