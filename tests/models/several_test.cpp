// Models of several inputs and outputs: traced, differentiated against central differences in double, predicted.
#include "layers/gradient_check.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/parallel_predict.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/trace/execution.hpp>
#include <lamina/trace/trace.hpp>

#include <limits>
#include <string>
#include <tuple>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Two inputs that are declared, since one of them is joined before a block sees it; two outputs, one read by the other.
template <class T> struct Both {
    using inputs = Inputs<Input<4, 3, 1>, Input<2>>;
    typename Sequential<Input<4, 3, 1>, Conv2D<2, Kernel<2>, Tanh>, Flatten, Dense<5, Tanh>>::template as<T> image;
    typename Dense<3, Softmax>::template on<7>::template as<T> kind;
    typename Dense<1>::template on<5>::template as<T> place;

    auto operator()(const auto& picture, const auto& extra) const
    {
        const auto h = image(picture);
        const auto first = kind(concatenate(h, extra));
        return std::tuple{first, place(concatenate(extra, first))};
    }
};

/// Inputs whose shapes are those of the blocks that receive them; one output.
template <class T> struct Meet {
    typename Dense<4, Tanh>::template on<3>::template as<T> left;
    typename Dense<4, Gelu>::template on<2>::template as<T> right, again;
    typename Dense<2>::template on<4>::template as<T> last;

    auto operator()(const auto& a, const auto& b) const { return last(left(a) + right(b) + again(b)); }
};

/// One input, three outputs: one is the input, and one is given twice.
template <class T> struct Fork {
    using input = Input<3>;
    typename Dense<3, Tanh>::template on<3>::template as<T> body;

    auto operator()(const auto& x) const
    {
        const auto h = body(x);
        return std::tuple{h, x, h};
    }
};

/// The input in the middle goes to no block.
struct Unused {
    Dense<2>::on<3> first;
    auto operator()(const auto& a, const auto&, const auto& c) const { return first(a) + first(c); }
};

template <class T, std::size_t Rank> xt::xtensor<T, Rank> numbers(const std::array<std::size_t, Rank>& extents, double speed)
{
    xt::xtensor<T, Rank> x;
    x.resize(extents);
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<T>(std::sin(double(i) * speed));
    return x;
}

/// Gradients of Σ weights · outputs by every parameter.
template <class M> void check_gradients(unsigned seed)
{
    M model = build<M>(Seed{1});
    randomize(model, seed, 0.8);
    const auto plan = trace(model);
    Execution<double> execution(plan, true);
    const Mode mode{.training = true, .seed = 3, .step = 5};
    const std::vector<output_activation> plain(plan.outputs.size(), output_activation::none);
    for (const std::size_t n : {1u, 5u, 32u}) {
        INFO(n << " samples");
        std::vector<std::vector<double>> x, y, weights;
        std::vector<const double*> from;
        std::vector<double*> to;
        for (std::size_t i = 0; i < plan.inputs; ++i) {
            x.emplace_back(n * plan.input_shape(i).size());
            for (std::size_t k = 0; k < x[i].size(); ++k) x[i][k] = std::sin(double(k) * 0.7 + double(i + seed));
        }
        for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
            y.emplace_back(n * plan.output_shape(i).size(), std::numeric_limits<double>::quiet_NaN());
            weights.push_back(y[i]);
            for (std::size_t k = 0; k < y[i].size(); ++k) weights[i][k] = std::cos(double(k) * 1.3 + double(i));
        }
        for (auto& each : x) from.push_back(each.data());
        for (auto& each : y) to.push_back(each.data());
        const auto value = [&] {
            execution.forward(plan.blocks, mode, from.data(), to.data(), n);
            double sum = 0;
            for (std::size_t i = 0; i < y.size(); ++i)
                for (std::size_t k = 0; k < y[i].size(); ++k) sum += weights[i][k] * y[i][k];
            return sum;
        };

        M gradient = zeros_like(model);
        const auto gradients = blocks_of(gradient);
        value();
        execution.forward(plan.blocks, mode, from.data(), nullptr, n);
        for (std::size_t i = 0; i < y.size(); ++i) {
            CHECK(std::equal(y[i].begin(), y[i].end(), execution.output(i)));
            std::copy(weights[i].begin(), weights[i].end(), execution.output_gradient(i));
        }
        execution.backward(plan.blocks, gradients, mode, from.data(), n, plain.data());

        const auto parameters = numbers_of(model), slopes = numbers_of(gradient);
        double largest = 0, off = 0;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            constexpr double h = 1e-5;
            const double old = *parameters[i];
            *parameters[i] = old + h;
            const double above = value();
            *parameters[i] = old - h;
            const double below = value();
            *parameters[i] = old;
            const double difference = std::fabs(*slopes[i] - (above - below) / (2 * h));
            off = difference <= off ? off : difference;
            largest = std::fmax(largest, std::fabs(*slopes[i]));
        }
        INFO("off by " << off << ", the largest gradient is " << largest);
        CHECK(largest > 1e-3);
        CHECK(off <= 1e-6 * largest);
    }
}

