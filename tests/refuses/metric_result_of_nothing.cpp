// A metric whose result is not given what it counted.
// expect: error: ; metric_fits ; with_a_result_of_other_parameters
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
    double power = 2;

    template <class T, class Y> void add(Mean& to, const T* p, const Y*, std::size_t) const { to.add(double(p[0])); }
#ifdef GOOD
    double result(const Mean& of) const { return of.result() * power; }
#else
    double result() const { return power; }
#endif
};

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    Samples data{xt::xtensor<float, 2>({6, 4}, 0.f), xt::xtensor<float, 2>({6, 2}, 0.f)};
    auto trainer = compile(model, SGD{}, MeanSquaredError{}, Mine{});
    trainer.fit(data, {.epochs = 1});
}
