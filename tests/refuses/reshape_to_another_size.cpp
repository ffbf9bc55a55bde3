// A shape with another number of elements.
// expect: error: ; layer<0> ; Reshape<5, 5> ; Extents<24> ; reshape_changes_the_number_of_elements
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<24>, Reshape<6, 4>> model;
#else
Sequential<Input<24>, Reshape<5, 5>> model;
#endif
