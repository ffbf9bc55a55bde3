// An xarray in a call: nobody can say whether it is a sample or a batch.
// expect: error: ; input_can_be_read ; takes an xarray, too
#include <lamina/lamina.hpp>

#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/containers/xarray.hpp>
#else
#include <xtensor/xarray.hpp>
#endif

using namespace lamina;

int main()
{
    auto dense = build<Dense<3>::on<4>>(Seed{1});
    xt::xtensor<float, 2> x({5, 4});
#ifdef GOOD
    auto y = predict(dense, xt::xarray<float>(x));
#else
    auto y = dense(xt::xarray<float>(x));
#endif
    return static_cast<int>(y(0, 0));
}
