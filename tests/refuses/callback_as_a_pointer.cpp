// A callback by its address.
// expect: error: ; callback_fits ; a_pointer__give_the_object_itself
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;

struct Mine {
    void on_epoch_end(TrainingState&) {}
} mine;

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    Samples data{xt::xtensor<float, 2>({6, 4}, 0.f), xt::xtensor<float, 2>({6, 2}, 0.f)};
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    trainer.fit(data, {.epochs = 1},
#ifdef GOOD
                mine
#else
                &mine
#endif
    );
}
