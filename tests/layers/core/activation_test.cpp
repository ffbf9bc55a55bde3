// Activation: all activations against their formulas in long words of std, as a layer, and their gradients.
#include "layers/gradient_check.hpp"

#include <lamina/blocks/option_list.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/core/relu.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(Activation<Relu>::accept(Shape{5, 7, 3}).output == Shape{5, 7, 3});
static_assert(Activation<Softmax>::accept(Shape{}).answer == misfit::needs_at_least_rank_1);
static_assert(Activation<Softmax>::accept(Shape{3, 0}).answer == misfit::an_extent_is_zero);
static_assert(Block<Activation<Tanh>::on<5>> && parameter_count_of<Activation<Tanh>::on<5>>() == 0);
static_assert(TakesLogits<Activation<Softmax>::on<5>> && TakesLogits<Activation<Sigmoid>::on<5>> &&
              !TakesLogits<Activation<Tanh>::on<5>>);

namespace {

struct Formula {
    const char* name;
    double (*of)(double);
};

double softplus(double x) { return std::log1p(std::exp(-std::fabs(x))) + std::fmax(x, 0); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double hard(double x) { return std::fmin(std::fmax(x / 6 + 0.5, 0), 1); }

/// Those with parameters, with others than the usual ones.
using Relus = GeneralRelu<0.1, 1.5, 0.25>;
using Thresholds = Threshold<0.5, -2>;
using Clips = Clip<-0.5, 2>;

const Formula formulas[] = {
    {"linear", [](double x) { return x; }},
    {"relu", [](double x) { return x > 0 ? x : 0; }},
    {"relu6", [](double x) { return std::fmin(std::fmax(x, 0), 6); }},
    {"leaky_relu", [](double x) { return x > 0 ? x : 0.2 * x; }},
    {"general_relu", [](double x) { return x > 0.25 ? std::fmin(x, 1.5) : 0.1 * (x - 0.25); }},
    {"elu", [](double x) { return x > 0 ? x : 0.5 * std::expm1(x); }},
    {"celu", [](double x) { return x > 0 ? x : 2 * std::expm1(x / 2); }},
    {"selu",
     [](double x) {
         return 1.0507009873554804934193349852946 * (x > 0 ? x : 1.6732632423543772848170429916717 * std::expm1(x));
     }},
    {"sigmoid", sigmoid},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"exponential", [](double x) { return std::exp(x); }},
    {"softplus", softplus},
    {"log_sigmoid", [](double x) { return -softplus(-x); }},
    {"squareplus", [](double x) { return (x + std::sqrt(x * x + 3)) / 2; }},
    {"softsign", [](double x) { return x / (1 + std::fabs(x)); }},
    {"hard_sigmoid", hard},
    {"hard_tanh", [](double x) { return std::fmin(std::fmax(x, -1), 1); }},
    {"clip", [](double x) { return std::fmin(std::fmax(x, -0.5), 2); }},
    {"threshold", [](double x) { return x > 0.5 ? x : -2; }},
    {"sparse_plus", [](double x) { return x <= -1 ? 0
                                          : x < 1 ? (x + 1) * (x + 1) / 4
                                                  : x; }},
    {"sparse_sigmoid", [](double x) { return std::fmin(std::fmax((x + 1) / 2, 0), 1); }},
    {"hard_shrink", [](double x) { return std::fabs(x) > 0.5 ? x : 0; }},
    {"soft_shrink", [](double x) { return std::copysign(std::fmax(std::fabs(x) - 0.75, 0), x); }},
    {"tanh_shrink", [](double x) { return x - std::tanh(x); }},
    {"hard_silu", [](double x) { return x * hard(x); }},
    {"silu", [](double x) { return x * sigmoid(x); }},
    {"mish", [](double x) { return x * std::tanh(softplus(x)); }},
    {"gelu", [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }},
    {"gelu_tanh",
     [](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x))); }},
};

