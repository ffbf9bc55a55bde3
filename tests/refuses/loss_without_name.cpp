// A loss without a name.
// expect: error: ; loss_fits ; without_a_public_name
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::protocols;

struct Mine {
#ifdef GOOD
    static constexpr std::string_view name = "mine";
#endif
    static constexpr target_kind kind = target_kind::same_shape;

    template <class T, class Y> T row(const T* p, const Y* y, std::size_t width, T* gradient, T scale) const
    {
        for (std::size_t i = 0; gradient && i < width; ++i) gradient[i] = p[i] > T(y[i]) ? scale : -scale;
        return 0;
    }
    template <class Y> bool accepts(const Y*, std::size_t) const { return true; }
    std::string needs(std::size_t) const { return "numbers"; }
};

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    Samples data{xt::xtensor<float, 2>({6, 4}, 0.f), xt::xtensor<float, 2>({6, 2}, 0.f)};
    auto trainer = compile(model, SGD{}, Mine{});
    trainer.fit(data, {.epochs = 1});
}