template <class A, class B> bool same_bits(const A& a, const B& b)
{
    return a.size() == b.size() && std::equal(a.data(), a.data() + a.size(), b.data());
}

} // namespace

static_assert(input_count<Both<float>> == 2 && output_count<Both<float>> == 2 && gives_tuple<Both<float>>);
static_assert(declared_input<Both<float>, 1> == Shape{2} && output_of<Both<float>> == Shape{3});
static_assert(output_of<Both<float>, 1> == Shape{1});
static_assert(input_count<Meet<float>> == 2 && declared_input<Meet<float>, 1>.rank == 0 && !gives_tuple<Meet<float>>);
static_assert(input_count<Fork<float>> == 1 && output_count<Fork<float>> == 3 && output_of<Fork<float>, 1> == Shape{3});
static_assert(input_count<Unused> == 3 && output_count<Unused> == 1);

TEST_CASE("The plan of a struct with several inputs and outputs", "[models][several]")
{
    const auto model = build<Both<float>>(Seed{1});
    const auto plan = trace(model);
    CHECK(plan.inputs == 2);
    CHECK(plan.input_shape(0) == Shape{4, 3, 1});
    CHECK(plan.input_shape(1) == Shape{2});
    REQUIRE(plan.outputs.size() == 2);
    CHECK(plan.output_shape(0) == Shape{3});
    CHECK(plan.output_shape(1) == Shape{1});
    CHECK(Execution<float>::ends_in(plan, 0) == output_activation::softmax);
    CHECK(summary(model).find("image") != std::string::npos);

    const auto meet = build<Meet<float>>(Seed{1});
    const auto found = trace(meet);
    CHECK(found.input_shape(0) == Shape{3});
    CHECK(found.input_shape(1) == Shape{2});

    const auto fork = build<Fork<float>>(Seed{1});
    const auto copies = trace(fork);
    CHECK(copies.outputs.size() == 3);
    CHECK(copies.nodes.size() == 3);
}

TEST_CASE("The gradients through several inputs and outputs", "[models][several][gradients]")
{
    check_gradients<Both<double>>(1);
    check_gradients<Meet<double>>(2);
    check_gradients<Fork<double>>(3);
}

TEST_CASE("What a model of two inputs and outputs gives is what its blocks give by hand", "[models][several]")
{
    const auto model = build<Both<float>>(Seed{1});
    for (const std::size_t n : {0u, 1u, 31u, 32u, 33u, 100u}) {
        INFO(n << " samples");
        const auto pictures = numbers<float, 4>({n, 4, 3, 1}, 0.37);
        const auto extras = numbers<float, 2>({n, 2}, 0.91);
        const auto [kinds, places] = predict(model, std::tuple{pictures, extras});
        static_assert(std::is_same_v<std::remove_cvref_t<decltype(kinds)>, xt::xtensor<float, 2>>);
        REQUIRE(kinds.shape()[0] == n);
        REQUIRE(places.shape()[0] == n);
        REQUIRE(places.shape()[1] == 1);

        const auto h = predict(model.image, pictures);
        xt::xtensor<float, 2> joined({n, 7}), behind({n, 5});
        for (std::size_t i = 0; i < n; ++i) {
            std::copy_n(h.data() + i * 5, 5, joined.data() + i * 7);
            std::copy_n(extras.data() + i * 2, 2, joined.data() + i * 7 + 5);
        }
        const auto first = predict(model.kind, joined);
        for (std::size_t i = 0; i < n; ++i) {
            std::copy_n(extras.data() + i * 2, 2, behind.data() + i * 5);
            std::copy_n(first.data() + i * 3, 3, behind.data() + i * 5 + 2);
        }
        CHECK(same_bits(kinds, first));
        CHECK(same_bits(places, predict(model.place, behind)));

        const auto [batch_kinds, batch_places] = model(pictures, extras); // a batch through the blocks themselves
        CHECK(same_bits(batch_kinds, kinds));
        CHECK(same_bits(batch_places, places));

        bool each = true;
        for (std::size_t i = 0; i < n; ++i) {
            FixedTensor<float, Shape{4, 3, 1}> picture;
            std::copy_n(pictures.data() + i * 12, 12, picture.data());
            const auto [kind, place] = model(picture, std::array{extras(i, 0), extras(i, 1)});
            each = each && std::equal(kind.data(), kind.data() + 3, kinds.data() + i * 3) && place(0) == places(i, 0);
        }
        CHECK(each);
    }
}

