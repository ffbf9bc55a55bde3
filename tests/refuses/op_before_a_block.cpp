// A function on an input whose shape nobody has said.
// expect: error: ; an_input_has_no_declared_shape__write_using_input_Input_in_the_model
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/ops/functions.hpp>

using namespace lamina;

struct Net {
    Dense<3>::on<4> a;
    Dense<2>::on<3> b;
#ifdef GOOD
    using input = Input<4>;
    auto operator()(const auto& x) const { return b(a(tanh(x))); }
#else
    auto operator()(const auto& x) const { return b(a(tanh(x))); }
#endif
};

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
