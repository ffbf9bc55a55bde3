// A model of two inputs that is given one.
// expect: error: ; takes a std::tuple with a batch for each of them ; predict\(model, std::tuple
#include <lamina/lamina.hpp>

using namespace lamina;

struct Two {
    Dense<2>::on<3> left;
    Dense<2>::on<4> right;
    auto operator()(const auto& a, const auto& b) const { return left(a) + right(b); }
};

int main()
{
    const auto model = build<Two>(Seed{1});
    const xt::xtensor<float, 2> a({5, 3}, 0.f), b({5, 4}, 0.f);
#ifdef GOOD
    const auto y = predict(model, std::tuple{a, b});
#else
    const auto y = predict(model, a);
#endif
    return static_cast<int>(y.size());
}
