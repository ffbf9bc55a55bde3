// folded: another type, and the same outputs, whatever stands around the normalizations.
#include "catch.hpp"

#include <lamina/lamina.hpp>

#include <cmath>
#include <sstream>

using namespace lamina;

namespace {

using Net =
    Sequential<Input<12, 9, 3>, Conv2D<19, NoBias, Same>, BatchNormalization<>, Activation<Relu>,
               Residual<Conv2D<19, Same>, BatchNormalization<NoScale>, Activation<LeakyRelu<0.1>>, Conv2D<19, Same>,
                        BatchNormalization<>, Name<"body">>,
               Activation<Relu>, DepthwiseConv2D<DepthMultiplier<2>, Strides<2>>, BatchNormalization<NoCenter, Epsilon<1e-5>>,
               ReLU<6>, Parallel<Concat, Branch<Conv2D<5, Kernel<1>>, BatchNormalization<>>, Branch<>, Conv2D<3, Kernel<1>>>,
               BatchNormalization<>, GlobalAveragePooling2D<>,
               Sequential<Input<46>, Dense<17, NoBias>, BatchNormalization<>, Activation<Tanh>>, Dense<4>, Activation<Softmax>>;

using Short =
    Sequential<Input<12, 9, 3>, Conv2D<19, Same, Relu>,
               Residual<Conv2D<19, Same, LeakyRelu<0.1>>, Conv2D<19, Same, Linear>, Name<"body">>, Activation<Relu>,
               DepthwiseConv2D<DepthMultiplier<2>, Strides<2>, GeneralRelu<0, 6, 0>>,
               Parallel<Concat, Branch<Conv2D<5, Kernel<1>, Linear>>, Branch<>, Conv2D<3, Kernel<1>>>, BatchNormalization<>,
               GlobalAveragePooling2D<>, Sequential<Input<46>, Dense<17, Tanh>>, Dense<4, Softmax>>;
static_assert(std::is_same_v<Folded<Net>, Short>);
static_assert(std::is_same_v<Folded<Short>, Short>);
static_assert(std::is_same_v<Folded<Net::as<double>>, Short::as<double>>);

// Kernels that are not one matrix of filters: of a transposed convolution, and the two of a separable one.
using Up = Sequential<Input<5, 4, 3>, Conv2DTranspose<7, Strides<2>, NoBias>, BatchNormalization<>, Activation<Relu>,
                      SeparableConv2D<5, DepthMultiplier<2>>, BatchNormalization<>, Activation<Tanh>>;
static_assert(std::is_same_v<Folded<Up>, Sequential<Input<5, 4, 3>, Conv2DTranspose<7, Strides<2>, Relu>,
                                                    SeparableConv2D<5, DepthMultiplier<2>, Tanh>>>);

/// A model whose numbers, moving statistics included, are drawn.
template <class M> M drawn()
{
    auto model = build<M>(Seed{4});
    Random random(Seed{5});
    for_each_named_variable(model, [&](const std::string& path, auto& variable) {
        using T = typename std::remove_cvref_t<decltype(variable)>::value_type;
        const bool positive = path.find("variance") != std::string::npos;
        variable.storage()->template for_each<T>(
            [&](T& w) { w = T(positive ? random.uniform(0.3, 2) : w + 0.3 * random.normal()); });
    });
    return model;
}

template <class M> void check_equal(double tolerance)
{
    using T = typename M::value_type;
    const auto model = drawn<M>();
    const auto small = folded(model);
    auto x = xt::xtensor<T, 4>::from_shape({35, M::input[0], M::input[1], M::input[2]});
    for (std::size_t i = 0; i < x.size(); ++i) x.flat(i) = T(std::sin(0.37 * double(i)));
    const auto wanted = predict(model, x), got = predict(small, x);
    double worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) worst = std::fmax(worst, std::fabs(double(got.flat(i) - wanted.flat(i))));
    CHECK(worst <= tolerance);
}

} // namespace

TEST_CASE("A folded model gives what the model gives", "[models][folded]")
{
    check_equal<Net>(1e-5);
    check_equal<Net::as<double>>(1e-13);
    check_equal<Up>(1e-5);
}

TEST_CASE("A folded model is a copy: it has its own numbers, can be saved and trained", "[models][folded]")
{
    auto model = drawn<Net>();
    model.template layer<0>().kernel.storage()->trainable = false;
    const auto small = folded(model);
    CHECK(!small.template layer<0>().kernel.storage()->trainable);
    const auto before = small.template layer<0>().kernel.data()[0];
    model.template layer<0>().kernel.data()[0] += 1;
    CHECK(small.template layer<0>().kernel.data()[0] == before);
    CHECK(state(small)[0].name == "0/kernel");
    CHECK(state(small)[2].name == "body/0/kernel");
}
