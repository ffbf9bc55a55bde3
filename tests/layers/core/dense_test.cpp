// Dense: arithmetic worked out by hand, shapes, refusals, options, and gradients against central differences.
#include "layers/gradient_check.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(Dense<2>::accept(Shape{3}).output == Shape{2});
static_assert(Dense<2>::accept(Shape{3}).answer == misfit::none);
static_assert(Dense<2>::accept(Shape{4, 4}).answer == misfit::needs_rank_1__put_Flatten_before_it);
static_assert(Dense<2>::accept(Shape{4, 4, 1}).answer == misfit::needs_rank_1__put_Flatten_before_it);
static_assert(Dense<2>::accept(Shape{}).answer == misfit::needs_rank_1__put_Flatten_before_it);
static_assert(Dense<2>::accept(Shape{0}).answer == misfit::an_extent_is_zero);
static_assert(Dense<0>::accept(Shape{3}).answer == misfit::an_extent_is_zero);

static_assert(Dense<2, EachRow>::accept(Shape{4, 5, 3}).output == Shape{4, 5, 2});
static_assert(Dense<2, EachRow>::accept(Shape{3}).output == Shape{2});
static_assert(Dense<2, EachRow>::accept(Shape{}).answer == misfit::needs_at_least_rank_1);
static_assert(parameter_count_of<Dense<7, EachRow>::on<9, 5>>() == 42 && Dense<7, EachRow>::on<9, 5>::multiply_adds == 315);
static_assert(passes_mask_of<Dense<7, EachRow>::on<9, 5>>());

static_assert(Block<Dense<2>::on<3>>);
static_assert(Dense<2>::on<3>::input == Shape{3} && Dense<2>::on<3>::output == Shape{2});
static_assert(Dense<7>::on<5>::multiply_adds == 35);
static_assert(parameter_count_of<Dense<7>::on<5>>() == 42);
static_assert(parameter_count_of<Dense<7, NoBias>::on<5>>() == 35);
static_assert(std::is_same_v<Dense<2>::on<3>::as<double>::value_type, double>);
static_assert(Dense<2>::on<3>::as<double>::input == Shape{3});
static_assert(TakesLogits<Dense<2, Softmax>::on<3>> && !TakesLogits<Dense<2, Tanh>::on<3>> &&
              !TakesLogits<Dense<2, LogSoftmax>::on<3>>);

// Options in any order mean the same.
static_assert(std::is_same_v<Dense<2, NoBias, Relu>::activation, Dense<2, Relu, NoBias>::activation>);
static_assert(std::is_same_v<Dense<2, Relu, HeNormal, Name<"a">>::kernel_initializer,
                             Dense<2, Name<"a">, HeNormal, Relu>::kernel_initializer>);
static_assert(std::is_same_v<Dense<2>::activation, Linear> && std::is_same_v<Dense<2>::kernel_initializer, GlorotUniform>);
static_assert(given_name<Dense<2, Relu, Name<"stem">>::on<3>>() == "stem" && given_name<Dense<2>::on<3>>().empty());

// What a layer needs of memory is known at compile time.
static_assert(Dense<3>::on<5>::saved(4) == 0 && Dense<3>::on<5>::scratch(4) == 0);
static_assert(Dense<3, Tanh>::on<5>::saved(4) == 0 && Dense<3, Tanh>::on<5>::scratch(4) == 16);
static_assert(Dense<3, Gelu>::on<5>::saved(4) == 16 && Dense<3, Gelu>::on<5>::scratch(4) == 16);

namespace {

template <class B> void set_kernel(B& block, std::initializer_list<float> values)
{
    auto next = values.begin();
    block.kernel.storage()->template for_each<float>([&](float& e) { e = *next++; });
    REQUIRE(next == values.end());
}

} // namespace

TEST_CASE("Dense works on each row as on one", "[layers][dense]")
{
    const auto rows = build<Dense<3, Tanh, EachRow>::on<5, 4>>(Seed{1});
    const auto one = build<Dense<3, Tanh>::on<4>>(Seed{1});
    xt::xtensor<float, 2> x({5, 4});
    for (std::size_t i = 0; i < x.size(); ++i) x.flat(i) = 0.1f * float(i) - 1;
    const auto y = rows(x);
    for (std::size_t row = 0; row < 5; ++row) {
        const auto single = one(std::array{x(row, 0), x(row, 1), x(row, 2), x(row, 3)});
        for (std::size_t i = 0; i < 3; ++i) CHECK(y(row, i) == Approx(single[i]).epsilon(1e-6));
    }
}

