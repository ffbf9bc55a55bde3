// evaluate of what gives no predictions.
// expect: error: ; evaluate takes what gives predictions for the samples' x first
#include <lamina/lamina.hpp>

using namespace lamina;

struct Halves {
#ifdef GOOD
    xt::xarray<float> predict(const xt::xtensor<float, 2>& x) const { return x * 0.5f; }
#endif
};

int main()
{
    Halves halves;
    const Samples test{xt::xtensor<float, 2>{{1, 2}}, xt::xtensor<float, 2>{{1, 1}}};
    return evaluate(halves, test, MeanSquaredError{})["loss"] > 1;
}
