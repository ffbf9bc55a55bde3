// A callback whose member takes a number.
// expect: error: ; callback_fits ; wrong_in_on_epoch_end__it_takes_a_TrainingState_reference
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;

struct Mine {
#ifdef GOOD
    void on_epoch_end(TrainingState&) {}
#else
    void on_epoch_end(int) {}
#endif
};

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    Samples data{xt::xtensor<float, 2>({6, 4}, 0.f), xt::xtensor<float, 2>({6, 2}, 0.f)};
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    trainer.fit(data, {.epochs = 1}, Mine{});
}
