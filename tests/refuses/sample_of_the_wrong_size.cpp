// One number too few in a sample.
// expect: error: ; Extents<783> ; Extents<28, 28, 1> ; a sample has another shape than the model's input
#include <lamina/lamina.hpp>

using namespace lamina;
using Model = Sequential<Input<28, 28, 1>, Flatten, Dense<10>>;

int main()
{
    auto model = build<Model>(Seed{1});
#ifdef GOOD
    auto y = model(std::array<float, 784>{});
#else
    auto y = model(std::array<float, 783>{});
#endif
    return static_cast<int>(y(0));
}
