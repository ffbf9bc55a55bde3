// Bad data, weights and settings: one sentence each, and the model stays as it was.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/callbacks/early_stopping.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/binary_accuracy.hpp>
#include <lamina/training/metrics/sparse_top_k_categorical_accuracy.hpp>
#include <lamina/training/metrics/top_k_categorical_accuracy.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;
using Catch::Contains;

namespace {

using Net = Sequential<Input<4>, Dense<5, Tanh>, Dense<3, Softmax>>;
constexpr float no_number = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();

struct Bench {
    Net model = build<Net>(Seed{1});
    std::vector<float> before = parameters_of(model);
    decltype(compile(std::declval<Net&>(), SGD{}, SparseCategoricalCrossentropy{})) trainer =
        compile(model, SGD{}, SparseCategoricalCrossentropy{});

    ~Bench()
    {
        CHECK(parameters_of(model) == before);
        CHECK(trainer.optimizer().state.step == 0);
    }
};

template <class A> using Ends = Sequential<Input<4>, Dense<3>, Activation<A>>;

/// A layer of one's own, of whose results nothing is known.
struct Clipped {
    static constexpr verdict accept(Shape in) { return accepts(in); }
    template <class T, Shape In> struct block {
        using value_type = T;
        using layer = Clipped;
        static constexpr Shape input = In, output = In;
        void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { std::copy_n(x, n * In.size(), y); }
        void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) std::copy_n(dy, n * In.size(), dx);
        }
    };
};

struct Two {
    Dense<3, Softmax>::on<4> kind;
    Dense<1, Tanh>::on<4> other;
    auto operator()(const auto& x) const { return std::tuple{kind(x), other(x)}; }
};
struct Sure {
    Dense<1, Softmax>::on<4> head;
    auto operator()(const auto& x) const { return head(x); }
};
struct Late {
    Dense<3, LogSoftmax>::on<4> head;
    auto operator()(const auto& x) const { return head(x); }
};

struct List {
    using input = Input<4>;
    std::vector<Dense<4, Tanh>::on<4>> body;
    Dense<3, Softmax>::on<4> head;
    auto operator()(const auto& x) const { return head(x); }
};

template <class F> auto changed(F f)
{
    auto samples = points(40);
    f(samples);
    return samples;
}

} // namespace

TEST_CASE("Samples that do not fit are refused", "[training][bad_data]")
{
    Bench bench;
    auto& trainer = bench.trainer;
    const auto narrow = points<float, 3>(40);
    CHECK_THROWS_WITH(trainer.fit(narrow), Contains("fit") && Contains("[3]") && Contains("[4]"));
    CHECK_THROWS_WITH(trainer.evaluate(narrow), Contains("evaluate") && Contains("[3]") && Contains("[4]"));
    CHECK_THROWS_WITH(trainer.train_on_batch(narrow.x, narrow.y), Contains("train_on_batch") && Contains("[3]"));

    const auto empty = points(0);
    CHECK_THROWS_WITH(trainer.fit(empty), Contains("fit: there are no samples") && Contains("at least one"));
    CHECK_THROWS_WITH(trainer.evaluate(empty), Contains("evaluate: there are no samples"));
    CHECK_THROWS_WITH(trainer.train_on_batch(empty.x, empty.y), Contains("train_on_batch: there are no samples"));

    const Samples uneven{points(40).x, points(39).y};
    CHECK_THROWS_WITH(trainer.fit(uneven), Contains("40 samples and 39 labels"));
    CHECK_THROWS_WITH(trainer.evaluate(uneven), Contains("40 samples and 39 labels"));
}

