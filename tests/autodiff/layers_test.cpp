// Models under tapes: TensorFlow's linear regression number for number, the trainer's steps, and what a step must not get wrong.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/state.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace lamina;

namespace {

template <class T> struct Regression {
    typename Dense<1, Zeros>::on<3>::template as<T> dense;
    auto operator()(const auto& x) const { return dense(x); }
};

/// Loss and variables before step i, as TensorFlow 2.21 has them; in double they are exact.
struct Row {
    int step;
    double loss, kernel[3], bias;
};
const Row in_float[]{
    {0, 250, {0, 0, 0}, 0},
    {1, 2.410003662109375, {0.8999999761581421, 1.1999999284744263, 1.5}, 0.29999998211860657},
    {10, 0.7364813685417175, {0.9030147194862366, 1.2881386280059814, 1.6732624769210815}, 0.3851238489151001},
    {100, 0.15023159980773926, {0.4078449606895447, 1.1910649538040161, 1.9742854833602905}, 0.7832207679748535},
};
const Row in_double[]{
    {0, 250, {0, 0, 0}, 0},
    {1, 2.41, {0.9, 1.2, 1.5}, 0.3},
    {10, 0.7364807791588827, {0.9030147077925317, 1.2881385717518035, 1.673262435711075}, 0.3851238639592716},
    {100, 0.15023158776621479, {0.40784462587694287, 1.1910651781225159, 1.9742857303680879}, 0.7832205522455723},
};

template <class T> void check_regression(const Row (&rows)[4], double of_variables, double of_loss)
{
    const auto X = constant<T>({{1, 2, 3}, {4, 5, 6}});
    const auto y = constant<T>({{10}, {20}});
    auto model = build<Regression<T>>(Seed{1});
    SGD optimizer{.learning_rate = 0.01f};
    std::size_t next = 0;
    for (int i = 0; i <= 100; ++i) {
        GradientTape tape;
        const auto loss = reduce_mean(square(model(X) - y));
        static_assert(std::is_same_v<decltype(loss), const Tensor<T>>);
        if (next < 4 && rows[next].step == i) {
            const Row& row = rows[next++];
            const auto kernel = read(model.dense.kernel);
            INFO("step " << i);
            CHECK(std::abs(loss.item() - row.loss) <= of_loss * std::max(1.0, row.loss));
            for (std::size_t k = 0; k < 3; ++k) CHECK(std::abs(kernel.item(k) - row.kernel[k]) <= of_variables);
            CHECK(std::abs(read(model.dense.bias).item() - row.bias) <= of_variables);
        }
        const auto gradients = tape.gradient(loss, variables(model));
        if (i == 0) {
            for (std::size_t k = 0; k < 3; ++k) CHECK(gradients[0].item(k) == -90 - 30.0 * static_cast<double>(k));
            CHECK(gradients[1].item() == -30);
        }
        optimizer.apply_gradients(gradients, variables(model));
    }
    CHECK(next == 4);
}

template <class V> std::vector<double> numbers(const V& v)
{
    std::vector<double> all;
    const AnyTensor t = read(v);
    for (std::size_t i = 0; i < t.size(); ++i) all.push_back(t.item(i));
    return all;
}

using Net = Sequential<Input<5>, Dense<7, Tanh>, Dense<3>>;

AnyTensor wave(const Shape& extents, double speed)
{
    std::vector<float> x(extents.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(std::sin(speed * static_cast<double>(i + 1)));
    return constant(x.data(), extents);
}

} // namespace

TEST_CASE("The linear regression of TensorFlow's lessons, number for number", "[autodiff][layers]")
{
    check_regression<float>(in_float, 1e-6, 4e-6);
}

// The rate of an optimizer is a float: 0.01f is 0.01 - 2.2e-10.
TEST_CASE("The same in double", "[autodiff][layers]") { check_regression<double>(in_double, 1e-6, 1e-6); }

TEST_CASE("A tape and a gradient written by hand agree to the bit over a hundred steps", "[autodiff][layers]")
{
    const float x[2][3]{{1, 2, 3}, {4, 5, 6}}, wanted[2]{10, 20};
    const auto X = constant(x);
    const auto y = constant({{10.f}, {20.f}});
    auto taped = build<Regression<float>>(Seed{1}), by_hand = build<Regression<float>>(Seed{1});
    SGD optimizer{.learning_rate = 0.01f};
    const auto descend = [](float w, float gradient) {
        const volatile float step = gradient * 0.01f; // rounded on its own
        return w - step;
    };
    const auto add_product = [](float a, float b, float sum) {
#if defined(__FMA__)
        return std::fma(a, b, sum);
#else
        const volatile float product = a * b;
        return sum + product;
#endif
    };
    for (int i = 0; i < 100; ++i) {
        {
            GradientTape tape;
            const auto loss = reduce_mean(square(taped(X) - y));
            optimizer.apply_gradients(tape.gradient(loss, variables(taped)), variables(taped));
        }
        const auto p = by_hand(X);
        float dw[3]{}, db = 0;
        for (std::size_t k = 0; k < 2; ++k) {
            const float d = p.item(k) - wanted[k]; // of the mean of two squares
            for (std::size_t j = 0; j < 3; ++j) dw[j] = add_product(x[k][j], d, dw[j]);
            db += d;
        }
        float w[3][1], b[1]{descend(read(by_hand.dense.bias).item(), db)};
        for (std::size_t j = 0; j < 3; ++j) w[j][0] = descend(read(by_hand.dense.kernel).item(j), dw[j]);
        assign(by_hand.dense.kernel, constant(w));
        assign(by_hand.dense.bias, constant(b));
    }
    CHECK(numbers(taped.dense.kernel) == numbers(by_hand.dense.kernel));
    CHECK(numbers(taped.dense.bias) == numbers(by_hand.dense.bias));
}

TEST_CASE("Variables of one's own are trained as a model's", "[autodiff][variables]")
{
    const auto X = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}});
    const auto y = constant({{10.f}, {20.f}});
    auto kernel = variable(constant({{0.f}, {0.f}, {0.f}}), "kernel");
    auto bias = variable(constant({0.f}), "bias");
    SGD optimizer{.learning_rate = 0.01f};
    for (int i = 0; i < 100; ++i)
        optimizer.minimize([&] { return reduce_mean(square(matmul(X, read(kernel)) + read(bias) - y)); },
                           variables(kernel, bias));
    CHECK(read(kernel).item(2) == Approx(in_float[3].kernel[2]).margin(1e-6));
    CHECK(read(bias).item() == Approx(in_float[3].bias).margin(1e-6));
    CHECK(variables(kernel, bias)[1].name == "bias");
}

