// The forms of recurrent layers in functions on tensors.
#include "autodiff/composed.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::check;

TEST_CASE("LSTM in functions on tensors", "[autodiff]")
{
    using plain = LSTM<2>::on<4, 3>;
    check<plain>("LSTM");
    check<plain>("LSTM, masked", {.masked = 1});
    using sequences =
        LSTM<2, ReturnSequences, Backwards, ZeroOutputForMask, NoBias, Softsign, RecurrentActivation<HardSigmoid<>>>::on<4, 3>;
    check<sequences>("LSTM, backwards", {.masked = 1});
    using drops = LSTM<3, ReturnSequences, DropoutRate<0.3>, RecurrentDropoutRate<0.4>, Gelu, NoUnitForgetBias>::on<3, 2>;
    check<drops>("LSTM, dropping", {.training = true, .masked = 1});
    check<drops>("LSTM, inference");
}

TEST_CASE("GRU in functions on tensors", "[autodiff]")
{
    using plain = GRU<2>::on<4, 3>;
    check<plain>("GRU");
    check<plain>("GRU, masked", {.masked = 1});
    check<GRU<2, ResetBefore, ReturnSequences>::on<4, 3>>("GRU, reset before", {.masked = 1});
    using drops = GRU<3, ResetBefore, NoBias, Backwards, DropoutRate<0.3>, RecurrentDropoutRate<0.4>, Softplus,
                      RecurrentActivation<Tanh>>::on<3, 2>;
    check<drops>("GRU, reset before, dropping", {.training = true});
    using after = GRU<3, NoBias, ReturnSequences, ZeroOutputForMask, RecurrentDropoutRate<0.4>>::on<3, 2>;
    check<after>("GRU, dropping", {.training = true, .masked = 1});
}

TEST_CASE("SimpleRNN in functions on tensors", "[autodiff]")
{
    using plain = SimpleRNN<2>::on<4, 3>;
    check<plain>("SimpleRNN");
    check<plain>("SimpleRNN, masked", {.masked = 1});
    using drops =
        SimpleRNN<3, ReturnSequences, Backwards, NoBias, DropoutRate<0.3>, RecurrentDropoutRate<0.4>, Sigmoid>::on<3, 2>;
    check<drops>("SimpleRNN, dropping", {.training = true, .masked = 1});
    check<SimpleRNN<1, ZeroOutputForMask>::on<5, 1>>("SimpleRNN, zero where masked", {.masked = 1});
}

TEST_CASE("Bidirectional in functions on tensors", "[autodiff]")
{
    check<Bidirectional<LSTM<2, ReturnSequences>>::on<3, 2>>("beside each other", {.masked = 1});
    check<Bidirectional<SimpleRNN<2, ReturnSequences, DropoutRate<0.3>, RecurrentDropoutRate<0.3>>, MergeMul>::on<3, 2>>(
        "multiplied", {.training = true, .masked = 1});
    check<Bidirectional<GRU<2>, MergeSum>::on<3, 2>>("added", {.masked = 1});
    check<Bidirectional<SimpleRNN<2>, MergeAve>::on<3, 2>>("averaged");
}

namespace {

/// h' = h + tanh(x · kernel) · h², s' = s · h: a cell of one's own, with its form.
template <std::size_t Units> struct Growing {
    static constexpr std::size_t units = Units, states = 2;

    template <class T, std::size_t Features> struct block {
        Variable<T, Shape{Features, Units}> kernel;

        void initialize(Random random) { lamina::protocols::initialize<GlorotUniform>(kernel, random, {Features, Units}); }

        T made(const T* x, std::size_t i) const
        {
            T sum = 0;
            for (std::size_t k = 0; k < Features; ++k) sum += x[i / Units * Features + k] * kernel.data()[k * stride + i % Units];
            return std::tanh(sum);
        }
        void forward(protocols::Mode, const T* x, const T* before, T* after, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * Units; ++i) {
                after[i] = before[i] + T(0.5) + made(x, i) * before[i] * before[i];
                after[n * Units + i] = before[n * Units + i] + before[i] * after[i];
            }
        }
        void backward(protocols::Mode, const T* x, const T* before, const T* after, const T*, const T* dafter, T* dx, T* dbefore,
                      block& gradient, T*, std::size_t n) const
        {
            std::fill_n(dx, n * Features, T(0));
            for (std::size_t i = 0; i < n * Units; ++i) {
                const T t = made(x, i), h = before[i], ds = dafter[n * Units + i], d = dafter[i] + ds * h;
                dbefore[i] = d * (1 + 2 * t * h) + ds * after[i];
                dbefore[n * Units + i] = ds;
                const T dsum = d * h * h * (1 - t * t);
                for (std::size_t k = 0; k < Features; ++k) {
                    gradient.kernel.data()[k * stride + i % Units] += dsum * x[i / Units * Features + k];
                    dx[i / Units * Features + k] += dsum * kernel.data()[k * stride + i % Units];
                }
            }
        }
        template <class X, class With>
        std::array<X, 2> compose(const With& with, const X& x, const std::array<X, 2>& before) const
        {
            const X h = before[0] + 0.5 + tanh(matmul(x, with(kernel))) * square(before[0]);
            return {h, before[1] + before[0] * h};
        }
        static constexpr std::size_t stride = internals::row_stride<T>(Units);
    };
};

/// The same without its form.
struct Formless {
    static constexpr std::size_t units = 2;
    template <class T, std::size_t Features> struct block {
        void forward(protocols::Mode, const T* x, const T* before, T* after, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * 2; ++i) after[i] = before[i] + x[i / 2 * Features];
        }
        void backward(protocols::Mode, const T*, const T*, const T*, const T*, const T* dafter, T* dx, T* dbefore, block&, T*,
                      std::size_t n) const
        {
            std::copy_n(dafter, n * 2, dbefore);
            for (std::size_t i = 0; i < n * Features; ++i)
                dx[i] = i % Features == 0 ? dafter[i / Features * 2] + dafter[i / Features * 2 + 1] : T(0);
        }
    };
};

} // namespace

TEST_CASE("RNN of a cell of one's own in functions on tensors", "[autodiff]")
{
    check<RNN<Growing<3>>::on<3, 2>>("a cell", {.masked = 1});
    check<RNN<Growing<2>, ReturnSequences, Backwards, ZeroOutputForMask>::on<4, 2>>("a cell, backwards", {.masked = 1});
}

TEST_CASE("a cell without a form has first derivatives, and a sentence for the second", "[autodiff]")
{
    const auto model = build<RNN<Formless>::on<3, 2>>();
    AnyTensor x = constant({{{1.f, 2.f}, {3.f, 4.f}, {5.f, 6.f}}});
    GradientTape outer, inner;
    outer.watch(x);
    inner.watch(x);
    const AnyTensor y = model(x);
    CHECK_THROWS_WITH(inner.gradient(y, x),
                      Catch::Contains("the cell of an RNN: has no form in ops, so it has no derivative of second order"));
}