/// The output of a layer for rows of N.
template <class L, class T, std::size_t N> std::vector<T> output_of(const std::vector<T>& x)
{
    typename L::template block<T, Shape{N}> block{};
    std::vector<T> y(x.size() / N * block.output.size());
    block.forward(Mode{}, x.data(), y.data(), nullptr, nullptr, x.size() / N);
    return y;
}
template <class A, class T, std::size_t N> std::vector<T> applied(const std::vector<T>& x)
{
    return output_of<Activation<A>, T, N>(x);
}

/// An activation without its type, so that the checks are compiled once and not for each.
template <class T> struct Applied {
    std::string name;
    void (*forward)(const T* x, T* y, std::size_t n);
    void (*backward)(const T* x, const T* y, const T* dy, T* dx, std::size_t n);

    std::vector<T> operator()(const std::vector<T>& x) const
    {
        std::vector<T> y(x.size());
        forward(x.data(), y.data(), x.size());
        return y;
    }
    std::vector<T> slopes(const std::vector<T>& x) const
    {
        const std::vector<T> y = (*this)(x), ones(x.size(), T(1));
        std::vector<T> dx(x.size());
        backward(x.data(), y.data(), ones.data(), dx.data(), x.size());
        return dx;
    }
};
template <class A, class T> Applied<T> each()
{
    using Block = typename Activation<A>::template block<T, Shape{1}>;
    return {std::string(A::name), [](const T* x, T* y, std::size_t n) { Block{}.forward(Mode{}, x, y, nullptr, nullptr, n); },
            [](const T* x, const T* y, const T* dy, T* dx, std::size_t n) {
                Block block;
                block.backward(Mode{.training = true}, x, y, nullptr, dy, dx, block, nullptr, n);
            }};
}

template <class T> void check_values(const Applied<T>& a, double (*formula)(double), double tolerance)
{
    std::vector<T> x;
    for (int i = -80; i < 81; ++i) x.push_back(static_cast<T>(i * 0.11 + 0.003));
    const auto y = a(x);
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double wanted = formula(double(x[i]));
        worst = std::fmax(worst, std::fabs(double(y[i]) - wanted) / (std::fabs(wanted) + 0.05));
    }
    INFO(a.name << " is off by " << worst);
    CHECK(worst <= tolerance);
    const T nan = std::numeric_limits<T>::quiet_NaN();
    CHECK(std::isnan(a({nan, 1})[0]));
}

template <class... A> void check_each_value()
{
    static_assert(sizeof...(A) == std::size(formulas));
    const auto of = [](std::string_view name) {
        return std::find_if(std::begin(formulas), std::end(formulas), [&](const Formula& f) { return f.name == name; })->of;
    };
    for (const auto& a : {each<A, double>()...}) check_values(a, of(a.name), 1e-14);
    for (const auto& a : {each<A, float>()...}) check_values(a, of(a.name), 3e-6);
}

struct At {
    float x, slope;
};
void check_slopes_of(const Applied<float>& a, const Applied<double>& b, std::initializer_list<At> known)
{
    for (const auto [x, slope] : known) {
        INFO(a.name << " at " << x);
        CHECK(a.slopes({x})[0] == Approx(slope).margin(1e-7));
        CHECK(b.slopes({double(x)})[0] == Approx(slope).epsilon(1e-6).margin(1e-7));
    }
}
template <class A> void check_slopes(std::initializer_list<At> known)
{
    check_slopes_of(each<A, float>(), each<A, double>(), known);
}

