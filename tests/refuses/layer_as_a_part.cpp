// A field that is a layer and does not know its input.
// expect: error: ; model_fits ; holding_a_layer_that_does_not_know_its_input
#include <lamina/lamina.hpp>

using namespace lamina;

struct Model {
#ifdef GOOD
    Dense<8>::on<4> dense;
#else
    Dense<8> dense;
#endif
};

int main()
{
    auto model = build<Model>(Seed{1});
    save(model, "model.safetensors");
}
