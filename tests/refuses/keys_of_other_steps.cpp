// Attention whose keys are of another number of steps than its values.
// expect: error: ; the_keys_have_another_number_of_steps_than_the_values ; MultiHeadAttention<2, 8> ; Inputs<lamina::Input<7, 6>
#include <lamina/lamina.hpp>

using namespace lamina;

struct Model {
#ifdef GOOD
    MultiHeadAttention<2, 8>::on_inputs<Input<7, 6>, Input<5, 4>, Input<5, 3>> look;
#else
    MultiHeadAttention<2, 8>::on_inputs<Input<7, 6>, Input<5, 4>, Input<4, 3>> look;
#endif
    auto operator()(const auto& query, const auto& value, const auto& key) const { return look(query, value, key); }
};

int main()
{
    auto model = build<Model>(Seed{1});
    (void)model;
}
