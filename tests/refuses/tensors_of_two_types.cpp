// A tensor of float beside one of double.
// expect: error: ; tensors_of_different_number_types__cast_one
#include <lamina/ops/cast.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/spreading.hpp>

using namespace lamina;

int main()
{
    const auto a = constant({1.f, 2.f});
    const auto b = constant({1.0, 2.0});
#ifdef GOOD
    const auto c = a * cast<float>(b);
#else
    const auto c = a * b;
#endif
    return static_cast<int>(c.size());
}
