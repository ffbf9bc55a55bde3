// A metric that takes no weight, in a WeightedMetric.
// expect: error: ; metric_fits ; with_an_add_without_weight
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::protocols;

struct Mine {
    static constexpr std::string_view name = "mine";
    static constexpr target_kind kind = target_kind::same_shape;

    template <class T, class Y>
#ifdef GOOD
    void add(Mean& to, const T* p, const Y*, std::size_t, double weight = 1) const
#else
    void add(Mean& to, const T* p, const Y*, std::size_t) const
#endif
    {
#ifdef GOOD
        to.add(double(p[0]), weight);
#else
        to.add(double(p[0]));
#endif
    }
};

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    Samples data{xt::xtensor<float, 2>({6, 4}, 0.f), xt::xtensor<float, 2>({6, 2}, 0.f)};
    auto trainer = compile(model, SGD{}, MeanSquaredError{}, WeightedMetric{Mine{}});
    trainer.fit(data, {.epochs = 1});
}
