// Parallel: concatenated and added branches against plain loops, gradients, paths, training, and what it refuses.
#include "layers/gradient_check.hpp"
#include "models/blocks_of_layers.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/pooling/max_pooling2d.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/composites/parallel.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/summary.hpp>

#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Wide = Parallel<Concat, Dense<5, Tanh>, Branch<>, Branch<Name<"deep">, Dense<7, Gelu>, Dense<3>>>;
using Images = Parallel<Concat, Conv2D<4, Kernel<1>>, Branch<Conv2D<2, Kernel<1>, Relu>, Conv2D<5, Same>>, Branch<>,
                        Branch<AveragePooling2D<3, Strides<1>, Same>, Conv2D<1, Kernel<1>>>>;
using Sum = Parallel<Add, Name<"sum">, Dense<4, Tanh>, Branch<>, Dense<4, NoBias, Name<"plain">>>;
using Net = Sequential<Input<4>, Sum, Parallel<Concat, Wide, Residual<Dense<4, Tanh>>>, Dense<3, Softmax>>;

struct Parts {
    Wide::on<4> wide;
    Parallel<Add, Dense<2>, Branch<Dense<3, Tanh>, Dense<2>>>::on<12> head;
    auto operator()(const auto& x) const { return head(wide(x)); }
};

} // namespace

static_assert(Block<Wide::on<4>> && Block<Images::on<5, 7, 3>> && Block<Sum::on<4>>);
static_assert(Wide::on<4>::output == Shape{5 + 4 + 3} && Wide::on<4>::layer_count == 3 && Sum::on<4>::output == Shape{4});
static_assert(Images::on<5, 7, 3>::output == Shape{5, 7, 4 + 5 + 3 + 1});
static_assert(parameter_count_of<Wide::on<4>>() == 25 + 35 + 24 && multiply_adds_of<Wide::on<4>>() == 20 + 28 + 21);
static_assert(std::is_same_v<Wide::on<4>::as<double>::value_type, double>);
static_assert(std::is_same_v<Wide::on<4>::as<double>::as<float>, Wide::on<4>>);
static_assert(!TakesLogits<Parallel<Concat, Dense<3, Softmax>>::on<3>>);

static_assert(Images::accept({5, 7, 3}).output == Shape{5, 7, 13});
static_assert(Parallel<Concat, Dense<3>, Flatten>::accept({4}).output == Shape{7});
static_assert(Parallel<Concat, Conv2D<4>, Branch<>>::accept({8, 8, 3}).answer ==
              misfit::branches_to_Concat_differ_before_the_last_axis);
static_assert(Parallel<Concat, Flatten, Branch<>>::accept({8, 8, 3}).answer ==
              misfit::branches_to_Concat_differ_before_the_last_axis);
static_assert(Parallel<Concat, Branch<>, Flatten>::accept({8, 8, 3}).answer ==
              misfit::branches_to_Concat_differ_before_the_last_axis);
static_assert(Parallel<Add, Dense<3>, Branch<>>::accept({4}).answer == misfit::branches_to_Add_have_different_shapes);
static_assert(Parallel<Add, Flatten, Branch<>>::accept({2, 2}).answer == misfit::branches_to_Add_have_different_shapes);
static_assert(Parallel<Add, Dense<3>, Branch<Dense<2>, Conv2D<3>>>::accept({4}).answer ==
              misfit::needs_rank_3__height_width_channels);
static_assert(Parallel<Concat>::accept({4}).answer == misfit::a_Parallel_needs_Concat_or_Add_and_then_branches);
static_assert(Parallel<Dense<3>, Dense<4>>::accept({4}).answer == misfit::a_Parallel_needs_Concat_or_Add_and_then_branches);
static_assert(Parallel<Add, Tanh>::accept({4}).answer == misfit::is_no_layer);
static_assert(Parallel<Add, Dense<4, Same>>::accept({4}).answer == misfit::cannot_take_an_option);
static_assert(Parallel<Add, Dense<4, Name<"a">>, Branch<Name<"a">>>::accept({4}).answer == misfit::two_layers_have_the_same_name);
static_assert(Parallel<Concat, Branch<>>::accept({4, 0}).answer == misfit::an_extent_is_zero);
static_assert(Parallel<Concat, Branch<>>::accept({}).answer == misfit::needs_at_least_rank_1);
static_assert(options_fit<Sum> && !options_fit<Parallel<Add, Name<"a">, Dense<4>, Name<"b">>>);
static_assert(!options_fit<Branch<Name<"a">, Name<"b">>>);

TEST_CASE("Concat puts the branches' outputs beside each other along the last axis", "[models][parallel]")
{
    const auto model = build<Images::on<5, 7, 3>>(Seed{3});
    for (const std::size_t n : {std::size_t(1), std::size_t(2), std::size_t(35)}) {
        xt::xtensor<float, 4> x({n, 5, 7, 3});
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(std::sin(double(i) * 0.7));
        const auto a = predict(model.layer<0>(), x);
        const auto b = predict(model.layer<1>().layer<1>(), predict(model.layer<1>().layer<0>(), x));
        const auto d = predict(model.layer<3>(), x);
        const auto y = predict(model, x);
        std::size_t same = 0;
        for (std::size_t s = 0; s < n; ++s)
            for (std::size_t i = 0; i < 5; ++i)
                for (std::size_t j = 0; j < 7; ++j)
                    for (std::size_t c = 0; c < 13; ++c)
                        same += y(s, i, j, c) == (c < 4    ? a(s, i, j, c)
                                                  : c < 9  ? b(s, i, j, c - 4)
                                                  : c < 12 ? x(s, i, j, c - 9)
                                                           : d(s, i, j, c - 12));
        CHECK(same == n * 5 * 7 * 13);
    }
}

