// A kernel of height and width over a sequence.
// expect: error: ; layer<0> ; Kernel<3 ; Extents<50, 3> ; steps_are_one_axis__give_an_option_one_number
#include <lamina/layers/convolution/conv1d.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<50, 3>, Conv1D<4, Kernel<3>>> model;
#else
Sequential<Input<50, 3>, Conv1D<4, Kernel<3, 5>>> model;
#endif
