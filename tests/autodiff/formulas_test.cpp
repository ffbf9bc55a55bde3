// Formulas on tensors: every activation and function against differences to the second order, their slopes at corners as in plans; layers and
// models that are their formula, and variables beside tensors.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/blocks/activations/activations.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/state.hpp>
#include <lamina/ops/formula_layer.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace lamina;
using namespace lamina::protocols;
namespace ops = lamina::internals::ops;

namespace {

AnyTensor list(const std::vector<double>& numbers, const Shape& s)
{
    AnyTensor t = internals::tensors::empty_tensor(dtype::float64, s);
    std::copy(numbers.begin(), numbers.end(), t.numbers<double>());
    return t;
}
template <class F> AnyTensor apply(const AnyTensor& x)
{
    return internals::tensors::run(internals::tensors::formula_entry<F>, x);
}

/// Values, and derivatives of first and second order, at places that are no corners.
template <class F> void check_formula(double low, double high)
{
    std::vector<double> numbers;
    for (int i = 0; i < 8; ++i) numbers.push_back(low + (high - low) * (i + 0.37) / 8.2);
    INFO(F::name);
    const auto found = check_gradients([](const AnyTensor& x) { return apply<F>(x); }, {list(numbers, Shape{2, 4})});
    INFO(found.worst);
    CHECK(found.right);
}
template <class... F> void check_formulas(double low, double high) { (check_formula<F>(low, high), ...); }

/// The slope in functions on tensors is the one in registers, at corners and everywhere.
template <class F> void check_slopes(const std::vector<double>& at)
{
    INFO(F::name);
    const AnyTensor x = list(at, Shape{at.size()});
    const AnyTensor y = apply<F>(x), dy = list(std::vector<double>(y.size(), 1.5), y.shape());
    const AnyTensor dx = F::gradient(x, y, dy);
    std::vector<double> expected(at.size());
    std::vector<double> weights(y.size(), 1.5);
    const double* const in[]{at.data()};
    double* const din[]{expected.data()};
    const Shape row{at.size()};
    ops::elementwise<F>::backward(ops::OpCall<1>({row}, ops::elementwise<F>::accept({row}).output), in, y.numbers<double>(),
                                  weights.data(), din, static_cast<double*>(nullptr), 1);
    for (std::size_t i = 0; i < at.size(); ++i) {
        INFO("at " << at[i]);
        if (std::isfinite(expected[i])) CHECK(dx.item(i) == Approx(expected[i]).epsilon(1e-12).margin(1e-300));
        else CHECK(std::isinf(dx.item(i)) == std::isinf(expected[i]));
    }
}
template <class... F> void check_all_slopes(const std::vector<double>& at) { (check_slopes<F>(at), ...); }

/// A layer that is its formula, also with what is made of variables alone.
struct Bent : formula_layer<Bent> {
    template <class T, Shape In> struct block : formula_block<Bent, T, In> {
        Variable<T, Shape{In.back(), 4}> kernel;
        Variable<T, Shape{4}> bias;
        Variable<T, Shape{}> log_width;

        void initialize(Random random)
        {
            lamina::protocols::initialize<GlorotUniform>(kernel, random, fans{3, 4});
            lamina::protocols::initialize<HeNormal>(bias, random, fans{3, 4});
        }
        auto operator()(const auto& x) const { return tanh(matmul(x, kernel) / (1 + exp(log_width)) + bias) * sin(bias); }
    };
};

struct Net {
    Bent::on<3>::as<double> first;
    Dense<2>::on<4>::as<double> second;
    Variable<double, Shape{2}> scale;
    void initialize(Random random) { lamina::protocols::initialize<HeNormal>(scale, random, fans{2, 2}); }
    auto operator()(const auto& x) const { return scale * second(first(x)); }
};
struct Alone {
    using input = Input<3>;
    Variable<double, Shape{3, 2}> kernel;
    Variable<double, Shape{2}> bias;
    void initialize(Random random) { lamina::protocols::initialize<HeNormal>(kernel, random, fans{3, 2}); }
    auto operator()(const auto& x) const { return sigmoid(matmul(x, kernel) + exp(bias)); }
};
using Row = Sequential<Input<3>, Bent, Residual<Bent>, Dense<2>>::as<double>;

/// One step along the gradient: by fit, and by a tape.
template <class M> void check_step()
{
    const xt::xtensor<double, 2> x = 0.3 * xt::reshape_view(xt::arange<double>(-3, 12), {5, 3});
    const xt::xtensor<double, 2> y = 0.1 * xt::reshape_view(xt::arange<double>(0, 10), {5, 2});
    auto fitted = build<M>(Seed{4});
    auto taped = build<M>(Seed{4});
    SGD optimizer{.learning_rate = 1};
    compile(fitted, SGD{.learning_rate = 1}, MeanSquaredError{}).fit(x, y, {.epochs = 1});
    GradientTape tape;
    const auto loss = reduce_mean(square(taped(constant(x)) - constant(y)));
    optimizer.apply_gradients(tape.gradient(loss, variables(taped)), variables(taped));
    const auto a = internals::variables_of(fitted), b = internals::variables_of(taped);
    const auto before = internals::variables_of(build<M>(Seed{4}));
    bool moved = true;
    for (std::size_t i = 0; i < a.size(); ++i) {
        INFO(a[i].path);
        std::vector<double> left, right;
        a[i].variable->storage()->template for_each<double>([&](double& number) { left.push_back(number); });
        b[i].variable->storage()->template for_each<double>([&](double& number) { right.push_back(number); });
        for (std::size_t k = 0; k < left.size(); ++k) CHECK(right[k] == Approx(left[k]).epsilon(1e-10).margin(1e-12));
        moved = moved && left.size() > 0;
    }
    CHECK(moved);
}

} // namespace

