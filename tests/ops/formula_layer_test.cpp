// Layers that are their formula: shapes, gradients, the same numbers and losses as a layer that is written by hand; everywhere a layer stands.
#include "layers/gradient_check.hpp"

#include <lamina/graph/save.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/composites/branch.hpp>
#include <lamina/models/composites/parallel.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/composites/time_distributed.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/ops/formula_layer.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

using namespace lamina;
using namespace lamina::protocols;

namespace {

/// A relu with a slope below 0 that is learned, as a formula, and by hand.
struct LearnedRelu : formula_layer<LearnedRelu> {
    static constexpr std::string_view kind = "LearnedRelu";
    template <class T, Shape In> struct block : formula_block<LearnedRelu, T, In> {
        Variable<T, Shape{In.back()}> slope;

        void initialize(Random random) { lamina::protocols::initialize<Constant<0.25>>(slope, random, {}); }
        auto operator()(const auto& x) const { return maximum(x, 0) + slope * minimum(x, 0); }
    };
};

struct ByHand {
    static constexpr verdict accept(Shape in) { return in.rank > 0 ? accepts(in) : refuses(misfit::needs_at_least_rank_1); }
    template <class T, Shape In> struct block {
        using value_type = T;
        using layer = ByHand;
        static constexpr Shape input = In, output = In;
        Variable<T, Shape{In.back()}> slope;

        void initialize(Random random) { lamina::protocols::initialize<Constant<0.25>>(slope, random, {}); }
        void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) y[i] = x[i] > 0 ? x[i] : slope.data()[i % In.back()] * x[i];
        }
        void backward(Mode, const T* x, const T*, const T*, const T* dy, T* dx, block& gradient, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) {
                if (x[i] <= 0) gradient.slope.data()[i % In.back()] += x[i] * dy[i];
                if (dx) dx[i] = x[i] > 0 ? dy[i] : slope.data()[i % In.back()] * dy[i];
            }
        }
        auto operator()(const auto& x) const { return call(*this, x); }
    };
};

/// Another shape of output, several ops on what is between, what is computed of variables alone, options.
template <std::size_t Units, class... Options>
struct Gated : formula_layer<Gated<Units, Options...>, families<family::kernel_regularizer>, Options...> {
    static constexpr std::string_view kind = "Gated";
    using rules = parameter_rules<Options...>;
    template <class T, Shape In> struct block : formula_block<Gated, T, In> {
        Variable<T, Shape{In.back(), Units}> kernel;
        Variable<T, Shape{In.back(), Units}> gate;
        Variable<T, Shape{Units}> bias;
        Variable<T, Shape{}> log_width;

        void initialize(Random random)
        {
            constexpr fans f{double(In.back()), double(Units)};
            lamina::protocols::initialize<GlorotUniform>(kernel, random, f);
            lamina::protocols::initialize<GlorotUniform>(gate, random, f);
        }
        auto operator()(const auto& x) const
        {
            const auto h = matmul(x, kernel) + bias;
            return h * sigmoid(matmul(x, gate) / (1 + exp(log_width))) + h * h * 0.1f;
        }
    };
};

/// Blocks inside of a formula, in a std::array as well, and one that is a formula itself.
struct Mixed : formula_layer<Mixed> {
    static constexpr std::string_view kind = "Mixed";
    template <class T, Shape In> struct block : formula_block<Mixed, T, In> {
        typename Dense<6, Tanh, KernelRegularizer<L2<0.1>>>::template on<In.size()>::template as<T> first;
        std::array<typename Dense<6>::template on<6>::template as<T>, 2> next;
        typename LearnedRelu::on<6>::template as<T> bend;
        Variable<T, Shape{6}> scale;

        void initialize(Random random) { lamina::protocols::initialize<Constant<0.5>>(scale, random, {}); }
        auto operator()(const auto& x) const
        {
            const auto h = first(x);
            return h + scale * bend(next[0](h)) - next[1](next[0](h));
        }
    };
};

