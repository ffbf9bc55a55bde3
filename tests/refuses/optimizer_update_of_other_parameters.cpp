// An optimizer whose update takes other parameters.
// expect: error: ; optimizer_fits ; with_an_update_of_other_parameters
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::protocols;

struct Mine {
    static constexpr std::string_view name = "mine";
    OptimizerState state{};
    float learning_rate(std::uint64_t) const { return 0.1f; }
    std::size_t slot_count() const { return 0; }
    std::string_view slot_name(std::size_t) const { return "none"; }
#ifdef GOOD
    template <class T> void update(T* value, const T* gradient, T* const*, std::size_t n, float rate, std::uint64_t) const
    {
        for (std::size_t i = 0; i < n; ++i) value[i] -= T(rate) * gradient[i];
    }
#else
    void update(float* value, const float* gradient, std::size_t n) const
    {
        for (std::size_t i = 0; i < n; ++i) value[i] -= 0.1f * gradient[i];
    }
#endif
};

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    Samples data{xt::xtensor<float, 2>({6, 4}, 0.f), xt::xtensor<float, 2>({6, 2}, 0.f)};
    auto trainer = compile(model, Mine{}, MeanSquaredError{});
    trainer.fit(data, {.epochs = 1});
}
