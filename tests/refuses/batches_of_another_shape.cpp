// fit on batches whose type says that their samples are not the model's.
// expect: error: ; the samples in the batches of this dataset have another shape than the model's input
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <tuple>

using namespace lamina;

template <std::size_t Width> struct ZeroBatches {
    using element = std::tuple<xt::xtensor_fixed<float, xt::xshape<8, Width>>, xt::xtensor_fixed<float, xt::xshape<8, 2>>>;
    struct Cursor {
        bool next(element& to)
        {
            std::get<0>(to).fill(0), std::get<1>(to).fill(0);
            return left-- > 0;
        }
        int left = 3;
    };
    Cursor open(Pass) const { return {}; }
};

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
#ifdef GOOD
    trainer.fit(ZeroBatches<4>{}, {.epochs = 2});
#else
    trainer.fit(ZeroBatches<5>{}, {.epochs = 2});
#endif
}