TEST_CASE("Values that cannot be trained on are refused with their place", "[training][bad_data]")
{
    Bench bench;
    auto& trainer = bench.trainer;
    CHECK_THROWS_WITH(trainer.fit(changed([](auto& s) { s.y(39) = 3; })),
                      Contains("fit: y[39] is 3") && Contains("a class in [0, 3)"));
    CHECK_THROWS_WITH(trainer.fit(changed([](auto& s) { s.y(0) = -1; })), Contains("y[0] is -1"));
    CHECK_THROWS_WITH(trainer.fit(changed([](auto& s) { s.x(39, 3) = no_number; })),
                      Contains("x[39, 3] is nan") && Contains("finite"));
    CHECK_THROWS_WITH(trainer.fit(changed([](auto& s) { s.x(0, 2) = infinite; })), Contains("x[0, 2] is inf"));
    CHECK_THROWS_WITH(trainer.evaluate(changed([](auto& s) { s.x(0, 2) = no_number; })), Contains("evaluate: x[0, 2] is nan"));
    const auto bad = changed([](auto& s) { s.x(7, 1) = -infinite; });
    CHECK_THROWS_WITH(trainer.train_on_batch(bad.x, bad.y), Contains("x[7, 1] is -inf"));

    const auto good = points(40);
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_data = &bad}), Contains("validation data") && Contains("x[7, 1]"));
    const auto empty = points(0);
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_data = &empty}), Contains("validation data") && Contains("no samples"));
}

TEST_CASE("Weights that make no sense are refused", "[training][bad_data]")
{
    Bench bench;
    auto& trainer = bench.trainer;
    const auto good = points(4);
    CHECK_THROWS_WITH(trainer.fit(good, {.sample_weight = {1, 2, 3}}), Contains("3 sample weights") && Contains("4 samples"));
    CHECK_THROWS_WITH(trainer.fit(good, {.sample_weight = {1, -1, 3, 4}}),
                      Contains("sample_weight[1] is -1") && Contains("at least 0"));
    CHECK_THROWS_WITH(trainer.fit(good, {.sample_weight = {1, 1, no_number, 4}}), Contains("sample_weight[2] is nan"));
    CHECK_THROWS_WITH(trainer.fit(good, {.sample_weight = {1, 1, 1, infinite}}), Contains("sample_weight[3] is inf"));
    CHECK_THROWS_WITH(trainer.fit(good, {.class_weight = {{1, -2.f}}}), Contains("class_weight of class 1 is -2"));
    CHECK_THROWS_WITH(trainer.fit(good, {.class_weight = {{2, no_number}}}), Contains("class_weight of class 2 is nan"));
    CHECK_THROWS_WITH(trainer.evaluate(good, {.sample_weight = {1}}), Contains("1 sample weight"));
    CHECK_THROWS_WITH(trainer.train_on_batch(good.x, good.y, {1, 1, no_number, 4}), Contains("sample_weight[2] is nan"));
}

TEST_CASE("Settings that make no sense are refused", "[training][bad_data]")
{
    Bench bench;
    auto& trainer = bench.trainer;
    const auto good = points(4);
    CHECK_THROWS_WITH(trainer.fit(good, {.batch_size = 0}), Contains("batch_size is 0") && Contains("at least 1"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_split = 1.0}), Contains("validation_split is 1") && Contains("[0, 1)"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_split = -0.1}), Contains("validation_split is -0.1"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_split = double(no_number)}), Contains("validation_split is nan"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_split = 0.9}), Contains("validation_split leaves no sample"));
    CHECK_THROWS_WITH(trainer.fit(good, {.validation_data = &good, .validation_split = 0.5}), Contains("both given"));
}

TEST_CASE("Class weights need one label a sample", "[training][bad_data]")
{
    auto model = build<Sequential<Input<4>, Dense<6>, Reshape<2, 3>>>(Seed{1});
    auto trainer = compile(model, SGD{}, SparseCategoricalCrossentropy{.from_logits = true});
    const Samples pairs{points(4).x, xt::xtensor<std::int32_t, 2>({4, 2}, 1)};
    CHECK_THROWS_WITH(trainer.fit(pairs, {.class_weight = {{1, 2.f}}}),
                      Contains("class_weight") && Contains("one label a sample") && Contains("2"));
}