TEST_CASE("Several results are the same in a workspace and on several threads", "[models][several][threads]")
{
    const auto model = build<Both<float>>(Seed{1});
    const auto pictures = numbers<float, 4>({300, 4, 3, 1}, 0.37);
    const auto extras = numbers<double, 2>({300, 2}, 0.91); // of another type: converted
    const auto [kinds, places] = predict(model, std::tie(pictures, extras));
    for (const std::size_t threads : {1u, 2u, 3u}) {
        const auto [a, b] = predict(model, std::tie(pictures, extras), {.threads = threads});
        CHECK(same_bits(a, kinds));
        CHECK(same_bits(b, places));
    }
    Workspace<Both<float>> workspace(model);
    xt::xtensor<float, 2> a({300, 3}), b({300, 1}), small({299, 1});
    auto into = std::tie(a, b);
    predict(model, std::tie(pictures, extras), into, workspace);
    CHECK(same_bits(a, kinds));
    CHECK(same_bits(b, places));
    auto narrow = std::tie(a, small);
    CHECK_THROWS_WITH(predict(model, std::tie(pictures, extras), narrow, workspace), Catch::Contains("holds 299"));

    const auto meet = build<Meet<float>>(Seed{2});
    const auto left = numbers<float, 2>({70, 3}, 0.3), right = numbers<float, 2>({70, 2}, 0.2);
    const auto one = predict(meet, std::tuple{left, right});
    static_assert(std::is_same_v<std::remove_const_t<decltype(one)>, xt::xtensor<float, 2>>);
    CHECK(same_bits(xt::xtensor<float, 2>(meet(left, right)), one));
    CHECK(predict_classes(meet, std::tuple{left, right}, {.threads = 2}).size() == 70);

    const auto fork = build<Fork<float>>(Seed{3});
    const auto [h, x, same] = predict(fork, left);
    CHECK(same_bits(x, left));
    CHECK(same_bits(h, same));
    CHECK(same_bits(h, predict(fork.body, left)));
}

TEST_CASE("Inputs that do not fit are refused with a sentence", "[models][several]")
{
    using Catch::Contains;
    const auto model = build<Both<float>>(Seed{1});
    const auto pictures = numbers<float, 4>({6, 4, 3, 1}, 0.37);
    CHECK_THROWS_WITH(predict(model, std::tuple{pictures, numbers<float, 2>({5, 2}, 1)}),
                      Contains("predict: input 2 has 5 samples and input 1 has 6"));
    CHECK_THROWS_WITH(predict(model, std::tuple{pictures, numbers<float, 2>({6, 3}, 1)}),
                      Contains("predict, input 2") && Contains("[3]") && Contains("[2]"));
    CHECK_THROWS_WITH(
        predict(model, std::tuple{numbers<float, 4>({6, 3, 4, 1}, 1), numbers<float, 2>({6, 2}, 1)}, {.threads = 2}),
        Contains("predict, input 1"));
    const auto unused = build<Unused>(Seed{1});
    CHECK_THROWS_WITH(trace(unused), Contains("input 2") && Contains("no block") && Contains("using inputs"));
}
