// A layer of a branch that refuses its input, in a Parallel that is used by itself.
// expect: error: ; layer<1, 0> ; Conv2D<4 ; Extents<8> ; needs_rank_3__height_width_channels
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/parallel.hpp>

using namespace lamina;

#ifdef GOOD
Parallel<Add, Dense<4>, Branch<Dense<3>, Dense<4>>>::on<8> both;
#else
Parallel<Add, Dense<4>, Branch<Conv2D<4>, Dense<4>>>::on<8> both;
#endif
