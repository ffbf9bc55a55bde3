// An AnyPredictor that would copy a model.
// expect: error: ; a model is moved into an AnyPredictor, std::move\(model\), or referred to, std::ref\(model\)
#include <lamina/lamina.hpp>

using namespace lamina;

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
#ifdef GOOD
    const AnyPredictor any(std::move(model));
#else
    const AnyPredictor any(model);
#endif
    return static_cast<int>(any.predict(xt::xtensor<float, 2>{{1, 2, 3, 4}})(0, 0));
}