struct Identically : formula_layer<Identically> {
    template <class T, Shape In> struct block : formula_block<Identically, T, In> {
        auto operator()(const auto& x) const { return x; }
    };
};
struct Learned : formula_layer<Learned> { // looks at x only to know how many samples there are
    template <class T, Shape In> struct block : formula_block<Learned, T, In> {
        Variable<T, In> value;
        auto operator()(const auto& x) const { return 0 * x + value; }
    };
};

template <class L, std::size_t... In> using of_double = typename bound<L, float, Input<In...>>::template as<double>;

struct Struct {
    Dense<6>::on<5> first;
    LearnedRelu::on<6> bend;
    Gated<4>::on<6> gated;
    Dense<1>::on<4> head;
    auto operator()(const auto& x) const { return head(gated(bend(first(x)))); }
};
using Row = Sequential<Input<5>, Dense<6>, LearnedRelu, Gated<4>, Dense<1>>;
template <class Relu> using Short = Sequential<Input<5>, Dense<6>, Relu, Dense<1>>;

using Nested = Sequential<Input<4, 5>, TimeDistributed<Gated<6>>, Residual<LearnedRelu>,
                          Parallel<Concat, Branch<LearnedRelu, Gated<3>>, Gated<2>, Branch<>>, Flatten, Mixed, Dense<1>>;

struct Data {
    xt::xtensor<float, 2> x{std::array<std::size_t, 2>{150, 5}}, y{std::array<std::size_t, 2>{150, 1}};
    Data()
    {
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::sin(float(i) * 1.7f);
        for (std::size_t i = 0; i < 150; ++i) y(i, 0) = x(i, 0) - 0.5f * x(i, 1) * x(i, 2) + 0.2f;
    }
};

std::vector<float> all_numbers(const auto& model)
{
    std::vector<float> numbers;
    for (const auto& found : internals::variables_of(model))
        found.variable->storage()->template for_each<float>([&](float& number) { numbers.push_back(number); });
    return numbers;
}

template <class M> std::vector<double> losses(M& model, const Data& data, std::size_t threads = 1)
{
    auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, MeanSquaredError{});
    return trainer.fit(data.x, data.y, {.epochs = 12, .batch_size = 50, .threads = threads})["loss"];
}

/// The loss of a model whose targets are what it predicts.
template <class M> double loss_without_data(M& model)
{
    const xt::xtensor<float, 2> x({4, 5}, 0.f);
    const xt::xtensor<float, 2> y = predict(model, x);
    return compile(model, SGD{}, MeanSquaredError{}).evaluate(x, y)["loss"];
}

} // namespace

TEST_CASE("The compiler finds what a formula gives", "[ops][formula]")
{
    static_assert(Row::output == Shape{1} && Row::parameter_count == 36 + 6 + (24 + 24 + 4 + 1) + 5);
    static_assert(Gated<4>::on<3, 6>::output == Shape{3, 4} && Gated<4>::on<3, 6>::as<double>::output == Shape{3, 4});
    static_assert(Nested::output == Shape{1} && Block<Nested> && Block<LearnedRelu::on<6>>);
    const auto model = build<Nested>(Seed{1});
    CHECK_THAT(summary(model), Catch::Contains("Gated") && Catch::Contains("[4, 11]") && Catch::Contains("Mixed"));
}

TEST_CASE("The gradients of layers that are their formula", "[ops][formula][gradients]")
{
    GradientCheck how;
    check_gradients<of_double<LearnedRelu, 7>>(how);
    check_gradients<of_double<LearnedRelu, 3, 5>>(how);
    check_gradients<of_double<Gated<9>, 6>>(how);
    check_gradients<of_double<Gated<17>, 2, 20>>(how); // kernels that are not small
    check_gradients<of_double<Mixed, 5>>(how);
    check_gradients<of_double<Identically, 5>>(how);
    check_gradients<Sequential<Input<3>, Dense<4>, Identically, Gated<3>>::as<double>>(how);
    check_gradients<Nested::as<double>>(how);
    check_gradients<Sequential<Input<3>, Dense<4>, Residual<Learned>>::as<double>>(how);
}

