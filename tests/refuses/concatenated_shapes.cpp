// Values that differ in more than their last axis are not joined.
// expect: error: ; op_fits ; Concatenate ; shapes_differ_before_the_last_axis ; Extents<4(ul)?, 3(ul)?, 2(ul)?> ; Extents<2(ul)?>
#include <lamina/lamina.hpp>

using namespace lamina;

struct Model {
    Conv2D<2, Kernel<1>>::on<4, 3, 1> image;
    Dense<2>::on<5> extra;
    Flatten::on<4, 3, 2> flat;
    auto operator()(const auto& a, const auto& b) const
    {
#ifdef GOOD
        return concatenate(flat(image(a)), extra(b));
#else
        return concatenate(image(a), extra(b));
#endif
    }
};

int main()
{
    const auto model = build<Model>(Seed{1});
    const internals::FixedTensor<float, Shape{4, 3, 1}> image{};
    return static_cast<int>(model(image, std::array<float, 5>{})(0));
}
