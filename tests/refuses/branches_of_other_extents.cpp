// Branches whose images have other heights and widths cannot stand beside each other.
// expect: error: ; layer<0> ; Parallel<[a-z:0-9_]*Concat ; Extents<8, 8, 3> ; branches_to_Concat_differ_before_the_last_axis
#include <lamina/lamina.hpp>

using namespace lamina;

#ifdef GOOD
using Net = Sequential<Input<8, 8, 3>, Parallel<Concat, Conv2D<4, Same>, Branch<>>, Flatten>;
#else
using Net = Sequential<Input<8, 8, 3>, Parallel<Concat, Conv2D<4>, Branch<>>, Flatten>;
#endif

int main()
{
    auto model = build<Net>(Seed{1});
    const auto y = predict(model, xt::xtensor<float, 4>::from_shape({3, 8, 8, 3}));
    (void)y;
}
