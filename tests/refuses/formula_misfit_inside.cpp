// A function inside of a layer's formula that refuses what it is given: one error, at its line.
// expect: error: ; formula_misfit_inside.cpp ; op_fits ; Times ; shapes_do_not_broadcast__extents_are_equal_or_1_from_the_last_axis_on ; Extents<2(ul)?> ; Extents<3(ul)?>
#include <lamina/lamina.hpp>

using namespace lamina;

struct Scaled : protocols::formula_layer<Scaled> {
    template <class T, Shape In> struct block : protocols::formula_block<Scaled, T, In> {
#ifdef GOOD
        Variable<T, Shape{In.back()}> scale;
#else
        Variable<T, Shape{2}> scale;
#endif
        auto operator()(const auto& x) const { return tanh(scale * x) + 1; }
    };
};

int main()
{
    auto model = build<Sequential<Input<4>, Dense<3>, Scaled, Residual<Scaled>, Dense<2>>>(Seed{1});
    auto trainer = compile(model, Adam{}, MeanSquaredError{});
    return summary(model).empty();
}
