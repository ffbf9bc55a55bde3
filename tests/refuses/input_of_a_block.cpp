// A struct that gives the second input of a block another shape than it needs.
// expect: error: ; input_of_a_block_in_a_model_struct<2> ; MultiHeadAttention<2, 8> ; Extents<5, 4> ; Extents<5, 6>
#include <lamina/lamina.hpp>

using namespace lamina;

struct Model {
    using inputs = Inputs<Input<7, 6>, Input<5, 4>>;
#ifdef GOOD
    MultiHeadAttention<2, 8>::on_inputs<Input<7, 6>, Input<5, 4>> look;
#else
    MultiHeadAttention<2, 8>::on_inputs<Input<7, 6>, Input<5, 6>> look;
#endif
    auto operator()(const auto& query, const auto& memory) const { return look(query, memory); }
};

int main()
{
    auto model = build<Model>(Seed{1});
    auto y =
        predict(model, std::tuple{xt::xtensor<float, 3>::from_shape({3, 7, 6}), xt::xtensor<float, 3>::from_shape({3, 5, 4})});
    (void)y;
}
