// An activation where a layer is needed.
// expect: error: ; layer<1> ; Relu ; Extents<10> ; is_no_layer
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<4>, Dense<10>, Activation<Relu>> model;
#else
Sequential<Input<4>, Dense<10>, Relu> model;
#endif
