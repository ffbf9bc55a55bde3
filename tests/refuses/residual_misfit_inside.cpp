// A layer inside of a residual that refuses its input: the place says where inside.
// expect: error: ; layer<0, 1> ; Dense<3> ; Extents<8, 8, 3> ; needs_rank_1__put_Flatten_before_it
#include <lamina/lamina.hpp>

using namespace lamina;

#ifdef GOOD
using Net = Sequential<Input<8, 8, 3>, Residual<Conv2D<3, Same>, Conv2D<3, Same>>, Flatten>;
#else
using Net = Sequential<Input<8, 8, 3>, Residual<Conv2D<3, Same>, Dense<3>>, Flatten>;
#endif

int main()
{
    auto model = build<Net>(Seed{1});
    Samples data{xt::xtensor<float, 4>::from_shape({3, 8, 8, 3}), xt::xtensor<float, 2>::from_shape({3, 192})};
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    trainer.fit(data, {.epochs = 2});
}
