// A residual whose layers give another shape than they are given: there is nothing to add them to.
// expect: error: ; layer<1> ; Residual< ; Extents<8> ; the_layers_of_a_Residual_must_keep_its_input_shape
#include <lamina/lamina.hpp>

using namespace lamina;

#ifdef GOOD
using Net = Sequential<Input<5>, Dense<8>, Residual<Dense<4, Tanh>, Dense<8>>>;
#else
using Net = Sequential<Input<5>, Dense<8>, Residual<Dense<4, Tanh>, Dense<6>>>;
#endif

int main()
{
    auto model = build<Net>(Seed{1});
    const auto y = model(std::array<float, 5>{});
    (void)y;
}
