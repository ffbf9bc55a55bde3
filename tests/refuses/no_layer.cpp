// A Sequential of an input alone.
// expect: error: ; Input<4> ; a_Sequential_needs_a_layer
#include <lamina/lamina.hpp>

using namespace lamina;

#ifdef GOOD
using Model = Sequential<Input<4>, Dense<2>>;
#else
using Model = Sequential<Input<4>>;
#endif

int main()
{
    auto model = build<Model>(Seed{1});
    return summary(model).empty();
}