/// From 1000 on an activation is `above` or, where that is no number, as large as x; below -1000 it is `below`.
template <class T> void check_far_of(const Applied<T>& a, double above, double below)
{
    using limits = std::numeric_limits<T>;
    const bool follows = std::isnan(above);
    for (const T size : {T(1e3), T(1e10), T(1e19), T(1e30), limits::max(), limits::infinity()}) {
        INFO(a.name << " at ±" << size << ", " << sizeof(T) << " bytes");
        CHECK(a({size})[0] == Approx(follows ? double(size) : above).epsilon(2e-3));
        CHECK(a({-size})[0] == Approx(below).epsilon(2e-3).margin(2e-3));
        CHECK(double(a.slopes({size})[0]) == Approx(follows ? 1 : 0).margin(2e-6));
        CHECK(double(a.slopes({-size})[0]) == Approx(0).margin(2e-6));
    }
}
template <class T> void check_far()
{
    const double follows = std::numeric_limits<double>::quiet_NaN();
    check_far_of(each<Relu, T>(), follows, 0);
    check_far_of(each<Relu6, T>(), 6, 0);
    check_far_of(each<Elu<0.5>, T>(), follows, -0.5);
    check_far_of(each<Celu<2>, T>(), follows, -2);
    check_far_of(each<GeneralRelu<0, 3>, T>(), 3, 0);
    check_far_of(each<Clips, T>(), 2, -0.5);
    check_far_of(each<Thresholds, T>(), follows, -2);
    check_far_of(each<SparsePlus, T>(), follows, 0);
    check_far_of(each<SparseSigmoid, T>(), 1, 0);
    check_far_of(each<Squareplus<>, T>(), follows, 0);
    check_far_of(each<Sigmoid, T>(), 1, 0);
    check_far_of(each<Tanh, T>(), 1, -1);
    check_far_of(each<Softplus, T>(), follows, 0);
    check_far_of(each<Softsign, T>(), 1, -1);
    check_far_of(each<HardSigmoid<>, T>(), 1, 0);
    check_far_of(each<HardTanh, T>(), 1, -1);
    check_far_of(each<HardSilu, T>(), follows, 0);
    check_far_of(each<Silu, T>(), follows, 0);
    check_far_of(each<Mish, T>(), follows, 0);
    check_far_of(each<Gelu, T>(), follows, 0);
    check_far_of(each<GeluTanh, T>(), follows, 0);
    CHECK(each<Selu, T>().slopes({std::numeric_limits<T>::max()})[0] == Approx(1.0507).epsilon(1e-5));
    CHECK(each<Exponential, T>().slopes({T(-1e19)})[0] == 0);
}

/// The derivative against central differences, at 330 places that no kink is near.
void check_derivative(const Applied<double>& a, double low, double high)
{
    std::vector<double> x, below, above;
    for (int i = 0; i < 330; ++i) {
        x.push_back(low + (high - low) * (i + 0.37) / 330);
        below.push_back(x.back() - 1e-5);
        above.push_back(x.back() + 1e-5);
    }
    const auto got = a.slopes(x), y0 = a(below), y1 = a(above);
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        worst = std::fmax(worst, std::fabs(got[i] - (y1[i] - y0[i]) / 2e-5) / (1 + std::fabs(got[i])));
    INFO(a.name << " is off by " << worst);
    CHECK(worst < 1e-9);
}
template <class A> void check_activation(double low, double high) { check_derivative(each<A, double>(), low, high); }
template <class A> void check_row_activation()
{
    INFO(A::name);
    check_gradients_of_each<typename Activation<A>::template block<double, Shape{1}>,
                            typename Activation<A>::template block<double, Shape{3, 5, 7}>>(
        {.low = -2, .high = 2, .counts = {0, 1, 2, 5, 33}});
}

} // namespace

TEST_CASE("Activations are what their formulas say", "[layers][activation]")
{
    check_each_value<Linear, Relu, Relu6, LeakyRelu<>, Relus, Elu<0.5>, Celu<2>, Selu, Sigmoid, Tanh, Exponential, Softplus,
                     LogSigmoid, Squareplus<3>, Softsign, HardSigmoid<>, HardTanh, Clips, Thresholds, SparsePlus, SparseSigmoid,
                     HardShrink<>, SoftShrink<0.75>, TanhShrink, HardSilu, Silu, Mish, Gelu, GeluTanh>();
    const auto steep = [](double x) { return std::fmin(std::fmax(0.2 * x + 0.5, 0), 1); };
    check_values(each<HardSigmoid<0.2>, double>(), steep, 1e-14);
}

