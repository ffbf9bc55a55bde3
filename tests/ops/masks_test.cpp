// Masks through functions on values: a step is there where it is in all inputs that have a mask, as Keras's merge layers say.
#include "catch.hpp"

#include <lamina/lamina.hpp>

#include <cstdint>

using namespace lamina;

namespace {

using Words = Embedding<7, 3, MaskZero>::on<5>;

/// The last step that is there, by an LSTM, of what a function makes of two sequences of words.
template <class F> struct Merged {
    using input = Inputs<Input<5>, Input<5>>;
    Words first, second;
    LSTM<2>::on<5, F::width> last;
    auto operator()(const auto& a, const auto& b) const { return last(F::of(first(a), second(b))); }
};

struct Sum {
    static constexpr std::size_t width = 3;
    static auto of(const auto& a, const auto& b) { return a + b; }
};
struct SideBySide {
    static constexpr std::size_t width = 6;
    static auto of(const auto& a, const auto& b) { return concatenate(relu(a), 2 * b); }
};
struct FirstAlone { // the mask of one, and a value that has none
    static constexpr std::size_t width = 3;
    static auto of(const auto& a, const auto& b) { return a + mean<0>(b, KeepDims{}); }
};

template <class F> auto outputs(const xt::xtensor<int, 2>& a, const xt::xtensor<int, 2>& b)
{
    return predict(build<Merged<F>>(Seed{3}), std::tuple{a, b});
}

} // namespace

TEST_CASE("A step that one input masks is masked in what functions make of both", "[ops][masks]")
{
    const xt::xtensor<int, 2> a{{1, 2, 3, 0, 0}, {1, 2, 3, 4, 5}}, b{{4, 5, 6, 2, 1}, {4, 5, 0, 0, 0}};
    const xt::xtensor<int, 2> other_a{{1, 2, 3, 0, 0}, {1, 2, 6, 6, 6}}, other_b{{4, 5, 6, 6, 6}, {4, 5, 0, 0, 0}};
    CHECK((outputs<Sum>(a, b) == outputs<Sum>(other_a, other_b))); // what differs stands in masked steps
    CHECK((outputs<SideBySide>(a, b) == outputs<SideBySide>(other_a, other_b)));
    CHECK((outputs<Sum>(a, b) != outputs<Sum>(b, a)));
}

TEST_CASE("An input without a mask, or without steps, masks nothing", "[ops][masks]")
{
    const xt::xtensor<int, 2> a{{1, 2, 3, 0, 0}}, b{{4, 5, 6, 0, 0}}, same_mean{{5, 4, 0, 0, 6}};
    const auto y = outputs<FirstAlone>(a, b), z = outputs<FirstAlone>(a, same_mean);
    for (std::size_t i = 0; i < 2; ++i) CHECK(y(0, i) == Approx(z(0, i)).epsilon(1e-5));
}

TEST_CASE("Joined masks hold in training, too", "[ops][masks]")
{
    const xt::xtensor<int, 2> a{{1, 2, 3, 0, 0}, {1, 2, 3, 4, 5}}, b{{4, 5, 6, 2, 1}, {4, 5, 0, 0, 0}};
    const xt::xtensor<float, 2> y{{1, 0}, {0, 1}};
    auto model = build<Merged<Sum>>(Seed{3});
    const auto before = clone(model);
    auto trainer = compile(model, SGD{.learning_rate = 0.1f}, MeanSquaredError{});
    trainer.fit(std::tuple{a, b}, y, {.epochs = 1, .batch_size = 2});
    const auto moved = [&](const auto& after, const auto& start, std::size_t word) {
        const auto in = [&](const auto& words) { return words.embeddings.data()[word * internals::row_stride<float>(3)]; };
        return in(after) != in(start);
    };
    CHECK(moved(model.first, before.first, 2));
    CHECK(!moved(model.first, before.first, 4)); // in the first 3, 4 and 5 stand in masked steps alone
    CHECK(moved(model.second, before.second, 6));
    CHECK(!moved(model.second, before.second, 1));
}