TEST_CASE("A formula trains to the losses of the layer that is written by hand", "[ops][formula]")
{
    const Data data;
    auto formula = build<Short<LearnedRelu>>(Seed{1});
    auto by_hand = build<Short<ByHand>>(Seed{1});
    CHECK(all_numbers(formula) == all_numbers(by_hand));
    const auto first = losses(formula, data), second = losses(by_hand, data);
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(std::fabs(first[i] - second[i]) < 1e-6);
    CHECK(first.back() < 0.5 * first.front());
}

TEST_CASE("A formula gives the same bits in a Sequential and in a struct", "[ops][formula]")
{
    const Data data;
    auto row = build<Row>(Seed{1});
    auto net = build<Struct>(Seed{1});
    REQUIRE(all_numbers(row) == all_numbers(net));
    const auto compare = [&] {
        const xt::xtensor<float, 2> a = predict(row, data.x), b = predict(net, data.x), c = net(data.x);
        CHECK(std::equal(a.begin(), a.end(), b.begin()));
        CHECK(std::equal(a.begin(), a.end(), c.begin()));
        for (const std::size_t i : {0u, 77u}) {
            std::array<float, 5> sample{};
            std::copy_n(data.x.data() + i * 5, 5, sample.begin());
            CHECK(row(sample)(0) == a(i, 0));
            CHECK(net(sample)(0) == a(i, 0));
        }
    };
    compare();
    CHECK(losses(row, data) == losses(net, data));
    CHECK(all_numbers(row) == all_numbers(net));
    compare();
}

TEST_CASE("The bits of what formulas learn do not depend on threads", "[ops][formula][threads]")
{
    const Data data;
    std::vector<float> row, net;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        auto first = build<Row>(Seed{5});
        auto second = build<Struct>(Seed{5});
        losses(first, data, threads);
        losses(second, data, threads);
        if (row.empty()) row = all_numbers(first), net = all_numbers(second);
        CHECK(all_numbers(first) == row);
        CHECK(all_numbers(second) == net);
    }
}

TEST_CASE("Formulas are saved, loaded, cloned and frozen as every layer", "[ops][formula]")
{
    const Data data;
    auto model = build<Row>(Seed{3});
    const auto copy = clone(model);
    CHECK(all_numbers(copy) == all_numbers(model));
    const auto path = std::filesystem::temp_directory_path() / "lamina_formula_layer_test.safetensors";
    save(model, path.string());
    const auto again = load<Row>(path.string());
    CHECK(all_numbers(again) == all_numbers(model));
    std::filesystem::remove(path);

    const auto names = internals::variables_of(model);
    CHECK(names[2].path == "1/slope");
    auto& gated = model.layer<2>();
    gated.kernel.storage()->trainable = false;
    const float before = gated.kernel.data()[0], bias = gated.bias.data()[0];
    losses(model, data);
    CHECK(gated.kernel.data()[0] == before);
    CHECK(gated.bias.data()[0] != bias);
}

TEST_CASE("Penalties of a formula's layer and of layers inside of it count once", "[ops][formula]")
{
    using Plain = Sequential<Input<5>, Gated<2>>;
    using Penalized = Sequential<Input<5>, Gated<2, KernelRegularizer<L2<0.5>>>>;
    auto plain = build<Plain>(Seed{1});
    auto penalized = build<Penalized>(Seed{1});
    double squares = 0;
    penalized.layer<0>().kernel.storage()->for_each<float>([&](float& w) { squares += double(w) * double(w); });
    CHECK(loss_without_data(plain) == Approx(0).margin(1e-12));
    CHECK(loss_without_data(penalized) == Approx(0.5 * squares));

    auto mixed = build<Mixed::on<5>>(Seed{1});
    auto row = build<Sequential<Input<5>, Mixed>>(Seed{1});
    squares = 0;
    mixed.first.kernel.storage()->for_each<float>([&](float& w) { squares += double(w) * double(w); });
    CHECK(loss_without_data(mixed) == Approx(0.1 * squares));
    CHECK(loss_without_data(row) == Approx(0.1 * squares));
}