TEST_CASE("Softmax and its logarithm work over the last axis", "[layers][activation]")
{
    const std::vector<double> x{1, 2, 3, 1000, 1001, 1002};
    const auto p = applied<Softmax, double, 3>(x), q = applied<LogSoftmax, double, 3>(x);
    const double sum = 1 + std::exp(1) + std::exp(2);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(p[i] == Approx(std::exp(double(i % 3)) / sum).epsilon(1e-13));
        CHECK(q[i] == Approx(double(i % 3) - std::log(sum)).epsilon(1e-13));
    }
    CHECK(applied<Softmax, double, 1>({5, -3}) == std::vector<double>{1, 1});
}

TEST_CASE("Activations of rows keep NaN", "[layers][activation]")
{
    const std::vector<float> x{std::numeric_limits<float>::quiet_NaN(), 1};
    CHECK(std::isnan(applied<Softmax, float, 2>(x)[0]));
    CHECK(std::isnan(applied<LogSoftmax, float, 2>(x)[0]));
    CHECK(std::isnan(applied<Sparsemax, float, 2>(x)[0]));
    CHECK(std::isnan(output_of<Activation<Glu>, float, 2>(x)[0]));
}

TEST_CASE("The derivatives at kinks are those of Keras 3 with TensorFlow", "[layers][activation][gradients]")
{
    check_slopes<Relu>({{-0.f, 0}, {0, 0}});
    check_slopes<Relu6>({{0, 0}, {3, 1}, {6, 0}});
    check_slopes<LeakyRelu<>>({{-0.f, 0.2f}, {0, 0.2f}});
    check_slopes<Elu<>>({{-0.f, 1}, {0, 1}});
    check_slopes<Elu<0.5>>({{-0.f, 0.5f}, {0, 0.5f}});
    check_slopes<Celu<0.5>>({{-0.f, 1}, {0, 1}, {-1, 0.1353353f}});
    check_slopes<Relus>({{-1, 0.1f}, {0.25f, 0}, {0.3125f, 1}, {1.5f, 1}, {1.625f, 0}});
    check_slopes<Clips>({{-0.625f, 0}, {-0.5f, 1}, {2, 1}, {2.125f, 0}});
    check_slopes<Thresholds>({{0.5f, 0}, {0.625f, 1}});
    check_slopes<HardShrink<>>({{-0.5f, 0}, {0.5f, 0}, {0.625f, 1}, {-0.625f, 1}});
    check_slopes<SoftShrink<>>({{-0.5f, 0}, {0.5f, 0}, {0.625f, 1}, {-0.625f, 1}});
    check_slopes<SparsePlus>({{-1, 0}, {0, 0.5f}, {1, 1}});
    check_slopes<SparseSigmoid>({{-1, 0}, {0, 0.5f}, {1, 0}});
    check_slopes<TanhShrink>({{0, 0}});
    check_slopes<LogSigmoid>({{0, 0.5f}});
    check_slopes<Squareplus<>>({{0, 0.5f}, {1, 0.7236068f}});
    check_slopes<Selu>({{-0.f, 1.050701f}, {0, 1.050701f}, {-1, 0.646769f}});
    check_slopes<Softplus>({{0, 0.5f}});
    check_slopes<Softsign>({{-0.f, 1}, {0, 1}});
    check_slopes<HardSigmoid<>>({{-3, 0}, {-2.5f, 1 / 6.f}, {0, 1 / 6.f}, {3, 0}});
    check_slopes<HardTanh>({{-1.5f, 0}, {-1, 1}, {0, 1}, {1, 1}, {1.5f, 0}});
    check_slopes<HardSilu>({{-3, 0}, {-2.5f, -1 / 3.f}, {0, 0.5f}, {2.5f, 4 / 3.f}, {3, 1}});
    check_slopes<Silu>({{0, 0.5f}});
    check_slopes<Mish>({{0, 0.6f}});
    check_slopes<Gelu>({{0, 0.5f}});
    check_slopes<GeluTanh>({{0, 0.5f}});
}

TEST_CASE("Far from zero, values and derivatives are what they tend to", "[layers][activation][gradients]")
{
    check_far<float>();
    check_far<double>();
}

