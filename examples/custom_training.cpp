// A loss, a metric, an optimizer and a callback of one's own: a curve under which nine of ten points lie.
#include <lamina/lamina.hpp>

#include <cmath>
#include <cstdint>
#include <iostream>
#include <string_view>

using namespace lamina;
using namespace lamina::protocols;

/// What is below its target costs `quantile` for each unit, what is above it 1 − quantile: least where that share lies below.
struct QuantileLoss {
    static constexpr std::string_view name = "quantile_loss";
    static constexpr target_kind kind = target_kind::same_shape;

    float quantile = 0.5f;

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        const T below = -static_cast<T>(quantile), above = 1 - static_cast<T>(quantile);
        return mean_over_row(prediction, target, width, gradient, scale, [=]<class V>(const V& p, const V& t) {
            const V slope = simd::select(p < t, V(below), V(above));
            return ValueAndSlope{V(slope * (p - t)), slope};
        });
    }
};

/// How far the share of targets that lie below their predictions is from the one that is wanted.
struct CoverageError {
    static constexpr std::string_view name = "coverage_error";
    static constexpr target_kind kind = target_kind::same_shape;

    double wanted = 0.5;

    template <class T, class Y>
    void add(Mean& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        for (std::size_t i = 0; i < width; ++i) to.add(static_cast<T>(target[i]) <= prediction[i], weight);
    }
    double result(const Mean& below) const { return std::fabs(below.result() - wanted); }
};

/// m = kept · m + (1 − kept) · g, and each weight moves by the learning rate against the sign of its m.
struct SignDescent {
    static constexpr std::string_view name = "sign_descent";

    LearningRate learning_rate = 1e-2f;
    float kept = 0.9f;
    OptimizerState state{};

    std::size_t slot_count() const { return 1; }
    std::string_view slot_name(std::size_t) const { return "momentum"; }

    template <class T> void update(T* value, const T* gradient, T* const* slots, std::size_t n, float rate, std::uint64_t) const
    {
        const T old = static_cast<T>(kept), fresh = 1 - old, step = static_cast<T>(rate);
        const auto rule = [=]<class V>(V& w, const V& g, V& m) {
            m = simd::fma(m, V(old), V(g * V(fresh)));
            const V zero(T(0)), by(step);
            w = w - simd::select(m > zero, by, simd::select(m < zero, -by, zero)); // padding is zero and stays zero
        };
        update_each(n, rule, value, gradient, slots[0]);
    }
};

/// Halves the learning rate after every so many epochs.
struct HalveRate {
    std::size_t every = 10;

    void on_epoch_end(TrainingState& t)
    {
        if ((t.epoch + 1) % every == 0) t.learning_rate /= 2;
    }
};

static_assert(Loss<QuantileLoss> && Metric<CoverageError> && Optimizer<SignDescent> && Callback<HalveRate>);

int main()
{
    xt::xtensor<float, 2> x({2000, 1}), y({2000, 1});
    Random random(Seed{1});
    for (std::size_t i = 0; i < 2000; ++i) {
        x(i, 0) = static_cast<float>(i) / 1000 - 1;
        y(i, 0) = std::sin(3 * x(i, 0)) + 0.5f * static_cast<float>(random.uniform());
    }

    using Net = Sequential<Input<1>, Dense<32, Tanh>, Dense<32, Tanh>, Dense<1>>;
    auto model = build<Net>(Seed{1});
    auto trainer =
        compile(model, SignDescent{.learning_rate = 4e-3f}, QuantileLoss{.quantile = 0.9f}, CoverageError{.wanted = 0.9});
    const auto history = trainer.fit(x, y, {.epochs = 60}, HalveRate{.every = 10});
    std::cout << history.epochs.back() << '\n';
}
