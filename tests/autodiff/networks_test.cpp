// Networks of convolutions under nested tapes: what their layers say in functions on tensors, put together.
#include "autodiff/composed.hpp"

#include <lamina/lamina.hpp>

#include <optional>

using namespace lamina;

namespace {

using Small =
    Sequential<Input<6, 5, 2>, Conv2D<3, Kernel<2>, Same, Tanh>, BatchNormalization<>, MaxPooling2D<2>, SpatialDropout2D<0.3>,
               SeparableConv2D<4, Kernel<2>, Gelu>, LayerNormalization<>, GlobalAveragePooling2D<>, Dropout<0.2>, Dense<2>>;

using Double = composed::as_double<Small>;

/// What is learned, read now: tapes that listen follow it.
composed::Tensors learned(const Double& model)
{
    composed::Tensors all;
    for (const auto& v : variables(model))
        if (v.variable.storage()->learned()) all.push_back(read(v.variable));
    return all;
}

/// The gradients of a loss by x and by all that is learned.
composed::Tensors gradients_of(const Double& model, AnyTensor& x, bool training)
{
    std::optional<TrainingMode> mode;
    if (training) mode.emplace(Seed{4}, 2);
    GradientTape tape;
    tape.watch(x);
    const AnyTensor loss = reduce_sum(square(AnyTensor(model(x))));
    composed::Tensors sources = learned(model);
    sources.insert(sources.begin(), x);
    return tape.gradient(loss, sources);
}

} // namespace

TEST_CASE("A network of convolutions in functions on tensors", "[autodiff]")
{
    composed::How how{.variables_low = 0.2, .variables_high = 0.9};
    composed::check<Small>("inference", how);
    how.training = true;
    how.samples = {3};
    composed::check<Small>("training", how);
}

TEST_CASE("Nested tapes over a network of convolutions give the product of Hessian and vector", "[autodiff]")
{
    for (const bool training : {false, true}) {
        INFO((training ? "training" : "inference"));
        auto model = build<Double>(Seed{3});
        composed::Draw draw{5};
        AnyTensor x = draw.fill(composed::batch(3, Double::input), {});
        composed::Tensors along{draw.fill(composed::batch(3, Double::input), {})};
        for (const AnyTensor& v : learned(model))
            along.push_back(draw.fill(internals::tensors::empty_tensor(v.dtype(), v.shape()), {}));

        composed::Tensors second;
        {
            GradientTape outer;
            outer.watch(x);
            const composed::Tensors first = gradients_of(model, x, training);
            AnyTensor sum = reduce_sum(first[0] * along[0]);
            for (std::size_t i = 1; i < first.size(); ++i) sum = sum + reduce_sum(first[i] * along[i]);
            composed::Tensors sources = learned(model);
            sources.insert(sources.begin(), x);
            second = outer.gradient(sum, sources);
        }
        const auto moved = [&](double by) { // there and back, so that the model stays as it is
            const auto move_variables = [&](double step) {
                std::size_t i = 1;
                for (const auto& v : variables(model))
                    if (auto& storage = *v.variable.storage(); storage.learned())
                        internals::assign_record("test", storage, read(v.variable) + step * along[i++]);
            };
            move_variables(by);
            AnyTensor there = x + by * along[0];
            const composed::Tensors found = gradients_of(model, there, training);
            move_variables(-by);
            return found;
        };
        constexpr double h = 1e-5;
        const composed::Tensors above = moved(h), below = moved(-h);
        REQUIRE(second.size() == above.size());
        for (std::size_t i = 0; i < second.size(); ++i) {
            INFO("source " << i);
            CHECK(composed::distance(second[i], (above[i] - below[i]) / (2 * h)) < 1e-6);
        }
    }
}
