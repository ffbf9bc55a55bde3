// Residual: x plus what its layers make of it, gradients, paths, training, and what it refuses.
#include "layers/gradient_check.hpp"
#include "models/blocks_of_layers.hpp"
#include "training/problems.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/summary.hpp>

#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Two = Residual<Dense<7, Tanh>, Dense<5>>;
using Images = Residual<Name<"images">, Conv2D<6, Same, Relu>, Conv2D<3, Same, Name<"last">>>;
using Net = Sequential<Input<4>, Dense<5, Tanh>, Two, Residual<Name<"deep">, Two, Dense<5, Tanh>>, Dense<3, Softmax>>;

struct Parts {
    Dense<5>::on<4> first;
    Two::on<5> around;
    Dense<2>::on<5> head;
    auto operator()(const auto& x) const { return head(around(around(first(x)))); }
};

} // namespace

static_assert(Block<Two::on<5>> && Block<Images::on<9, 7, 3>>);
static_assert(Two::on<5>::input == Shape{5} && Two::on<5>::output == Shape{5} && Two::on<5>::layer_count == 2);
static_assert(parameter_count_of<Two::on<5>>() == 5 * 7 + 7 + 7 * 5 + 5 && multiply_adds_of<Two::on<5>>() == 70);
static_assert(std::is_same_v<Two::on<5>::as<double>::value_type, double>);
static_assert(std::is_same_v<Two::on<5>::as<double>::as<float>, Two::on<5>>);
static_assert(!TakesLogits<Residual<Dense<3, Softmax>>::on<3>>, "y is not the softmax");
static_assert(!TakesLogits<Sequential<Input<3>, Residual<Dense<3, Softmax>>>>);

static_assert(Two::accept({5}).answer == misfit::none && Two::accept({5}).output == Shape{5});
static_assert(Two::accept({7}).answer == misfit::the_layers_of_a_Residual_must_keep_its_input_shape);
static_assert(Two::accept({5, 5}).answer == misfit::needs_rank_1__put_Flatten_before_it);
static_assert(Residual<Conv2D<4>>::accept({8, 8, 4}).answer == misfit::the_layers_of_a_Residual_must_keep_its_input_shape);
static_assert(Residual<Flatten>::accept({2, 2}).answer == misfit::the_layers_of_a_Residual_must_keep_its_input_shape);
static_assert(Residual<Flatten, Dense<4>, Reshape<2, 2>>::accept({2, 2}).answer == misfit::none);
static_assert(Residual<Flatten, Conv2D<4>>::accept({2, 2, 1}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(Residual<>::accept({5}).answer == misfit::a_Residual_needs_a_layer);
static_assert(Residual<Name<"empty">>::accept({5}).answer == misfit::a_Residual_needs_a_layer);
static_assert(Residual<Dense<5>, Tanh>::accept({5}).answer == misfit::is_no_layer);
static_assert(Residual<Dense<5, Same>>::accept({5}).answer == misfit::cannot_take_an_option);
static_assert(Residual<Dense<5, Name<"a">>, Dense<5, Name<"a">>>::accept({5}).answer == misfit::two_layers_have_the_same_name);
static_assert(options_fit<Two> && options_fit<Images> && !options_fit<Residual<Name<"a">, Dense<5>, Name<"b">>>);

TEST_CASE("A Residual adds its input to what its layers give", "[models][residual]")
{
    const auto model = build<Images::on<9, 7, 3>>(Seed{3});
    FixedTensor<float, Shape{9, 7, 3}> x;
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(std::sin(double(i) * 0.7));
    const auto f = model.layer<"last">()(model.layer<0>()(x));
    const auto y = model(x);
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(y.data()[i] == x.data()[i] + f.data()[i]);
}

TEST_CASE("A Residual inside of a Residual, in a batch", "[models][residual]")
{
    const auto model = build<Net>(Seed{4});
    const auto x = points(41).x;
    const auto y = predict(model, x);
    const auto& outer = model.layer<"deep">();
    for (std::size_t i = 0; i < 41; ++i) {
        std::array<float, 4> sample;
        std::copy_n(x.data() + i * 4, 4, sample.data());
        const auto h = model.layer<1>()(model.layer<0>()(sample));
        const auto by_hand = model.layer<3>()(h + outer.layer<1>()(outer.layer<0>()(h)));
        for (std::size_t k = 0; k < 3; ++k) CHECK(y(i, k) == Approx(by_hand(k)).epsilon(1e-6));
    }
}

TEST_CASE("The gradients of a Residual agree with central differences", "[models][residual][gradients]")
{
    check_gradients_of_each<Residual<Dense<1>>::on<1>::as<double>, Two::on<5>::as<double>,
                            Residual<Dense<3, Softmax>>::on<3>::as<double>,
                            Residual<Two, Dropout<0.4>, Activation<Tanh>, Dense<5, Gelu, NoBias>>::on<5>::as<double>,
                            Residual<Activation<Softsign>>::on<3, 5>::as<double>,
                            Residual<Flatten, Dense<6, Elu<>>, Reshape<3, 2>>::on<3, 2>::as<double>>();
    check_gradients_of_each<Residual<Conv2D<6, Same, Tanh>, Conv2D<3, Same, Sigmoid>>::on<5, 7, 3>::as<double>,
                            Sequential<Input<6, 9, 1>, Conv2D<2, Same, Tanh>, AveragePooling2D<2>,
                                       Residual<Conv2D<2, Same, Softplus>>, Residual<Dropout<0.2>>, AveragePooling2D<2>, Flatten,
                                       Residual<Dense<4, Silu>>, Dense<3, Softmax>>::as<double>>();
}

TEST_CASE("The variables of a Residual have the paths of its layers", "[models][residual]")
{
    CHECK(paths_in(build<Net>()) == std::vector<std::string>{"0/kernel", "0/bias", "1/0/kernel", "1/0/bias", "1/1/kernel",
                                                             "1/1/bias", "deep/0/0/kernel", "deep/0/0/bias", "deep/0/1/kernel",
                                                             "deep/0/1/bias", "deep/1/kernel", "deep/1/bias", "3/kernel",
                                                             "3/bias"});
    CHECK(paths_in(build<Images::on<9, 7, 3>>()) == std::vector<std::string>{"0/kernel", "0/bias", "last/kernel", "last/bias"});
    CHECK(paths_in(build<Parts>())[2] == "around/0/kernel");
    const Net unbound{};
    CHECK_THROWS_WITH(unbound(std::array<float, 4>{}), Catch::Contains("\"0/kernel\""));
    auto model = build<Net>();
    model.layer<"deep">().layer<0>().layer<1>().bias = {};
    CHECK_THROWS_WITH(model(std::array<float, 4>{}), Catch::Contains("\"deep/0/1/bias\""));
}

TEST_CASE("A summary shows the layers of a Residual and their sum", "[models][residual]")
{
    const auto text = summary(build<Net>());
    for (const char* row : {"│ dense (Dense)", "│ 1/0 (Dense)", "│ 1/1 (Dense)", "│ residual (Residual)", "│ deep/0/1 (Dense)",
                            "│ deep/0 (Residual)", "│ deep (Residual)", "│ dense_1 (Dense)", "Total params: 237 ("}) {
        INFO(text);
        CHECK(text.find(row) != std::string::npos);
    }
    static_assert(Net::parameter_count == 237);
}

TEST_CASE("A Residual is copied, saved and loaded", "[models][residual]") { check_copies<Net>(); }

TEST_CASE("A Residual learns, in a Sequential and as a field", "[models][residual]") { check_learns<Net, Parts>(); }
