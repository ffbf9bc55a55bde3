// Sequential: gradients against central differences in double, wherever layers that only reshape stand.
#include "layers/gradient_check.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/pooling/max_pooling2d.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("The gradients of dense networks agree with central differences", "[models][sequential][gradients]")
{
    check_gradients_of_each<Sequential<Input<1>, Dense<1>>::as<double>,
                            Sequential<Input<5>, Dense<7, Tanh>, Dense<3, Gelu>, Dense<5, Softmax>>::as<double>,
                            Sequential<Input<3>, Dense<7, Mish, NoBias>, Dropout<0.4>, Activation<Silu>, Dense<1>>::as<double>>();
}

TEST_CASE("The gradients of a convolutional network agree with central differences", "[models][sequential][gradients]")
{
    check_gradients<
        Sequential<Input<9, 7, 3>, Conv2D<5, Same, Tanh>, AveragePooling2D<2>, Conv2D<3, Kernel<2>, Elu<>>, MaxPooling2D<2, Same>,
                   Dropout<0.3>, Flatten, Dense<5, Softplus>, Dense<3, Softmax>>::as<double>>();
}

TEST_CASE("The gradients of convolutions in planes with averages behind them agree with central differences",
          "[models][sequential][gradients]")
{
    check_gradients_of_each<Sequential<Input<6, 18, 1>, Conv2D<2, Same, Tanh>, AveragePooling2D<2>, Conv2D<3, Kernel<2>, Sigmoid>,
                                       AveragePooling2D<2>>::as<double>,
                            Sequential<Input<7, 11, 2>, Conv2D<3, Kernel<2, 3>, Tanh, NoBias>, AveragePooling2D<2>,
                                       Conv2D<1, Same, Gelu>, AveragePooling2D<2>, Flatten, Dense<2>>::as<double>>();
}

TEST_CASE("The gradients of other convolutions with averages behind them agree with central differences",
          "[models][sequential][gradients]")
{
    check_gradients_of_each<Sequential<Input<5, 6, 1>, Conv2D<9, Tanh>, AveragePooling2D<2>>::as<double>,
                            Sequential<Input<5, 7, 2>, Conv2D<17, Kernel<2>, Same, Strides<1, 2>>, AveragePooling2D<2>,
                                       Conv2D<8, Kernel<1>, Sigmoid>, AveragePooling2D<2>>::as<double>>();
}

TEST_CASE("The gradients of layers that only reshape agree with central differences", "[models][sequential][gradients]")
{
    check_gradients_of_each<Sequential<Input<5>, Reshape<5, 1>>::as<double>,
                            Sequential<Input<3, 5>, Flatten, Dense<3>>::as<double>,
                            Sequential<Input<2, 3>, Flatten, Reshape<3, 2>, Flatten, Dense<4, Tanh>, Reshape<2, 2>, Flatten,
                                       Dense<6>, Reshape<3, 2>, Reshape<2, 3>>::as<double>,
                            Sequential<Input<6>, Reshape<2, 3>, Flatten, Reshape<3, 2>>::as<double>>();
}

TEST_CASE("Softmax and cross-entropy differentiated as one equal the two apart", "[models][sequential][gradients]")
{
    using Net = Sequential<Input<5>, Dense<7, Tanh>, Reshape<7, 1>, Flatten, Dense<3>, Activation<Softmax>>::as<double>;
    static_assert(TakesLogits<Net>);
    Net model = build<Net>(Seed{2}), apart = zeros_like(model), together = zeros_like(model);
    Passes<Net> at(model, Mode{.training = true}, 5, 3, -1, 1);
    at.forward();
    Buffer<double> dz(15);
    for (std::size_t i = 0; i < 15; ++i) { // L = -log p[s % 3]
        const bool wanted = i % 3 == i / 3 % 3;
        at.weights[i] = wanted ? -1 / at.y[i] : 0;
        dz[i] = at.y[i] - (wanted ? 1 : 0);
    }
    at.backward(apart);
    const auto dx = at.dx;
    model.backward_from_logits(at.mode, at.x.data(), at.y.data(), at.saved.data(), dz.data(), at.dx.data(), together,
                               at.scratch.data(), 5);
    const auto a = numbers_of(apart), b = numbers_of(together);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(*a[i] == Approx(*b[i]).margin(1e-13));
    for (std::size_t i = 0; i < dx.size(); ++i) CHECK(at.dx[i] == Approx(dx[i]).margin(1e-13));
    CHECK(at.guarded());
}