TEST_CASE("Class weights name classes of the model", "[training][bad_data]")
{
    Bench bench;
    const auto good = points(4);
    for (const int label : {7, 3, -1})
        CHECK_THROWS_WITH(bench.trainer.fit(good, {.class_weight = {{0, 1.f}, {label, 2.f}}}),
                          "fit: class_weight names class " + std::to_string(label) +
                              ", sparse_categorical_crossentropy needs a class in [0, 3)");
    auto model = build<Net>(Seed{1});
    auto rows = compile(model, SGD{.learning_rate = 0}, CategoricalCrossentropy{});
    const Samples hot{good.x, xt::xtensor<float, 2>({4, 3}, 0.25f)};
    CHECK_THROWS_WITH(rows.fit(hot, {.class_weight = {{3, 2.f}}}), Contains("names class 3, the model has classes in [0, 3)"));
    CHECK_THROWS_WITH(rows.fit(hot, {.class_weight = {{-1, 2.f}}}), Contains("names class -1"));
    CHECK_NOTHROW(rows.fit(hot, {.class_weight = {{2, 2.f}}})); // no sample has it, the model does
    auto one = build<Sequential<Input<4>, Dense<1, Sigmoid>>>(Seed{1});
    auto answers = compile(one, SGD{}, BinaryCrossentropy{});
    const Samples yes{good.x, xt::xtensor<float, 2>({4, 1}, 1.f)};
    CHECK_THROWS_WITH(answers.fit(yes, {.class_weight = {{2, 2.f}}}),
                      "fit: class_weight names class 2, binary_crossentropy needs probabilities in [0, 1]");
    CHECK_THROWS_WITH(answers.fit(Samples{good.x, xt::xtensor<std::uint8_t, 2>({4, 1}, 1)}, {.class_weight = {{257, 2.f}}}),
                      Contains("names class 257"));
    CHECK_NOTHROW(answers.fit(yes, {.class_weight = {{0, 2.f}, {1, 1.f}}}));
    auto image = build<Sequential<Input<4>, Dense<4, Sigmoid>, Reshape<2, 2, 1>>>(Seed{1});
    CHECK_THROWS_WITH(compile(image, SGD{}, BinaryCrossentropy{})
                          .fit(Samples{good.x, xt::xtensor<float, 4>({4, 2, 2, 1}, 1.f)}, {.class_weight = {{1, 2.f}}}),
                      Contains("class_weight needs one label a sample, there are 4"));
}

TEST_CASE("Settings that name nothing are refused", "[training][bad_data]")
{
    auto model = build<Net>(Seed{1});
    const SparseCategoricalCrossentropy loss;
    CHECK_THROWS_WITH(compile(model, SGD{}, loss, SparseTopKCategoricalAccuracy{}),
                      "compile: sparse_top_k_categorical_accuracy has k = 5 and there are 3 classes; k has to be in [1, 3]");
    CHECK_THROWS_WITH(compile(model, SGD{}, loss, SparseTopKCategoricalAccuracy{.k = 0}), Contains("has k = 0"));
    CHECK_THROWS_WITH(compile(model, SGD{}, CategoricalCrossentropy{}, TopKCategoricalAccuracy{.k = 4}), Contains("has k = 4"));
    CHECK_NOTHROW(compile(model, SGD{}, loss, SparseTopKCategoricalAccuracy{.k = 2}));
    CHECK_THROWS_WITH(compile(model, SGD{}, MeanSquaredError{}, BinaryAccuracy{.threshold = no_number}),
                      "binary_accuracy: threshold is nan, a number is needed");
    auto trainer = compile(model, SGD{}, loss);
    CHECK_THROWS_WITH(trainer.fit(points(4), {.validation_split = 1e-20}), Contains("holds back none of 4 samples"));
    CHECK_THROWS_WITH(trainer.fit(points(4), {}, EarlyStopping{.monitor = "loss", .min_delta = double(no_number)}),
                      Contains("min_delta is nan"));
    CHECK_THROWS_WITH(trainer.fit(points(4), {}, EarlyStopping{.monitor = "loss", .baseline = double(no_number)}),
                      Contains("baseline is nan"));
}

