// A model does not copy by itself.
// expect: error: ; deleted
#include <lamina/lamina.hpp>

using namespace lamina;

int main()
{
    auto model = build<Sequential<Input<4>, Dense<3>>>(Seed{1});
#ifdef GOOD
    auto best = clone(model);
#else
    auto best = model;
#endif
    return summary(best).empty();
}