TEST_CASE("The gradients of activations agree with central differences", "[layers][activation][gradients]")
{
    check_activation<Linear>(-4, 8);
    check_activation<Relu>(-4, 8);
    check_activation<Relu6>(-4, 9);
    check_activation<LeakyRelu<>>(-4, 8);
    check_activation<Relus>(-2, 3);
    check_activation<Elu<0.5>>(-4, 8);
    check_activation<Celu<2>>(-4, 8);
    check_activation<Selu>(-4, 8);
    check_activation<Sigmoid>(-4, 8);
    check_activation<Tanh>(-3, 3);
    check_activation<Exponential>(-4, 4);
    check_activation<Softplus>(-4, 8);
    check_activation<Softsign>(-4, 8);
    check_activation<HardSigmoid<>>(-5, 5);
    check_activation<HardSigmoid<0.2>>(-5, 5);
    check_activation<HardTanh>(-2, 2);
    check_activation<Clips>(-2, 4);
    check_activation<SparsePlus>(-3, 3);
    check_activation<HardShrink<>>(0.6, 3);
    check_activation<SoftShrink<0.75>>(-3, 3);
    check_activation<TanhShrink>(-3, 3);
    check_activation<LogSigmoid>(-4, 4);
    check_activation<Squareplus<3>>(-4, 4);
    check_activation<HardSilu>(-5, 5);
    check_activation<Silu>(-4, 8);
    check_activation<Mish>(-4, 8);
    check_activation<Gelu>(-4, 4);
    check_activation<GeluTanh>(-4, 4);
    check_row_activation<Softmax>();
    check_row_activation<LogSoftmax>();
    check_row_activation<Sparsemax>();
}

TEST_CASE("Glu lets through a share of the first half by the second", "[layers][activation][gradients]")
{
    static_assert(Activation<Glu>::accept(Shape{5, 6}).output == Shape{5, 3});
    static_assert(Activation<Glu>::accept(Shape{5, 7}).answer == misfit::the_last_axis_is_odd__Glu_halves_it);
    static_assert(!options_fit<Dense<4, Glu>>);
    const std::vector<double> y = output_of<Activation<Glu>, double, 4>({1, -2, 0, 3, 5, 6, -1, 2});
    CHECK(y[0] == 0.5);
    CHECK(y[1] == Approx(-2 * sigmoid(3)));
    CHECK(y[3] == Approx(6 * sigmoid(2)));
    check_gradients_of_each<Activation<Glu>::block<double, Shape{2}>, Activation<Glu>::block<double, Shape{3, 5, 38}>>(
        {.low = -2, .high = 2, .counts = {0, 1, 2, 33}});
}

TEST_CASE("Sparsemax is the nearest point of the simplex", "[layers][activation]")
{
    const auto y = applied<Sparsemax, double, 4>({0.5, 0.1, 0.2, 0.3});
    const double wanted[]{0.475, 0.075, 0.175, 0.275};
    for (std::size_t i = 0; i < 4; ++i) CHECK(y[i] == Approx(wanted[i]));
    CHECK(applied<Sparsemax, double, 3>({2, 0, 1.5}) == std::vector<double>{0.75, 0, 0.25});
}

TEST_CASE("Layers of relu and its kin are activations with Keras's words", "[layers][activation]")
{
    static_assert(std::is_same_v<ReLU<1.5, 0.1, 0.25>::activation, Relus>);
    static_assert(std::is_same_v<LeakyReLU<>::activation, LeakyRelu<0.3>>);
    static_assert(std::is_same_v<ELU<2, Name<"e">>::activation, Elu<2>>);
    CHECK(output_of<ReLU<6>, float, 3>({-1, 3, 7}) == std::vector<float>{0, 3, 6});
    CHECK(text_of({option_value(LeakyRelu<>{})}) == "leaky_relu");
    CHECK(text_of({option_value(LeakyRelu<0.5>{})}) == "leaky_relu(negative_slope=0.5)");
}