TEST_CASE("The derivatives of formulas on tensors to the second order", "[autodiff][formulas]")
{
    check_formulas<ops::Negative, ops::AbsoluteValue, ops::Square, ops::Sine, ops::Cosine, ops::Tangent, ops::HyperbolicSine,
                   ops::HyperbolicCosine, ops::InverseTangent, ops::InverseHyperbolicSine, ops::ErrorFunction,
                   ops::ExponentialLessOne>(-1.3, 1.2);
    check_formulas<ops::InverseSine, ops::InverseCosine, ops::InverseHyperbolicTangent, ops::LogarithmOfOneMore>(-0.7, 0.65);
    check_formulas<ops::InverseHyperbolicCosine>(1.4, 3);
    check_formulas<ops::SquareRoot, ops::ReciprocalRoot, ops::Logarithm>(0.5, 2);
}

TEST_CASE("The derivatives of activations on tensors to the second order", "[autodiff][formulas]")
{
    check_formulas<Linear, Relu, LeakyRelu<0.1>, Elu<0.5>, Celu<0.7>, Selu, Sigmoid, Tanh, Exponential, Softplus, LogSigmoid,
                   Softsign, Squareplus<>, Squareplus<0.5>, Silu, Mish, Gelu, GeluTanh, TanhShrink, Softmax, LogSoftmax, Glu>(
        -2.1, 2.3);
    check_formulas<Relu6>(-5.1, 11.3);
    check_formulas<GeneralRelu<0.2, 3, 1>, GeneralRelu<0.1>, HardSigmoid<>, HardSigmoid<0.2>, Clip<-1, 2>, HardTanh,
                   Threshold<0.5, 2>, SparsePlus, SparseSigmoid, HardSilu, HardShrink<>, SoftShrink<>, Sparsemax>(-4.1, 4.4);
}

TEST_CASE("Slopes of formulas on tensors at corners are those of plans", "[autodiff][formulas]")
{
    const std::vector<double> corners{0, -0.0, 1, -1, 0.5, -0.5, 2, 3, -3, 6, 7, 0.7, -0.7, 1e-9, -1e-9, 30};
    check_all_slopes<ops::Negative, ops::AbsoluteValue, ops::Square, ops::Sine, ops::Cosine, ops::InverseTangent, ops::Sign,
                     ops::InverseHyperbolicSine, ops::ErrorFunction, ops::ExponentialLessOne, Linear, Relu, Relu6, LeakyRelu<0.1>,
                     GeneralRelu<0.2, 3, 1>, GeneralRelu<0.1>, Elu<0.5>, Celu<0.7>, Selu, HardSigmoid<>, Clip<-1, 2>, HardTanh,
                     Threshold<0.5, 2>, Sigmoid, Tanh, Exponential, Softplus, LogSigmoid, Softsign, Squareplus<>, SparsePlus,
                     SparseSigmoid, HardSilu, Silu, Mish, GeluTanh, HardShrink<>, SoftShrink<>, TanhShrink, Softmax, LogSoftmax,
                     Sparsemax, Glu>(corners);
    check_all_slopes<ops::SquareRoot, ops::Logarithm>({0, 1, 4});
    check_all_slopes<ops::InverseSine, ops::InverseCosine, ops::InverseHyperbolicTangent>({0, 1, -1, 0.5});
    const AnyTensor tie = list({1, 2, 3}, Shape{3}), other = list({1, 3, 2}, Shape{3}), ones = list({1, 1, 1}, Shape{3});
    const auto larger = ops::Larger::gradient(tie, other, other, ones), smaller = ops::Smaller::gradient(tie, other, other, ones);
    CHECK((larger[0].item(0) == 1 && larger[1].item(0) == 0 && larger[0].item(1) == 0 && larger[1].item(1) == 1));
    CHECK((smaller[0].item(0) == 1 && smaller[1].item(0) == 0 && smaller[0].item(1) == 1 && smaller[0].item(2) == 0));
}

TEST_CASE("Variables in formulas beside tensors have the gradients that fit finds", "[autodiff][formulas]")
{
    check_step<Alone>();
    check_step<Net>();
    check_step<Row>();
}

TEST_CASE("Formulas of variables have derivatives of second order, in a struct and in a Sequential", "[autodiff][formulas]")
{
    const AnyTensor x = list({0.3, -0.8, 1.1, 0.2, 0.9, -0.4}, Shape{2, 3});
    const auto alone = build<Alone>(Seed{2});
    const auto net = build<Net>(Seed{2});
    const auto row = build<Row>(Seed{2});
    const auto check = [&](const auto& model) {
        const auto found = check_gradients([&](const AnyTensor& at) { return AnyTensor(model(at)); }, {x});
        INFO(found.worst);
        CHECK(found.right);
    };
    check(alone);
    check(net);
    check(row);

    // By the variables too: the slope by the kernel of the sum of the squares of the gradient by x.
    auto model = build<Row>(Seed{2});
    const auto of_gradient = [&] {
        GradientTape inner;
        inner.watch(const_cast<AnyTensor&>(x));
        return reduce_sum(square(inner.gradient(reduce_sum(AnyTensor(model(x))), x)));
    };
    GradientTape tape;
    const AnyTensor value = of_gradient();
    const auto slopes = tape.gradient(value, variables(model));
    double* const first = model.layer<0>().kernel.data();
    const double old = *first, h = 1e-5;
    const auto value_at = [&](double number) {
        *first = number;
        return of_gradient().template item<double>();
    };
    const double slope = (value_at(old + h) - value_at(old - h)) / (2 * h);
    *first = old;
    CHECK(slopes[0].item(0) == Approx(slope).epsilon(1e-6));
}
