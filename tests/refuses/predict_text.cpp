// predict of what is no numbers.
// expect: error: ; batch_can_be_read ; predict needs a batch of numbers
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;

int main()
{
    auto model = build<Dense<2>::on<4>>(Seed{1});
#ifdef GOOD
    auto y = predict(model, std::vector<float>(8));
#else
    auto y = predict(model, std::string("12345678"));
#endif
    return static_cast<int>(y(0, 0));
}
