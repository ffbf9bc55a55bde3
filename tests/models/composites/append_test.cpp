// Append: the type that would have been written at once, whatever the layers are.
#include "catch.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;

using Stem = Sequential<Input<8, 8, 3>, Conv2D<4, Same, Name<"stem">>, BatchNormalization<>, Activation<Relu>>;
using Shortcut = Residual<Conv2D<4, Same, Relu>, Conv2D<4, Same>>;
using Branches = Parallel<Concat, Branch<Conv2D<2, Kernel<1>>, Dropout<0.5>>, Branch<>>;
using Inner = Sequential<Input<3>, Dense<3>>;

static_assert(
    std::is_same_v<Append<Stem, Flatten, Dense<3>>, Sequential<Input<8, 8, 3>, Conv2D<4, Same, Name<"stem">>,
                                                               BatchNormalization<>, Activation<Relu>, Flatten, Dense<3>>>);
static_assert(std::is_same_v<Append<Append<Sequential<Input<8, 8, 4>, Shortcut>, Branches>, Flatten, Dense<3>, Inner>,
                             Sequential<Input<8, 8, 4>, Shortcut, Branches, Flatten, Dense<3>, Inner>>);
static_assert(
    std::is_same_v<Append<Append<Sequential<Input<3>, Inner>, Inner>, Dense<1>>, Sequential<Input<3>, Inner, Inner, Dense<1>>>);
static_assert(std::is_same_v<Append<Sequential<Input<5, 2>, Bidirectional<LSTM<3>>>, Dense<1>>,
                             Sequential<Input<5, 2>, Bidirectional<LSTM<3>>, Dense<1>>>);
static_assert(std::is_same_v<Append<Stem::as<double>, Flatten>, Append<Stem, Flatten>::as<double>>);

TEST_CASE("A model goes on in a longer one", "[models][append]")
{
    const auto stem = build<Stem>(Seed{1});
    auto whole = build<Append<Stem, Flatten, Dense<3>>>(Seed{2});
    for_each_named_variable(stem, [&](const std::string& path, const auto& variable) {
        for_each_named_variable(whole, [&](const std::string& other, auto& to) {
            if (other == path) to.bind(variable.storage());
        });
    });
    CHECK(whole.layer<"stem">().kernel.data() == stem.layer<"stem">().kernel.data());
}
