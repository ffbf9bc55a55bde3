// A metric whose add has another name.
// expect: error: ; metric_fits ; without_add
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
    void add(Mean& to, const T* p, const Y*, std::size_t) const
#else
    void update(Mean& to, const T* p, const Y*, std::size_t) const
#endif
    {
        to.add(double(p[0]));
    }
};

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    Samples data{xt::xtensor<float, 2>({6, 4}, 0.f), xt::xtensor<float, 2>({6, 2}, 0.f)};
    auto trainer = compile(model, SGD{}, MeanSquaredError{}, Mine{});
    trainer.fit(data, {.epochs = 1});
}
