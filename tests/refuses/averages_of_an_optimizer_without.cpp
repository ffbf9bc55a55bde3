// The averages of an optimizer that cannot have any.
// expect: error: ; callback_fits ; needs_averages_of_an_optimizer_with_use_ema
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/callbacks/swap_ema_weights.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::protocols;

struct Mine {
    static constexpr std::string_view name = "mine";
    LearningRate learning_rate = 0.1;
#ifdef GOOD
    bool use_ema = true;
    double ema_momentum = 0.99;
    std::optional<std::size_t> ema_overwrite_frequency{};
#endif
    OptimizerState state{};

    std::size_t slot_count() const { return 0; }
    std::string_view slot_name(std::size_t) const { return "none"; }
    template <class T> void update(T* value, const T* gradient, T* const*, std::size_t n, float rate, std::uint64_t) const
    {
        update_each(n, [&](auto& w, const auto& g) { w = w - g * T(rate); }, value, gradient);
    }
};

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    Samples data{xt::xtensor<float, 2>({6, 4}, 0.f), xt::xtensor<float, 2>({6, 2}, 0.f)};
    auto trainer = compile(model, Mine{}, MeanSquaredError{});
    trainer.fit(data, {.epochs = 1}, SwapEMAWeights{});
}