TEST_CASE("A step under a tape is the trainer's step to the bit", "[autodiff][layers]")
{
    const AnyTensor x = wave({32, 5}, 0.7), y = wave({32, 3}, 1.3);
    auto trained = build<Net>(Seed{3}), taped = build<Net>(Seed{3});
    auto trainer = compile(trained, Adam{}, MeanSquaredError{});
    Adam adam;
    xt::xtensor<float, 2> inputs({32, 5}), targets({32, 3});
    std::copy_n(x.data<float>(), x.size(), inputs.data());
    std::copy_n(y.data<float>(), y.size(), targets.data());
    for (int i = 0; i < 20; ++i) {
        trainer.train_on_batch(inputs, targets);
        adam.minimize([&] { return reduce_mean(square(taped(x) - y)); }, variables(taped));
    }
    const auto a = variables(trained), b = variables(taped);
    double off = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto p = numbers(a[i].variable), q = numbers(b[i].variable);
        for (std::size_t k = 0; k < p.size(); ++k) off = std::max(off, std::abs(p[k] - q[k]));
    }
    CHECK(off <= 2e-7); // the loss' gradient is rounded in another order
}

TEST_CASE("A call takes samples and batches, static or not, and gives predict's numbers", "[autodiff][layers]")
{
    const auto model = build<Net>(Seed{3});
    const AnyTensor x = wave({33, 5}, 0.7);
    const Tensor<float, dyn, 5> rows(x);
    const AnyTensor y = model(x);
    const auto typed = model(rows);
    static_assert(std::is_same_v<decltype(typed), const Tensor<float, dyn, 3>>);
    xt::xtensor<float, 2> inputs({33, 5});
    std::copy_n(x.data<float>(), x.size(), inputs.data());
    const auto predicted = predict(model, inputs);
    for (std::size_t i = 0; i < y.size(); ++i) {
        CHECK(y.item<float>(i) == predicted.data()[i]);
        CHECK(typed.item(i) == predicted.data()[i]);
    }
    const Tensor<float, 5> one(wave({5}, 0.7));
    const auto of_one = model(one);
    static_assert(std::is_same_v<decltype(of_one), const Tensor<float, 3>>);
    CHECK(of_one.item(2) == y.item<float>(2));
    CHECK_THROWS_WITH(model(wave({2, 4}, 1)), "a layer: was given float32 [2, 4], it needs float32 [5], or a batch of such");
    CHECK_THROWS_WITH(model(cast<double>(x)), "a layer: was given float64 [33, 5], it needs float32 [5], or a batch of such");
    const Net unbound{};
    CHECK_THROWS_WITH(unbound(x), Catch::Contains("is bound to no stored variable"));
}

TEST_CASE("A model may move between its call and the gradient", "[autodiff][layers]")
{
    const AnyTensor x = wave({4, 5}, 0.7);
    auto model = std::make_unique<Net>(build<Net>(Seed{3}));
    GradientTape tape;
    const auto loss = reduce_sum(square((*model)(x)));
    const Net moved = std::move(*model);
    model.reset();
    const auto gradients = tape.gradient(loss, variables(moved));
    REQUIRE(gradients.size() == 4);
    for (const AnyTensor& g : gradients) CHECK(g);
}

