// A struct whose second block needs another shape than the first one gives.
// expect: error: ; in_a_model_struct ; Dense<2> ; Extents<8> ; Extents<6>
#include <lamina/lamina.hpp>

using namespace lamina;

struct Model {
#ifdef GOOD
    Dense<6>::on<5> body;
#else
    Dense<8>::on<5> body;
#endif
    Dense<2>::on<6> head;
    auto operator()(const auto& x) const { return head(body(x)); }
};

int main()
{
    auto model = build<Model>(Seed{1});
    Samples data{xt::xtensor<float, 2>::from_shape({3, 5}), xt::xtensor<float, 2>::from_shape({3, 2})};
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    trainer.fit(data, {.epochs = 2});
    auto y = predict(model, data.x);
    (void)y;
}
