// An option of another layer.
// expect: error: ; Dense<10, ; Same ; option_is::unknown_to_this_layer
#include <lamina/layers/core/dense.hpp>

using namespace lamina;

#ifdef GOOD
Dense<10, Relu>::on<4> layer_;
#else
Dense<10, Same>::on<4> layer_;
#endif
