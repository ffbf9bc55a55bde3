// A lazy expression of run-time shape: nobody can say where its numbers lie.
// expect: error: ; input_can_be_read ; xt::eval
#include <lamina/lamina.hpp>

using namespace lamina;

int main()
{
    auto dense = build<Dense<3>::on<4>>(Seed{1});
    xt::xtensor<float, 2> x({5, 4});
#ifdef GOOD
    auto y = dense(xt::xtensor<float, 2>(x + x));
#else
    auto y = dense(x + x);
#endif
    return static_cast<int>(y(0, 0));
}
