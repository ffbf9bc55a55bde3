// A struct that calls a block of two inputs with one.
// expect: error: ; a block of several inputs takes a value for each of them
#include <lamina/lamina.hpp>

using namespace lamina;

struct Model {
    MultiHeadAttention<2, 8>::on_inputs<Input<7, 6>, Input<5, 4>> look;
#ifdef GOOD
    auto operator()(const auto& query, const auto& memory) const { return look(query, memory); }
#else
    auto operator()(const auto& query) const { return look(query); }
#endif
};

int main()
{
    auto model = build<Model>(Seed{1});
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    (void)trainer;
}