TEST_CASE("A loss that makes no sense cannot be compiled", "[training][bad_data]")
{
    auto model = build<Net>(Seed{1});
    CHECK_THROWS_WITH(compile(model, SGD{}, SparseCategoricalCrossentropy{.label_smoothing = 1.5f}),
                      Contains("label_smoothing is 1.5"));
    CHECK_THROWS_WITH(compile(model, SGD{.momentum = 2}, SparseCategoricalCrossentropy{}), Contains("momentum is 2"));
}

TEST_CASE("A loss that cannot take what the model ends in is refused", "[training][bad_data]")
{
    const auto says = [](auto end, const auto& loss) -> std::string {
        auto model = build<decltype(end)>(Seed{1});
        try {
            compile(model, SGD{}, loss);
        }
        catch (const error& e) {
            return e.what();
        }
        return "nothing";
    };
    using Sparse = SparseCategoricalCrossentropy;
    using Binary = BinaryCrossentropy;
    const auto logits = Contains("_crossentropy has from_logits, and the model ends in an activation that makes probabilities");
    const auto numbers = Contains("_crossentropy takes probabilities, and the model ends in");
    CHECK_THAT(says(Ends<Softmax>(), Sparse{.from_logits = true}), logits && Contains(".probabilities_as_logits = true"));
    CHECK_THAT(says(Ends<Sigmoid>(), CategoricalCrossentropy{.from_logits = true}), logits);
    CHECK_THAT(says(Ends<Sigmoid>(), Binary{.from_logits = true}), logits);
    CHECK_THAT(says(Ends<HardSigmoid<>>(), Binary{.from_logits = true}), logits);
    CHECK_THAT(says(Ends<LogSoftmax>(), Sparse{}), numbers && Contains("ends in log_softmax"));
    CHECK_THAT(says(Ends<LogSoftmax>(), CategoricalCrossentropy{}), numbers);
    CHECK_THAT(says(Ends<Linear>(), Sparse{}), numbers && Contains(".from_logits = true, or .outputs_as_probabilities = true"));
    CHECK_THAT(says(Ends<Relu>(), CategoricalCrossentropy{}), numbers);
    CHECK_THAT(says(Ends<Tanh>(), Binary{}), numbers);
    CHECK_THAT(says(Ends<Linear>(), Sparse{.probabilities_as_logits = true}), Contains("does not end in probabilities"));
    CHECK_THAT(says(Ends<Linear>(), Sparse{.from_logits = true, .outputs_as_probabilities = true}), Contains("keep one"));

    const std::string nothing = "nothing";
    CHECK(says(Ends<Softmax>(), Sparse{}) == nothing);
    CHECK(says(Ends<Softmax>(), Sparse{.from_logits = true, .probabilities_as_logits = true}) == nothing);
    CHECK(says(Ends<Softmax>(), CategoricalCrossentropy{.probabilities_as_logits = true}) == nothing);
    CHECK(says(Ends<Softmax>(), Binary{}) == nothing);
    CHECK(says(Ends<Sigmoid>(), CategoricalCrossentropy{}) == nothing);
    CHECK(says(Ends<Sigmoid>(), Binary{.probabilities_as_logits = true}) == nothing);
    CHECK(says(Ends<HardSigmoid<>>(), Binary{}) == nothing);
    CHECK(says(Ends<LogSoftmax>(), Sparse{.from_logits = true}) == nothing);
    CHECK(says(Ends<Linear>(), Sparse{.from_logits = true}) == nothing);
    CHECK(says(Ends<Linear>(), Sparse{.outputs_as_probabilities = true}) == nothing);
    CHECK(says(Ends<Exponential>(), CategoricalCrossentropy{}) == nothing); // it divides by the sum
    CHECK(says(Ends<LogSoftmax>(), MeanSquaredError{}) == nothing);
    CHECK(says(Sequential<Input<4>, Dense<3>, Clipped>(), Sparse{}) == nothing); // nobody knows
    CHECK_THAT(says(Sequential<Input<4>, Dense<6>, Reshape<2, 3>, Flatten>(), Sparse{}), numbers);
    CHECK_THAT(says(Sequential<Input<4>, Reshape<2, 2, 1>, Conv2D<3, Kernel<1>>, Flatten>(), Sparse{}), numbers);

    auto model = build<Net>(Seed{1});
    CHECK_THROWS_WITH(compile(model, SGD{}, Sparse{}, Sparse{.from_logits = true}), logits);
    CHECK_THROWS_WITH(compile(model, SGD{}, Sparse{}, Sparse{.label_smoothing = -1}), Contains("label_smoothing is -1"));
    auto two = build<Two>(Seed{1});
    CHECK_THROWS_WITH(compile(two, SGD{}, Losses{Sparse{}, Binary{}}),
                      Contains("compile, output 2: binary_crossentropy") && numbers);
    CHECK_NOTHROW(compile(two, SGD{}, Losses{Sparse{}, Binary{.from_logits = true}}));
    auto sure = build<Sure>(Seed{1});
    CHECK_THROWS_WITH(compile(sure, SGD{}, MeanSquaredError{}), Contains("softmax over one output is always 1"));
    auto late = build<Late>(Seed{1});
    CHECK_THROWS_WITH(compile(late, SGD{}, Binary{.from_logits = true}), Contains("cannot take what log_softmax gives"));
}

