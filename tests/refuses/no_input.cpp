// A Sequential that does not say what it is given.
// expect: error: ; Dense<10 ; the_first_entry_of_a_Sequential_must_be_Input
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<4>, Dense<10>, Dense<3>> model;
#else
Sequential<Dense<10>, Dense<3>> model;
#endif
