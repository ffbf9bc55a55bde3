// A convolution on rows, as a part of a struct.
// expect: error: ; shapes_fit ; Conv2D<3> ; needs_rank_3__height_width_channels
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

struct Net {
#ifdef GOOD
    Conv2D<3>::on<4, 4, 1> first;
#else
    Conv2D<3>::on<4> first;
#endif
    auto operator()(const auto& x) const { return first(x); }
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
