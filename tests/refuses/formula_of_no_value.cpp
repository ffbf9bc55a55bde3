// A formula that gives a variable, and so nothing for a sample.
// expect: error: ; shapes_fit ; Scaled ; its_formula_gives_no_value__return_what_functions_of_x_give
#include <lamina/lamina.hpp>

using namespace lamina;

struct Scaled : protocols::formula_layer<Scaled> {
    template <class T, Shape In> struct block : protocols::formula_block<Scaled, T, In> {
        Variable<T, Shape{In.back()}> scale;
#ifdef GOOD
        auto operator()(const auto& x) const { return exp(scale) * x; }
#else
        auto operator()(const auto&) const { return exp(scale); }
#endif
    };
};

int main()
{
    auto model = build<Sequential<Input<4>, Dense<3>, Scaled, Dense<2>>>(Seed{1});
    return summary(model).empty();
}
