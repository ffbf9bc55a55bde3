// The forms of normalizations, of layers of data and of layers of training in functions on tensors.
#include "autodiff/composed.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::check;

TEST_CASE("BatchNormalization in functions on tensors", "[autodiff]")
{
    const composed::How inference{.variables_low = 0.2, .variables_high = 0.9};
    composed::How training = inference;
    training.training = true;
    training.samples = {2, 3};
    check<BatchNormalization<>::on<3>>("inference", inference);
    check<BatchNormalization<>::on<3>>("training", training);
    check<BatchNormalization<NoScale, Epsilon<0.1>>::on<2, 2, 3>>("of images, without gamma", training);
    check<BatchNormalization<NoCenter>::on<4, 2>>("of sequences, without beta", training);
    check<BatchNormalization<NoCenter>::on<4, 2>>("of sequences, without beta, inference", inference);
    training.masked = 1;
    check<BatchNormalization<>::on<4, 2>>("masked", training);
}

TEST_CASE("Normalizations of rows in functions on tensors", "[autodiff]")
{
    check<LayerNormalization<>::on<3, 4>>("LayerNormalization");
    check<LayerNormalization<Axes<2>, NoScale>::on<2, 3, 2>>("LayerNormalization, two axes");
    check<LayerNormalization<NoCenter, Epsilon<0.1>>::on<5>>("LayerNormalization, without beta");
    check<RMSNormalization<>::on<3, 4>>("RMSNormalization");
    check<RMSNormalization<Axes<2>>::on<2, 3, 2>>("RMSNormalization, two axes");
    check<GroupNormalization<2>::on<3, 4>>("GroupNormalization");
    check<GroupNormalization<3, NoScale>::on<2, 2, 3>>("GroupNormalization of instances");
    check<GroupNormalization<1, NoCenter>::on<4>>("GroupNormalization, one row");
    check<UnitNormalization<>::on<3, 4>>("UnitNormalization");
    check<UnitNormalization<Axes<2>>::on<2, 3, 2>>("UnitNormalization, two axes");
    check<UnitNormalization<OverAxes<1>>::on<4, 3>>("UnitNormalization over steps");
    check<UnitNormalization<OverAxes<1, 3>>::on<2, 3, 2>>("UnitNormalization over two axes apart");
    check<LocalResponseNormalization<3, 0.5, 0.75, 2>::on<2, 5>>("LocalResponseNormalization");
    check<LocalResponseNormalization<4, 0.3, 1.5>::on<3>>("LocalResponseNormalization, more than there are");
}

TEST_CASE("A row of zeros has length 1e-12 in a UnitNormalization", "[autodiff]")
{
    const auto layer = composed::layer_of<composed::as_double<UnitNormalization<>::on<3>>>("UnitNormalization");
    composed::Tensors x{zeros({1, 3}, dtype::float64)};
    const AnyTensor dy = ones({1, 3}, dtype::float64);
    GradientTape tape;
    tape.watch(x[0]);
    const AnyTensor y = layer.compose({}, {}, x, {});
    CHECK(composed::distance(y, x[0]) == 0);
    CHECK(composed::distance(tape.gradient(y, x[0], dy), layer.backward({}, x, dy)[0]) < 1e-12);
}

TEST_CASE("Layers of data in functions on tensors", "[autodiff]")
{
    const composed::How positive{.variables_low = 0.2, .variables_high = 0.9};
    check<Rescaling<2.5, -1>::on<3, 2>>("Rescaling");
    check<Normalization<>::on<2, 3>>("Normalization", positive);
    check<Normalization<Invert>::on<3>>("Normalization, inverted", positive);
    check<Normalization<GivenMean<0.5, 2>, GivenVariance<4>>::on<3, 2>>("Normalization, given");
    const composed::How whole{.low = 0, .high = 5, .whole = true};
    check<CategoryEncoding<5, OneHot>::on<3>>("CategoryEncoding", whole);
    check<CategoryEncoding<5, OneHot>::on<3, 1>>("CategoryEncoding of columns", whole);
    check<CategoryEncoding<5, MultiHot>::on<4>>("CategoryEncoding, several", whole);
    check<CategoryEncoding<5, Count>::on<6>>("CategoryEncoding, counted", whole);
    check<Discretization<0.5, 1.0, 3>::on<2, 4>>("Discretization", whole);
    check<Discretization<>::on<4>>("Discretization without boundaries", whole);
}

TEST_CASE("Layers of training draw the same numbers in functions on tensors", "[autodiff]")
{
    for (const bool training : {true, false}) {
        const composed::How how{.training = training};
        check<Dropout<0.4>::on<3, 5>>("Dropout", how);
        check<GaussianDropout<0.3>::on<3, 5>>("GaussianDropout", how);
        check<GaussianNoise<0.3>::on<7>>("GaussianNoise", how);
        check<AlphaDropout<0.4>::on<3, 5>>("AlphaDropout", how);
        check<SpatialDropout1D<0.4>::on<3, 5>>("SpatialDropout1D", how);
        check<SpatialDropout2D<0.4>::on<2, 3, 5>>("SpatialDropout2D", how);
    }
    check<Dropout<0.0>::on<3>>("Dropout of nothing", {.training = true});
    check<AlphaDropout<0.0>::on<3>>("AlphaDropout of nothing", {.training = true});
}

TEST_CASE("A call on tensors has no penalty of activity, and its gradient has none", "[autodiff]")
{
    const auto block = build<ActivityRegularization<0.5, 0.25>::on<3>>();
    AnyTensor x = constant({{1.f, -2.f, 3.f}});
    for (const bool nested : {false, true}) {
        GradientTape outer, tape;
        tape.watch(x);
        if (nested) outer.watch(x);
        const AnyTensor dx = tape.gradient(square(AnyTensor(call(block, x))), x);
        for (std::size_t i = 0; i < 3; ++i) CHECK(dx.item(i) == 2 * x.item(i));
    }
}