TEST_CASE("Dense multiplies, adds its bias and then applies its activation", "[layers][dense]")
{
    auto dense = build<Dense<1, Relu, Ones, Bias<Constant<-2.0>>>::on<1>>(Seed{1});
    CHECK(dense(std::array{1.f})[0] == 0);
    CHECK(dense(std::array{3.f})[0] == 1);

    auto two = build<Dense<2, Bias<Ones>>::on<3>>(Seed{1});
    set_kernel(two, {1, 4, 2, 5, 3, 6}); // logical order [inputs, units]
    const auto y = two(std::array{1.f, 10.f, 100.f});
    CHECK(y(0) == 322); // 1·1 + 10·2 + 100·3 + 1
    CHECK(y(1) == 655);
}

TEST_CASE("Dense without a bias has only a kernel", "[layers][dense]")
{
    auto dense = build<Dense<2, NoBias, Ones>::on<3>>(Seed{1});
    std::size_t variables = 0;
    for_each_named_variable(dense, [&](const std::string& path, const auto&) {
        ++variables;
        CHECK(path == "kernel");
    });
    CHECK(variables == 1);
    CHECK(dense(std::array{1.f, 2.f, 4.f})(1) == 7);
}

TEST_CASE("The gradient of Dense, by hand", "[layers][dense]")
{
    using B = Dense<2>::on<3>;
    auto dense = build<B>(Seed{1});
    set_kernel(dense, {1, 4, 2, 5, 3, 6});
    auto gradient = zeros_like(dense);

    const float x[] = {1, 10, 100, 2, 20, 200}, dy[] = {1, 2, 3, 4};
    float y[4], dx[6];
    dense.forward(Mode{.training = true}, x, y, nullptr, nullptr, 2);
    dense.backward(Mode{.training = true}, x, y, nullptr, dy, dx, gradient, nullptr, 2);

    const float wanted_dx[] = {9, 12, 15, 19, 26, 33};
    for (int i = 0; i < 6; ++i) CHECK(dx[i] == wanted_dx[i]);
    std::vector<float> dw, db;
    gradient.kernel.storage()->for_each<float>([&](float e) { dw.push_back(e); });
    gradient.bias.storage()->for_each<float>([&](float e) { db.push_back(e); });
    CHECK(dw == std::vector<float>{7, 10, 70, 100, 700, 1000}); // [input, unit]: Σ over samples of x · dy
    CHECK(db == std::vector<float>{4, 6});
}

TEST_CASE("The gradient of Dense for the logits skips softmax", "[layers][dense]")
{
    using B = Dense<3, Softmax>::on<2>::as<double>;
    B block = build<B>(Seed{2});
    Passes<B> at(block, Mode{.training = true}, 5, 7, -1, 1);
    at.forward();
    // d/dz of Σ c·y through backward equals backward_from_logits given y·(c − Σ c·y).
    B direct = zeros_like(block), logits = zeros_like(block);
    at.backward(direct);
    const auto dx = at.dx;
    Buffer<double> dz(15);
    for (std::size_t s = 0; s < 5; ++s) {
        double mean = 0;
        for (std::size_t i = 0; i < 3; ++i) mean += at.weights[s * 3 + i] * at.y[s * 3 + i];
        for (std::size_t i = 0; i < 3; ++i) dz[s * 3 + i] = at.y[s * 3 + i] * (at.weights[s * 3 + i] - mean);
    }
    block.backward_from_logits(at.mode, at.x.data(), at.y.data(), at.saved.data(), dz.data(), at.dx.data(), logits,
                               at.scratch.data(), 5);
    const auto a = numbers_of(direct), b = numbers_of(logits);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(*a[i] == Approx(*b[i]).margin(1e-14));
    for (std::size_t i = 0; i < dx.size(); ++i) CHECK(at.dx[i] == Approx(dx[i]).margin(1e-14));
}

TEST_CASE("Dense's gradients agree with central differences", "[layers][dense][gradients]")
{
    check_gradients_of_each<Dense<1>::on<1>::as<double>, Dense<3>::on<1>::as<double>, Dense<1, Tanh>::on<7>::as<double>,
                            Dense<5, Sigmoid>::on<3>::as<double>, Dense<7, NoBias>::on<5>::as<double>,
                            Dense<3, Softmax, NoBias>::on<7>::as<double>, Dense<17, Gelu>::on<9>::as<double>,
                            Dense<9, Softplus, NoBias>::on<17>::as<double>, Dense<33, Elu<>>::on<31>::as<double>,
                            Dense<5, Gelu, EachRow>::on<3, 7>::as<double>, Dense<3, Softmax, EachRow>::on<2, 2, 9>::as<double>>();
}