TEST_CASE("Add gives the sum of the branches' outputs", "[models][parallel]")
{
    const auto model = build<Sum::on<4>>(Seed{3});
    const std::array<float, 4> x{0.3f, -1, 0.7f, 2};
    const auto a = model.layer<0>()(x), b = model.layer<"plain">()(x), y = model(x);
    for (std::size_t i = 0; i < 4; ++i) CHECK(y(i) == a(i) + x[i] + b(i));
}

TEST_CASE("The gradients of a Parallel agree with central differences", "[models][parallel][gradients]")
{
    check_gradients_of_each<Parallel<Concat, Dense<1>>::on<1>::as<double>, Wide::on<4>::as<double>, Sum::on<4>::as<double>,
                            Parallel<Add, Branch<>, Dense<3, Softmax>, Branch<>>::on<3>::as<double>,
                            Parallel<Concat, Branch<>, Branch<>>::on<2, 3>::as<double>,
                            Parallel<Concat, Flatten, Branch<Flatten, Dropout<0.4>, Dense<3, Mish>>>::on<2, 3>::as<double>,
                            Parallel<Add, Dropout<0.4>, Dropout<0.4>>::on<5>::as<double>,
                            Parallel<Concat, Activation<Softsign>, Activation<Silu>>::on<3, 5>::as<double>>();
    check_gradients_of_each<Images::on<5, 7, 3>::as<double>, Net::as<double>,
                            Sequential<Input<6, 8, 2>, Conv2D<3, Same, Tanh>,
                                       Parallel<Add, Branch<Conv2D<2, Same, Tanh>, AveragePooling2D<2>>,
                                                Branch<MaxPooling2D<2>, Conv2D<2, Kernel<1>, Elu<>>>>,
                                       Parallel<Concat, AveragePooling2D<2>, Conv2D<4, Kernel<2>, Strides<2>, Softplus>>, Flatten,
                                       Dense<3, Softmax>>::as<double>>();
}

TEST_CASE("Branches of one kind drop different elements", "[models][parallel]")
{
    using Twice = Parallel<Concat, Dropout<0.5>, Dropout<0.5>>::on<64>;
    Passes<Twice::as<double>> at(Twice::as<double>{}, Mode{.training = true, .seed = 1}, 3, 1, 1, 2);
    at.forward();
    std::size_t different = 0;
    for (std::size_t s = 0; s < 3; ++s)
        for (std::size_t i = 0; i < 64; ++i) different += at.y[s * 128 + i] != at.y[s * 128 + 64 + i];
    CHECK(different > 48);
}

TEST_CASE("The variables of a Parallel have the paths of its branches", "[models][parallel]")
{
    CHECK(paths_in(build<Net>()) == std::vector<std::string>{"sum/0/kernel", "sum/0/bias", "sum/plain/kernel", "1/0/0/kernel",
                                                             "1/0/0/bias", "1/0/deep/0/kernel", "1/0/deep/0/bias",
                                                             "1/0/deep/1/kernel", "1/0/deep/1/bias", "1/1/0/kernel", "1/1/0/bias",
                                                             "2/kernel", "2/bias"});
    CHECK(paths_in(build<Parts>())[2] == "wide/deep/0/kernel");
    auto model = build<Net>();
    model.layer<1>().layer<0>().layer<"deep">().layer<1>().bias = {};
    CHECK_THROWS_WITH(model(std::array<float, 4>{}), Catch::Contains("\"1/0/deep/1/bias\""));
}

TEST_CASE("A summary shows the branches and what is made of them", "[models][parallel]")
{
    const auto text = summary(build<Net>());
    for (const char* row : {"│ sum/0 (Dense)", "│ sum/1 (Branch)", "│ sum (Parallel)", "│ 1/0/deep/1 (Dense)", "│ 1/0 (Parallel)",
                            "│ 1/1 (Residual)", "│ parallel (Parallel)", "│ [16]", "Total params: 191 ("}) {
        INFO(text);
        CHECK(text.find(row) != std::string::npos);
    }
    static_assert(Net::parameter_count == 36 + 84 + 20 + 51);
}

TEST_CASE("A Parallel is copied, saved and loaded", "[models][parallel]") { check_copies<Net>(); }

TEST_CASE("A Branch is a layer of its own", "[models][parallel]")
{
    using Inner = Branch<Name<"body">, Dense<7, Tanh>, Dense<3>>;
    const auto grouped = build<Sequential<Input<4>, Inner, Branch<>, Dense<2>>>(Seed{2});
    const auto flat = build<Sequential<Input<4>, Dense<7, Tanh>, Dense<3>, Dense<2>>>(Seed{2});
    const auto alone = build<Inner::on<4>>(Seed{2});
    const std::array<float, 4> x{0.3f, -1, 0.7f, 2};
    for (std::size_t k = 0; k < 2; ++k) CHECK(grouped(x)(k) == flat(x)(k));
    for (std::size_t k = 0; k < 3; ++k) CHECK(alone(x)(k) == grouped.layer<"body">()(x)(k));
    CHECK(paths_in(grouped)[2] == "body/1/kernel");
    check_gradients<Inner::on<4>::as<double>>();
}

TEST_CASE("A Parallel learns, in a Sequential and as a field", "[models][parallel]") { check_learns<Net, Parts>(); }