TEST_CASE("A model that was not built cannot be compiled", "[training][bad_data]")
{
    Net model;
    CHECK_THROWS_WITH(compile(model, SGD{}, SparseCategoricalCrossentropy{}),
                      Contains("\"0/kernel\" is bound to no stored variable"));
}

TEST_CASE("A model that was changed since compile is refused, one that was moved is trained", "[training][bad_data]")
{
    const auto samples = points(40);
    const SparseCategoricalCrossentropy loss;
    const auto says = Contains("changed since compile: it is bound to other variables; compile it again");
    {
        auto model = build<Net>(Seed{1});
        auto trainer = compile(model, SGD{}, loss);
        Net elsewhere = std::move(model);
        const auto before = parameters_of(elsewhere);
        CHECK(trainer.fit(samples).size() == 1);
        CHECK(parameters_of(elsewhere) != before);
        CHECK(parameters_of(elsewhere) == parameters_of(trainer.model()));
        model = std::move(elsewhere);
        CHECK(trainer.fit(samples).size() == 1);
        CHECK(parameters_of(model) == parameters_of(trainer.model()));
    }
    {
        auto model = build<Net>(Seed{1});
        auto trainer = compile(model, SGD{}, loss);
        model = build<Net>(Seed{2}); // other records
        CHECK_THROWS_WITH(trainer.fit(samples), says);
        CHECK_THROWS_WITH(trainer.evaluate(samples), says);
        CHECK_THROWS_WITH(trainer.train_on_batch(samples.x, samples.y), says);
    }
    {
        List model;
        model.body.resize(3);
        build(model, Seed{1});
        auto trainer = compile(model, SGD{}, loss);
        CHECK(trainer.fit(samples).size() == 1);
        auto last = std::move(model.body.back());
        model.body.pop_back();
        CHECK_THROWS_WITH(trainer.fit(samples), says);
        model.body.push_back(std::move(last));
        CHECK(trainer.fit(samples).size() == 1);
        std::swap(model.body[0], model.body[1]);
        CHECK_THROWS_WITH(trainer.fit(samples), says);
    }
}
