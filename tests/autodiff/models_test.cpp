// Whole models with dropout and masks: Hessian-vector products through calls of models against differences of their gradients.
#include "autodiff/composed.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::distance, composed::Tensors;

namespace {

using Words = Sequential<Input<5>, Embedding<7, 3, MaskZero>, Bidirectional<LSTM<2, ReturnSequences, DropoutRate<0.2>>>,
                         MultiHeadAttention<2, 2, DropoutRate<0.3>>, Dense<3, EachRow, Tanh>, GRU<3, RecurrentDropoutRate<0.2>>,
                         Residual<Dense<3, Gelu>>, Dense<4, Softmax>>::as<double>;

/// The same model from its parts.
struct Parts {
    Embedding<7, 3>::on<5>::as<double> words;
    LSTM<3, ReturnSequences>::on<5, 3>::as<double> first;
    MultiHeadAttention<1, 2>::on_inputs<Input<5, 3>, Input<5, 3>>::as<double> look;
    SimpleRNN<4>::on<5, 3>::as<double> last;

    auto operator()(const auto& x) const
    {
        auto w = words(x);
        auto h = first(w);
        return last(h + look(w, w));
    }
};

/// Of a loss of a model: gradients for one tape, and for two the product of their derivatives with a direction.
template <class M, class F> void check_products(M& model, const F& loss)
{
    const auto list = variables(model);
    composed::Draw draw{5};
    Tensors along;
    for (const auto& v : list)
        along.push_back(
            draw.fill(internals::tensors::empty_tensor(v.variable.storage()->type(), v.variable.storage()->extents()), {}));
    const auto gradients = [&] {
        GradientTape tape;
        return tape.gradient(loss(), list);
    };
    const auto move = [&](double by) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            auto& stored = *list[i].variable.storage();
            internals::assign_record("test", stored, internals::read_record(list[i].variable.storage()) + by * along[i]);
        }
    };
    Tensors products;
    {
        GradientTape outer;
        AnyTensor sum;
        {
            GradientTape inner;
            const auto first = inner.gradient(loss(), list);
            for (std::size_t i = 0; i < list.size(); ++i) {
                const AnyTensor part = reduce_sum(first[i] * along[i]);
                sum = sum ? AnyTensor(sum + part) : part;
            }
        }
        products = outer.gradient(sum, list);
    }
    constexpr double h = 1e-5;
    move(h);
    const auto above = gradients();
    move(-2 * h);
    const auto below = gradients();
    for (std::size_t i = 0; i < list.size(); ++i) {
        INFO(list[i].name);
        CHECK(distance(products[i], (above[i] - below[i]) / (2 * h)) < 1e-6);
    }
}

AnyTensor words_of(std::size_t n, double below)
{
    composed::Draw draw{n};
    return draw.fill(composed::batch(n, {5}), {.low = 0, .high = below, .whole = true});
}

} // namespace

TEST_CASE("a model with masks and dropout has second derivatives over several chunks", "[autodiff]")
{
    auto model = build<Words>(Seed{3});
    const std::size_t n = internals::chunk + 3;
    const AnyTensor x = words_of(n, 7);
    composed::Draw draw{1};
    const AnyTensor y = draw.fill(composed::batch(n, {1}), {.low = 0, .high = 4, .whole = true});
    check_products(model, [&] {
        const TrainingMode training{Seed{2}, 3};
        return SparseCategoricalCrossentropy{}(y, model(x));
    });
    check_products(model, [&] { return SparseCategoricalCrossentropy{}(y, model(x)); });
}

namespace {

/// A layer that is called twice, behind itself.
struct Twice {
    Dense<3, Tanh>::on<3>::as<double> mix;

    auto operator()(const auto& x) const { return mix(mix(x) + x); }
};

} // namespace

TEST_CASE("a layer that is used twice gets each of its derivatives once", "[autodiff]")
{
    auto model = build<Twice>(Seed{3});
    const AnyTensor x = composed::Draw{9}.fill(composed::batch(4, {3}), {});
    check_products(model, [&] { return reduce_mean(square(AnyTensor(model(x)))); });
}

TEST_CASE("a struct of layers has second derivatives", "[autodiff]")
{
    auto model = build<Parts>(Seed{3});
    const AnyTensor x = words_of(4, 7), y = composed::Draw{9}.fill(composed::batch(4, {4}), {});
    check_products(model, [&] { return LogCosh{}(y, model(x)); });
}
