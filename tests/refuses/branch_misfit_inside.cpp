// A layer of a branch that refuses its input, in a Parallel that is used by itself.
// expect: error: ; layer<1, 0> ; Conv2D<4 ; Shape<8> ; needs_rank_3__height_width_channels
#include <lamina/lamina.hpp>

using namespace lamina;

struct Model {
#ifdef GOOD
    Parallel<Add, Dense<4>, Branch<Dense<3>, Dense<4>>>::on<8> both;
#else
    Parallel<Add, Dense<4>, Branch<Conv2D<4>, Dense<4>>>::on<8> both;
#endif
    Dense<2>::on<4> head;
    auto operator()(const auto& x) const { return head(both(x)); }
};

int main()
{
    const auto model = build<Model>(Seed{1});
    const auto y = model(std::array<float, 8>{});
    (void)y;
}
