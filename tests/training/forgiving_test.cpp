// What newcomers write and what simply works: fit of x and y, validation data of other types, arrays of other kinds, trainers that move.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/parallel_predict.hpp>
#include <lamina/training/callbacks/early_stopping.hpp>
#include <lamina/training/callbacks/terminate_on_nan.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/containers/xarray.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xarray.hpp>
#include <xtensor/xview.hpp>
#endif

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Net = Sequential<Input<4>, Dense<9, Tanh>, Dense<3, Softmax>>;

auto trainer_of(Net& model) { return compile(model, SGD{.learning_rate = 0.1f}, SparseCategoricalCrossentropy{}, Accuracy{}); }

auto trainer_without_model()
{
    auto model = build<Net>(Seed{1});
    auto trainer = trainer_of(model);
    trainer.fit(points(40));
    return trainer; // and the model ends here
}

/// The parameters after `f(trainer)`.
template <class F> std::vector<float> learned(F&& f)
{
    auto model = build<Net>(Seed{1});
    auto trainer = trainer_of(model);
    f(trainer);
    return parameters_of(model);
}

} // namespace

TEST_CASE("fit takes x and y, callbacks without settings, and settings behind a callback", "[training][forgiving]")
{
    const auto data = points(60);
    const auto right = learned([&](auto& trainer) { trainer.fit(data, {.epochs = 2}); });
    CHECK(learned([&](auto& trainer) { trainer.fit(data.x, data.y, {.epochs = 2}); }) == right);
    CHECK(learned([&](auto& trainer) {
              trainer.fit(data.x, data.y, {.epochs = 2}, EarlyStopping{.monitor = "loss", .patience = 9});
          }) == right);
    CHECK(learned([&](auto& trainer) { trainer.fit(data, EarlyStopping{.monitor = "loss", .patience = 9}, {.epochs = 2}); }) ==
          right);
    CHECK(learned([&](auto& trainer) {
              typename std::remove_cvref_t<decltype(trainer)>::Options options{.epochs = 2};
              trainer.fit(data, options, TerminateOnNaN{});
          }) == right);
    const auto once = learned([&](auto& trainer) { trainer.fit(data); });
    CHECK(learned([&](auto& trainer) { trainer.fit(data.x, data.y); }) == once);
    CHECK(learned([&](auto& trainer) { trainer.fit(data, TerminateOnNaN{}, EarlyStopping{.monitor = "loss"}); }) == once);
    CHECK(learned([&](auto& trainer) { trainer.fit(data.x, data.y, TerminateOnNaN{}); }) == once);

    auto model = build<Net>(Seed{1});
    auto trainer = trainer_of(model);
    CHECK(trainer.evaluate(data.x, data.y)["loss"] == trainer.evaluate(data)["loss"]);
}

TEST_CASE("Validation data may have other types, and may be a temporary or x and y", "[training][forgiving]")
{
    const auto data = points(60), test = points(20);
    auto model = build<Net>(Seed{1});
    auto trainer = trainer_of(model);
    const auto is_right = [&](const History& history) { return history["val_loss"].back() == trainer.evaluate(test)["loss"]; };
    const Samples doubles{xt::xtensor<double, 2>(test.x), xt::xtensor<std::int64_t, 1>(test.y)};
    CHECK(is_right(trainer.fit(data, {.validation_data = &doubles})));
    CHECK(is_right(trainer.fit(data, {.validation_data = doubles})));
    CHECK(is_right(trainer.fit(data, {.validation_data = Samples{test.x, test.y}})));
    CHECK(is_right(trainer.fit(data, {.validation_data = Samples{xt::view(test.x, xt::range(0, 20)),
                                                                 std::vector<long>(test.y.begin(), test.y.end())}})));
    CHECK(is_right(trainer.fit(data, {.validation_data = {xt::xarray<float>(test.x), test.y}})));
}

