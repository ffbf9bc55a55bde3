// A layer that is its formula and has none.
// expect: error: ; shapes_fit ; Scaled ; its_block_has_no_formula__write_auto_operator_call_const_auto_x_const
#include <lamina/lamina.hpp>

using namespace lamina;

struct Scaled : protocols::formula_layer<Scaled> {
    template <class T, Shape In> struct block : protocols::formula_block<Scaled, T, In> {
        Variable<T, Shape{In.back()}> scale;
#ifdef GOOD
        auto operator()(const auto& x) const { return scale * x; }
#else
        auto formula(const auto& x) const { return scale * x; }
#endif
    };
};

int main()
{
    auto model = build<Sequential<Input<4>, Dense<3>, Scaled, Dense<2>>>(Seed{1});
    return summary(model).empty();
}