TEST_CASE("A variable that was changed before the gradient is an error that names it", "[autodiff][layers]")
{
    const AnyTensor x = wave({4, 5}, 0.7);
    auto model = build<Net>(Seed{3});
    SGD optimizer;
    GradientTape tape({.persistent = true});
    const auto loss = reduce_sum(square(model(x)));
    const auto gradients = tape.gradient(loss, variables(model));
    optimizer.apply_gradients(gradients, variables(model));
    CHECK_THROWS_WITH(tape.gradient(loss, variables(model)),
                      "GradientTape: \"0/kernel\" was changed between the call of its layer and the gradient; take the gradient "
                      "before the optimizer's step");
}

TEST_CASE("A variable that is read is a snapshot, and all who read it share its gradient", "[autodiff][variables]")
{
    auto x = variable(constant(10.0), "x");
    GradientTape tape;
    const auto y = read(x) * read(x);
    assign_add(x, 1);
    const auto z = y + read(x) * read(x);
    CHECK(z.item() == 221);
    CHECK(tape.gradient(z, x).item() == 42);
    assign(x, constant(2.0));
    CHECK(read(x).item() == 2);
    assign_sub(x, constant(0.5));
    CHECK(read(x).item() == 1.5);
    CHECK_THROWS_WITH(assign(x, constant({1.0, 2.0})), "assign: \"x\" is float64 [], it was given float64 [2]");
}

TEST_CASE("A layer that is used twice sums its gradients", "[autodiff][layers]")
{
    const auto square_layer = build<Sequential<Input<3>, Dense<3>>>(Seed{5});
    const AnyTensor x = wave({2, 3}, 0.4);
    GradientTape tape({.persistent = true});
    const auto a = square_layer(x);
    const auto twice = reduce_sum(square_layer(a)) + reduce_sum(a);
    const auto second = reduce_sum(square_layer(stop_gradient(a)));
    const auto all = variables(square_layer);
    const auto whole = tape.gradient(twice, all), outer = tape.gradient(second, all);
    CHECK(whole[0].shape() == Shape{3, 3});
    bool differs = false;
    for (std::size_t i = 0; i < 9; ++i) differs |= whole[0].item(i) != outer[0].item(i);
    CHECK(differs);
    // d/db of sum(f(f(x)) + f(x)): the inner one reaches the bias through the kernel as well.
    const AnyTensor kernel = read(all[0].variable);
    for (std::size_t j = 0; j < 3; ++j) {
        double through = 0;
        for (std::size_t k = 0; k < 3; ++k) through += kernel.item(j * 3 + k);
        CHECK(whole[1].item(j) == Approx(2 * (1 + 1 + through)));
    }
}

TEST_CASE("Frozen variables have no gradient, and what it is missing for is named", "[autodiff][apply_gradients]")
{
    const AnyTensor x = wave({4, 5}, 0.7);
    auto model = build<Net>(Seed{3});
    const auto all = variables(model);
    all[0].variable.set_trainable(false);
    GradientTape tape;
    const auto loss = reduce_sum(square(model(x)));
    const auto gradients = tape.gradient(loss, all);
    CHECK_FALSE(gradients[0]);
    CHECK(gradients[1]);
    SGD optimizer;
    CHECK_THROWS_WITH(
        optimizer.apply_gradients(gradients, all),
        "sgd: \"0/kernel\" has no gradient, since the loss does not depend on it; leave it out of the variables, or "
        "freeze it");
    CHECK_THROWS_WITH(optimizer.apply_gradients({gradients[1]}, all), "sgd: there are 1 gradients for 4 variables");
    optimizer.apply_gradients({gradients[1], gradients[2], gradients[3]}, variables(model));
    CHECK(optimizer.state.step == 1);
}

TEST_CASE("Dropout draws in training mode alone, anew for every step", "[autodiff][training_mode]")
{
    const auto model = build<Sequential<Input<8>, Dropout<0.5>>>(Seed{1});
    const AnyTensor x = full({16, 8}, 1);
    const auto kept = [&] {
        const AnyTensor y = model(x);
        std::string found;
        for (std::size_t i = 0; i < y.size(); ++i) found += y.item(i) != 0 ? '1' : '0';
        return found;
    };
    const std::string all(128, '1');
    CHECK(kept() == all);
    std::string first, second, again;
    {
        TrainingMode training{Seed{1}, 0};
        first = kept();
        CHECK(first != kept()); // another call
    }
    {
        TrainingMode training{Seed{1}, 1};
        second = kept();
    }
    {
        TrainingMode training{Seed{1}, 0};
        again = kept();
    }
    CHECK(first != all);
    CHECK(first != second);
    CHECK(first == again);
    CHECK(kept() == all);
}