TEST_CASE("predict reads expressions, xarrays, vectors, views and other orders of axes", "[training][forgiving]")
{
    const auto model = build<Net>(Seed{1});
    const auto x = points(37).x;
    const auto right = predict(model, x);
    CHECK((predict(model, x * 1.f) == right));
    CHECK((predict(model, xt::xarray<float>(x)) == right));
    CHECK((predict(model, xt::xarray<float>(x) * 1.f, {.threads = 2}) == right));
    CHECK((predict(model, xt::xarray<double, xt::layout_type::column_major>(x)) == right));
    CHECK((predict(model, xt::xtensor<float, 2, xt::layout_type::column_major>(x)) == right));
    CHECK((predict(model, std::vector<float>(x.begin(), x.end())) == right));
    CHECK((predict(model, std::span<const float>(x.data(), x.size())) == right));
    std::vector<std::vector<float>> rows;
    for (std::size_t i = 0; i < 37; ++i) rows.emplace_back(x.data() + 4 * i, x.data() + 4 * (i + 1));
    CHECK((predict(model, rows) == right));
    CHECK((predict_classes(model, rows) == predict_classes(model, x)));
    CHECK(predict(model, xt::view(x, xt::range(0, 37, 2), xt::all()))(1, 0) == right(2, 0));
    CHECK(model(std::vector<float>{x(3, 0), x(3, 1), x(3, 2), x(3, 3)})(1) == model(rows[3])(1));

    using Catch::Matchers::Contains;
    CHECK_THROWS_WITH(predict(model, std::vector<float>(7)),
                      Contains("predict: 7 numbers in a row were given, a sample of [4] has 4"));
    CHECK_THROWS_WITH(predict(model, xt::xarray<float>({1.f, 2.f, 3.f, 4.f})), Contains("samples of shape [] were given"));
    CHECK_THROWS_WITH(predict(model, xt::xarray<float>(1.f)), Contains("an array of 0 axes"));
    rows[5].pop_back();
    CHECK_THROWS_WITH(predict(model, rows), Contains("row 5 has 3 numbers"));
    CHECK_THROWS_WITH(model(std::vector<float>(3)), Contains("a sample of 3 numbers was given, the model needs [4]"));
}

TEST_CASE("fit, evaluate and train_on_batch read what predict reads", "[training][forgiving]")
{
    const auto data = points(60);
    const std::vector<float> x(data.x.begin(), data.x.end());
    const std::vector<int> y(data.y.begin(), data.y.end());
    const auto right = learned([&](auto& trainer) { trainer.fit(data); });
    CHECK(learned([&](auto& trainer) { trainer.fit(x, y); }) == right);
    CHECK(learned([&](auto& trainer) { trainer.fit(data.x * 1.f, xt::xarray<int>(data.y)); }) == right);
    CHECK(learned([&](auto& trainer) { trainer.fit(Samples{x, y}, {.epochs = 1}); }) == right);
    const auto step = learned([&](auto& trainer) { trainer.train_on_batch(data.x, data.y); });
    CHECK(learned([&](auto& trainer) { trainer.train_on_batch(x, y); }) == step);
}

TEST_CASE("A trainer lives longer than its model, moves, and takes a model that nobody else has", "[training][forgiving]")
{
    auto trainer = trainer_without_model();
    const auto before = parameters_of(trainer.model());
    auto moved = std::move(trainer);
    CHECK(moved.fit(points(40)).size() == 1);
    CHECK(parameters_of(moved.model()) != before);
    CHECK_THROWS_WITH(trainer.fit(points(40)), Catch::Matchers::Contains("was moved away"));

    auto own = compile(build<Net>(Seed{1}), SGD{.learning_rate = 0.1f}, SparseCategoricalCrossentropy{});
    own.fit(points(40));
    CHECK(parameters_of(own.model()) == learned([](auto& other) { other.fit(points(40)); }));
}

TEST_CASE("One label where braces made a list of it is explained", "[training][forgiving]")
{
    auto model = build<Net>(Seed{1});
    auto trainer = trainer_of(model);
    const auto x = points(40).x;
    xt::xtensor<int, 1> y({40});
    CHECK_THROWS_WITH(trainer.fit(x, y), Catch::Matchers::Contains("did you mean xt::xtensor<int, 1>::from_shape({40})?"));
}
